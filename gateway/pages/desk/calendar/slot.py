"""A time of the calendar: book it for somebody, be absent, or ask why it cannot be booked. A page; scripts open it as a
dialog."""

from datetime import datetime, timedelta
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from gateway import why
from gateway.context import current_services, gateway, locale
from gateway.pages.backend import Json
from gateway.pages.desk.calendar.page import BLOCK, WRITE, as_shown
from gateway.pages.desk.calendar.span import resolve, wall
from gateway.pages.desk.frame import back, may, page, sentence, show, zone
from gateway.pages.words import _
from runtime.errors import Refused

HOUR = timedelta(hours=1)


@page("/calendar/slot", "desk_calendar_slot")
def slot() -> Response:
    """What can be done with this time of this calendar."""
    return _show(_typed(request.args), {})


@page("/calendar/absences", "desk_calendar_block", methods=("POST",), scope=BLOCK)
def block() -> Response:
    """Be absent ("Abwesend") from one moment to another."""
    typed = _typed(request.form)
    since, until = (resolve(typed[name], zone()) for name in ("from", "to"))
    errors: dict[str, str] = {}
    if since is None:
        errors["from"] = _("Please enter a date and a time.")
    if until is None:
        errors["to"] = _("Please enter a date and a time.")
    elif since and until <= since:
        errors["to"] = _("The end must be later than the beginning.")
    if errors or since is None or until is None:
        return _show(typed, errors, 422)
    return _block(typed, since, until)


def _block(typed: Json, since: datetime, until: datetime) -> Response:
    closure = {"from": since.isoformat(), "to": until.isoformat(), "reason": typed["reason"][:200]}
    try:
        made = current_services().availability.add_closure("absence", typed["calendar"], closure)
    except Refused as refused:
        if refused.code not in ("invalid", "not_found"):
            raise
        return _show(typed, {"from": sentence(refused)}, 422)
    if made["conflicts"]:
        return _show({**typed, "conflicts": len(made["conflicts"])}, {})
    return back("desk_calendar", did="away", **as_shown(), date=wall(since.isoformat(), zone())[:10])


@page("/calendar/absences/<uuid:calendar>/<uuid:id>", "desk_calendar_absence")
def absence(calendar: Any, id: Any) -> Response:
    """An absence, and the button that removes it."""
    found = current_services().availability.closures("absences", str(calendar))["items"]
    for one in found:
        if one["id"] == str(id):
            return show("desk/calendar/absence.html", absence=one, calendar=str(calendar), blocks=may(BLOCK))
    raise Refused("not_found")


@page("/calendar/absences/<uuid:calendar>/<uuid:id>", "desk_calendar_unblock", methods=("POST",), scope=BLOCK)
def unblock(calendar: Any, id: Any) -> Response:
    """Be there again."""
    current_services().availability.remove_closure("absence", str(calendar), str(id))
    day = request.form.get("day", "")
    return back("desk_calendar", did="back", **(as_shown() if day else {}), date=day)


def _typed(source: Any) -> Json:
    """What was sent, with what follows from it: an hour, unless said otherwise."""
    start = resolve(source.get("start", ""), zone()) or _next_hour()
    typed = {name: source.get(name, "").strip() for name in ("calendar", "service", "from", "to", "reason")}
    typed["start"] = wall(start.isoformat(), zone())
    typed["from"] = typed["from"] or typed["start"]
    typed["to"] = typed["to"] or wall((start + HOUR).isoformat(), zone())
    return typed


def _next_hour() -> datetime:
    return gateway().clock().replace(minute=0, second=0, microsecond=0) + HOUR


def _show(typed: Json, errors: dict[str, str], status: int = 200) -> Response:
    availability = current_services().availability
    calendars, services = availability.list_calendars()["items"], availability.list_services()["items"]
    if not any(one["id"] == typed["calendar"] for one in calendars):
        typed["calendar"] = calendars[0]["id"] if calendars else ""
    start = resolve(typed["start"], zone())
    assert start is not None
    return show(
        "desk/calendar/slot.html",
        status,
        typed=typed,
        errors=errors,
        start=start,
        calendars=calendars,
        services=services,
        found=_why(typed, start),
        writes=may(WRITE),
        blocks=may(BLOCK),
    )


def _why(typed: Json, start: datetime) -> Json | None:
    """Whether the service can be booked at that time, and why not; None while nobody asks."""
    if not typed["service"] or not typed["calendar"]:
        return None
    question = {"service": typed["service"], "calendar": typed["calendar"], "start": start.isoformat()}
    try:
        return why.worded(current_services().availability.explain(question), zone(), locale())
    except Refused as refused:
        if refused.code not in ("not_found", "invalid"):
            raise
        return None
