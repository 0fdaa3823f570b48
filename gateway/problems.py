"""Every error that the gateway can answer, in one table: code -> status, title, detail; RFC 9457 problem documents.

Services answer codes and facts, never texts; here they get words, in the reader's language (`words/problems`).
"""

import logging
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from flask import Flask, Response, json, request
from werkzeug.exceptions import HTTPException

from gateway import context
from gateway.words import fields as field_words
from runtime.errors import Refused, Unavailable, refusal
from runtime.i18n import Catalogs
from runtime.telemetry import trace_id

log = logging.getLogger(__name__)
words = Catalogs(Path(__file__).parent / "words" / "problems")
TYPE = "/api/docs#problem-"
CONTENT_TYPE = "application/problem+json"


@dataclass(frozen=True)
class Kind:
    """One kind of error. `members` names the facts that a client gets to see; `details` words a fact's value:
    fact -> value -> text."""

    status: int
    title: str
    detail: str
    members: tuple[str, ...] = ()
    details: dict[str, dict[str, str]] = field(default_factory=dict)


@dataclass(frozen=True)
class Problem:
    """A problem document and the headers that go with it."""

    document: dict[str, Any]
    headers: dict[str, str]

    @property
    def status(self) -> int:
        return int(self.document["status"])


REASONS = {
    "past": "This time has passed.",
    "notice": "This time is too soon to be booked online.",
    "window": "This time is too far ahead to be booked.",
    "outside_hours": "This time is outside the working hours.",
    "off_grid": "No appointment starts at this time.",
    "absence": "Nobody is there at this time.",
    "holiday": "The practice is closed on this day.",
    "vacation": "The practice is on vacation on this day.",
    "inactive": "This cannot be booked at the moment.",
}
LIMITS = {
    "day": "No more appointments can be booked on this day.",
    "week": "No more appointments can be booked in this week.",
    "hold": "This time cannot be kept for longer.",
}

KINDS: dict[str, Kind] = {
    # the request itself
    "malformed": Kind(400, "The request cannot be read", "The body is no valid JSON document."),
    "bad_request": Kind(400, "The request cannot be read", "The request is malformed."),
    "invalid": Kind(422, "Some entries are not valid", "Please check the fields that are named."),
    "too_large": Kind(413, "The request is too large", "The body may have 64 KiB at most."),
    "unsupported_media_type": Kind(415, "The request has the wrong format", "Send the body as application/json."),
    "method_not_allowed": Kind(405, "This method is not possible here", "The address does not take this method."),
    "not_acceptable": Kind(406, "This format is not available", "The answer is not available in the format asked for."),
    "rate_limited": Kind(429, "Too many requests", "Please wait a moment and try again.", members=("retry_after",)),
    # who is asking
    "unauthorized": Kind(401, "Please sign in", "This needs a valid sign-in."),
    "bad_credentials": Kind(401, "Sign-in failed", "The e-mail address or the password is wrong."),
    "too_many_attempts": Kind(
        429, "Too many attempts", "Sign-in is locked for a while. Please try again later.", members=("retry_after",)
    ),
    "forbidden": Kind(403, "Not allowed", "Your role does not allow this.", members=("scope",)),
    "csrf_failed": Kind(403, "The page has expired", "Please load the page anew and try again."),
    "plan_required": Kind(403, "Not part of your plan", "Your plan does not include this.", members=("plan",)),
    # what was asked
    "not_found": Kind(404, "Not found", "There is nothing at this address, or it is no longer there."),
    "slot_taken": Kind(
        409, "This time is taken", "Somebody else was faster. Please choose another time.", members=("alternatives",)
    ),
    "slot_not_offered": Kind(
        409, "This time cannot be booked", "Please choose another time.", ("reason",), {"reason": REASONS}
    ),
    "hold_expired": Kind(
        409, "The reservation has expired", "The time was kept for you for some minutes only. Please choose it again."
    ),
    "idempotency_conflict": Kind(
        409, "The same key was used for something else", "This Idempotency-Key belongs to another request."
    ),
    "too_many_open": Kind(
        409,
        "Too many open appointments",
        "There are already as many open appointments as one person may have.",
        ("limit",),
    ),
    "limit_reached": Kind(
        409, "Fully booked", "No more appointments can be booked at this time.", ("per",), {"per": LIMITS}
    ),
    "too_many_invitations": Kind(
        429,
        "Too many invitations",
        "So many messages to guests have gone out within 24 hours that no more are sent for now.",
        ("per", "limit", "retry_after"),
        {"per": {"address": "This address has got so many messages within 24 hours that no more are sent for now."}},
    ),
    "too_late": Kind(409, "Too late", "The time in which this was possible has passed. Please call the practice."),
    "invalid_transition": Kind(
        409, "Not possible in this state", "The appointment's state does not allow this.", ("from", "action")
    ),
    "already_joined": Kind(409, "Open elsewhere", "This call is open in another window or on another device."),
    "overpaid": Kind(
        422, "More than the price", "Payments cannot be more than the price.", members=("price", "paid", "balance")
    ),
    "customer_not_linked": Kind(
        409, "The customer is not known yet", "Please link the appointment to a customer first."
    ),
    "mixed_status": Kind(409, "Different states", "All chosen appointments must have the same state."),
    "registration_closed": Kind(403, "No registration here", "New practices are set up by the operator."),
    "sms_unavailable": Kind(409, "SMS cannot be sent", "No SMS provider is set up."),
    "customer_merged": Kind(
        409,
        "This customer has been merged",
        "The record has been merged into another one. Please use that one.",
        members=("customer",),
    ),
    "message_outdated": Kind(
        409, "This message is out of date", "Something newer was told since, or the appointment is over."
    ),
    "email_taken": Kind(409, "This address is in use", "There is already an account with this e-mail address."),
    "precondition_failed": Kind(
        412,
        "Somebody else has changed this",
        "It has been changed since you loaded it. Please load it anew and try again.",
        members=("version",),
    ),
    "last_owner": Kind(
        409,
        "The last owner stays",
        "Somebody has to be able to do everything. Please make somebody else an owner first.",
    ),
    "conflict": Kind(409, "This has been changed in between", "Please load it anew and try again."),
    # what went wrong here
    "live_full": Kind(
        503, "Too many open pages", "The live feed is full. Please ask for changes now and then.", ("retry_after",)
    ),
    "unavailable": Kind(503, "Not available at the moment", "Please try again in a moment.", ("retry_after",)),
    "internal": Kind(500, "Something went wrong", "We have been told. Please try again later.", ("trace",)),
}

ALIASES = {  # what services may answer -> what it means to a client
    "deadline_exceeded": "unavailable",
    "unknown_method": "unavailable",  # a service of an older version, in the middle of a roll-out
}
BY_STATUS = {
    400: "bad_request",
    401: "unauthorized",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    406: "not_acceptable",
    412: "precondition_failed",
    413: "too_large",
    415: "unsupported_media_type",
    422: "invalid",
    429: "rate_limited",
    503: "unavailable",
}
RETRY_AFTER = 2  # seconds; the services reconnect within that time


def describe(error: Refused, locale: str) -> Problem:
    """The problem document of a named error, in this language."""
    code = ALIASES.get(error.code, error.code)
    if code not in KINDS:
        log.error("unknown_error_code", extra={"facts": {"code": code}})
        code = "internal"
    kind = KINDS[code]
    members = {name: error.facts[name] for name in kind.members if name in error.facts}
    document = members | {
        "type": f"{TYPE}{code.replace('_', '-')}",
        "title": words[locale].gettext(kind.title),
        "status": kind.status,
        "detail": words[locale].gettext(_detail(kind, error.facts)),
        "code": code,
    }
    if code == "invalid":
        document["errors"] = field_words.localised(error.facts.get("errors") or {}, words[locale])
    return Problem(document, _headers(kind, error.facts))


def _detail(kind: Kind, facts: dict[str, Any]) -> str:
    for fact, texts in kind.details.items():
        if text := texts.get(str(facts.get(fact))):
            return text
    return kind.detail


def _headers(kind: Kind, facts: dict[str, Any]) -> dict[str, str]:
    if kind.status in (429, 503):
        return {"Retry-After": str(facts.get("retry_after") or RETRY_AFTER)}
    if kind.status == 401:
        return {"WWW-Authenticate": 'Bearer realm="terminfluss"'}
    return {}


def named(error: Exception) -> Refused:
    """The named error that any exception stands for; one that nobody expected is logged and becomes `internal`."""
    if isinstance(error, Unavailable):
        return Refused("unavailable")
    if isinstance(error, HTTPException):
        return Refused(BY_STATUS.get(error.code or 500, "bad_request" if (error.code or 500) < 500 else "internal"))
    if found := refusal(error):
        return found
    log.error("request_failed", exc_info=error)
    return Refused("internal", {"trace": trace_id()})


def answer(error: Exception) -> Any:
    """The response to an exception: JSON on the API, a page for a person."""
    if isinstance(error, HTTPException) and error.code is not None and error.code < 400:
        return error  # a redirect of the router
    problem = describe(named(error), context.locale())
    headers = dict(problem.headers)
    if isinstance(error, HTTPException):
        headers |= {name: value for name, value in error.get_headers() if name == "Allow"}
    page = context.gateway().error_page
    if page and not _wants_json():
        response = page(problem.document)
        response.headers.update(headers)
        return response
    return _json(problem.document, headers)


def _json(document: dict[str, Any], headers: dict[str, str]) -> Response:
    headers |= {"Cache-Control": "no-store", "Content-Language": context.locale()}
    return Response(json.dumps(document), document["status"], headers, content_type=CONTENT_TYPE)


def _wants_json() -> bool:
    return request.path.startswith(("/api/", "/healthz", "/readyz", "/webhooks/"))


def register(app: Flask) -> None:
    """Answer every exception of this app as a problem."""
    app.register_error_handler(Exception, answer)
