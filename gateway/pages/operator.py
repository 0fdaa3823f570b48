"""Parked messages for whoever runs the installation: look, replay, drop.

What a message says of people is hidden until the operator asks for it. Every act takes two steps, each proved by a seal
of the page before, which is bound to the message and to the operator's session.
"""

from datetime import timedelta
from typing import Any

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from gateway.context import gateway
from gateway.pages import links
from gateway.pages.blueprint import pages
from gateway.pages.operator_session import LIFE, session
from gateway.pages.seal import BrokenSeal, check, seal
from gateway.pages.words import _
from runtime.discretion import discreet
from runtime.errors import Refused
from runtime.parking import Parked, Parking, Wanted, readable

LISTED = 200
AT_ONCE = timedelta(0)
ACT = "<any(replay, drop):act>"


@pages.get("/ops/parked")
def parked_messages() -> str:
    """All of them, oldest failure first."""
    messages = _parking().look(lambda message: True, LISTED)
    return _page("operator_parked.html", messages=messages, most=LISTED, did=_did())


@pages.get("/ops/parked/<id>")
def parked_message(id: str) -> str:
    """One, with people's data hidden."""
    return _message(id, reveal=False)


@pages.post("/ops/parked/<id>")
def reveal(id: str) -> str | Response:
    """The same with everything in it. No link leads here."""
    if not _proved("reveal", id):
        return redirect(links.to("parked_message", id=id), 303)
    return _message(id, reveal=True)


@pages.get(f"/ops/parked/<id>/{ACT}")
@pages.get(f"/ops/parked/<id>/{ACT}/confirm")
def not_by_address(id: str, act: str) -> Response:
    """The questions cannot be linked to."""
    return redirect(links.to("parked_message", id=id))


@pages.post(f"/ops/parked/<id>/{ACT}")
def ask_operator(id: str, act: str) -> str | Response:
    """First step: the question. Changes nothing."""
    if not _proved(f"ask {act}", id):
        return redirect(links.to("parked_message", id=id), 303)
    return _page("operator_question.html", message=_find(id), act=act, seal=_seal(f"do {act}", id))


@pages.post(f"/ops/parked/<id>/{ACT}/confirm")
def settle(id: str, act: str) -> Response:
    """Second step: do it."""
    if not _proved(f"do {act}", id):
        return redirect(links.to("parked_message", id=id), 303)
    if act == "drop":
        return _done("dropped" if _parking().drop(_named(id)) else "gone")
    done, refused = _parking().replay(_named(id))
    if refused:
        page = _page("operator_question.html", message=_find(id), act=act, refused=True, seal=_seal("do replay", id))
        return make_response(page, 409)
    return _done("replayed" if done else "gone")


def _message(id: str, *, reveal: bool) -> str:
    message = _find(id)
    told = str if reveal else discreet
    return _page(
        "operator_message.html",
        message=message,
        headers={name: told(str(value)) for name, value in message.headers.items()},
        error=told(message.error),
        traceback=told(message.traceback),
        body=readable(message.body, reveal),
        revealed=reveal,
        seals={each: _seal(each, id) for each in ("reveal", "ask replay", "ask drop")},
    )


def _page(template: str, **values: Any) -> str:
    return render_template(template, reasons=_reasons(), discreet=discreet, **values)


def _reasons() -> dict[str, str]:
    """Why a message was parked, in words (see `runtime.deliveries`)."""
    return {
        "retries exhausted": _("Every repeat failed"),
        "permanent": _("No repeat can help"),
        "undecodable": _("It cannot be read"),
        "no handler": _("Nobody reads it any more"),
        "delivery_limit": _("It was given back too often"),
        "unknown": _("Not known"),
    }


def _did() -> str:
    """What the last step did, in words."""
    return {
        "replayed": _("The message is back in its queue. If it fails again, it comes back here."),
        "dropped": _("The message is gone for good."),
        "gone": _("This message is not here any more. Nothing has changed."),
    }.get(request.args.get("did", ""), "")


def _done(did: str) -> Response:
    return redirect(links.to("parked_messages", did=did), 303)


def _find(id: str) -> Parked:
    """Raises Refused `not_found`."""
    found = _parking().look(_named(id), 1)
    if not found:
        raise Refused("not_found")
    return found[0]


def _named(id: str) -> Wanted:
    return lambda message: message.id == id


def _parking() -> Parking:
    found = gateway().parking
    assert found is not None  # or these addresses do not exist
    return found


def _seal(purpose: str, id: str) -> str:
    return seal(f"operator {purpose}", id, session())


def _proved(purpose: str, id: str) -> bool:
    """Whether the form comes from a page of this operator's that asked for it."""
    try:
        check(request.form.get("seal", ""), f"operator {purpose}", id, session(), youngest=AT_ONCE, oldest=LIFE)
    except BrokenSeal:
        return False
    return True
