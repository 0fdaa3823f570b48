"""Whom to call: customers of coming appointments whom no message reaches, as notify knows, and guests of coming video
calls whom no invitation reaches, as invitations knows (X5). One list for the API and the desk.

A line names either `appointment` or `invitation`; by that id a call is noted, too.
"""

from collections.abc import Callable, Iterable
from typing import Any

from gateway import reasons
from gateway.clients import Json
from gateway.context import current_services
from runtime.errors import Refused

MOST = 200  # guests, as notify answers at most so many customers of a kind
UNREACHED: Json = {"scope": "upcoming", "mark": "failed", "limit": MOST, "cursor": None}


def customers() -> list[Json]:
    """The lines of customers."""
    return [_of_customer(each) for each in current_services().notify.call_list()["items"]]


def guests() -> list[Json]:
    """The lines of guests; none for readers who may not see invitations. Raises Unavailable."""
    try:
        found = current_services().invitations.page(UNREACHED)["items"]
    except Refused as refused:
        if refused.code != "forbidden":
            raise
        return []
    return [_of_guest(each) for each in reasons.translated(found)]


def in_order(lines: Iterable[Json]) -> list[Json]:
    """The soonest first; those who were called come last."""
    return sorted(lines, key=lambda line: (line["called"] is not None, str(line["start"])))


def mark_called(id: str, by: str) -> Json:
    """Note that somebody of this name called the customer of an appointment, or an invited guest. Refused
    `not_found` for who is not on the list."""
    services = current_services()
    return _either(lambda: services.notify.mark_called(id, by), lambda: services.invitations.mark_called(id, by))


def unmark_called(id: str) -> Json:
    """Take that back. Refused `not_found`."""
    services = current_services()
    return _either(lambda: services.notify.unmark_called(id), lambda: services.invitations.unmark_called(id))


def _either(customer: Callable[[], Json], guest: Callable[[], Json]) -> Json:
    try:
        return _of_customer(customer())
    except Refused as refused:
        if refused.code != "not_found":
            raise
    return _of_guest(reasons.translated([guest()])[0])


def _of_customer(line: Json) -> Json:
    return {"purpose": None, **line, "invitation": None}


def _of_guest(invitation: Json) -> Json:
    """An invitation that did not arrive, as a line of the list; it is sent again by its own route."""
    failed = _newest_failure(invitation)
    known = {name: invitation[name] or "" for name in ("first_name", "last_name", "email", "phone")}
    told = {name: failed[name] for name in ("channel", "purpose", "at")}
    return {
        "appointment": None,
        "invitation": invitation["id"],
        "version": invitation["version"],
        "start": invitation["start"],
        "time_zone": invitation["host"]["time_zone"],
        "service": "",
        "calendar": invitation["host"]["nickname"],
        "customer": known,
        "purpose": failed["purpose"],
        "reason": failed["reason"] or "",
        "message": {"id": None, **told, "recipient": failed["address"], "detail": None},
        "called": invitation["called"],
    }


def _newest_failure(invitation: Json) -> Any:
    """Of the current attempts, one by each channel, the one that failed last."""
    current = {each["channel"]: each for each in invitation["delivery"]}  # the oldest first
    failed = [each for each in current.values() if each["state"] in ("failed", "expired")]
    return max(failed or list(current.values()), key=lambda each: str(each["at"]))
