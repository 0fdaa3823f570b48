"""Move, stretch and cancel an appointment from the calendar. Nothing happens before staff have said whether and how
the customer shall hear of it. Pages; scripts open them as dialogs."""

from datetime import datetime, timedelta
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services
from gateway.pages.backend import Json
from gateway.pages.desk import told
from gateway.pages.desk.calendar.page import WRITE, as_shown
from gateway.pages.desk.calendar.span import resolve, wall
from gateway.pages.desk.frame import back, page, sentence, show, zone
from gateway.pages.typed import whole
from gateway.pages.words import _
from runtime.errors import Refused

FORCIBLE = ("slot_not_offered",)
EXPECTED = (
    "slot_taken", "slot_not_offered", "invalid_transition", "limit_reached", "precondition_failed", "invalid",
    "too_late", "conflict", "overpaid", *told.REFUSED,
)  # fmt: skip
LONGEST = 24 * 60


@page("/calendar/appointments/<uuid:id>/move", "desk_calendar_move", scope=WRITE)
def ask_move(id: Any) -> Response:
    """From when to when, and how shall the customer hear of it?"""
    found = current_services().booking.appointment(str(id))
    return _ask(found, {
        "start": request.args.get("start", "") or wall(found["start"], zone()),
        "calendar": request.args.get("calendar", "") or found["calendar"]["id"],
        "minutes": request.args.get("minutes", "") or str(_minutes(found)),
        "version": str(found["version"]),
    })  # fmt: skip


@page("/calendar/appointments/<uuid:id>/move", "desk_calendar_moved", methods=("POST",), scope=WRITE)
def move(id: Any) -> Response:
    """Move it, or change its length; what cannot be is shown with what was typed."""
    found = current_services().booking.appointment(str(id))
    names = ("start", "calendar", "minutes", "version", "force")
    typed: Json = {name: request.form.get(name, "").strip() for name in names} | {"channels": told.typed()}
    start, minutes = resolve(typed["start"], zone()), whole(typed["minutes"]) or 0
    if start is None:
        return _ask(found, typed, {"start": _("Please enter a date and a time.")}, status=422)
    if not 1 <= minutes <= LONGEST:
        return _ask(found, typed, {"minutes": _("Please enter the length in minutes.")}, status=422)
    try:
        did = _carry_out(found, typed, start, minutes)
    except Refused as refused:
        if refused.code not in EXPECTED:
            raise
        return _ask(found, typed, objection=refused, status=409)
    return _back(did, bool(typed["channels"]), start)


def _carry_out(found: Json, typed: Json, start: datetime, minutes: int) -> str:
    """Length first: it needs its room where the appointment stands; then the move. Only what differs is changed."""
    booking, options = current_services().booking, {**told.wanted(), "force": bool(typed["force"])}
    version, did = whole(typed["version"]) or found["version"], "moved"
    moves = start != datetime.fromisoformat(found["start"]) or typed["calendar"] != found["calendar"]["id"]
    if minutes != _minutes(found):
        quiet = {**options, "notify": options["notify"] and not moves}
        changed = booking.change_details(found["id"], {"duration_minutes": minutes, "if_version": version, **quiet})
        version, did = changed["version"], "stretched"
    if moves:
        target = {"start": start.isoformat(), "calendar": typed["calendar"], "if_version": version}
        booking.reschedule(found["id"], {**target, **options})
        did = "moved"
    return did


@page("/calendar/appointments/<uuid:id>/cancel", "desk_calendar_cancel", scope=WRITE)
def ask_cancel(id: Any) -> Response:
    """Really, and how shall the customer hear of it?"""
    found = current_services().booking.appointment(str(id))
    return _ask_cancel(found)


def _ask_cancel(found: Json, objection: Refused | None = None) -> Response:
    ways = told.ask(found)
    return show(
        "desk/calendar/cancel.html",
        409 if objection else 200,
        appointment=found,
        version=found["version"],
        note=request.form.get("note", "").strip()[:2000],
        ways=ways,
        channels=told.typed() if objection else told.chosen(ways),
        objection=sentence(objection) if objection else "",
    )


@page("/calendar/appointments/<uuid:id>/undo", "desk_calendar_undo", methods=("POST",), scope=WRITE)
def undo(id: Any) -> Response:
    """Take the last change of state back, back in the calendar."""
    version = whole(request.form.get("version", "")) or 0
    try:
        seen = {"if_version": version} if version else {}
        found = current_services().booking.undo(str(id), seen | told.of_undo())
        return _back("undone", True, datetime.fromisoformat(found["start"]))
    except Refused as refused:
        if refused.code not in EXPECTED:
            raise
        found = current_services().booking.appointment(str(id))
        return _back("not_undone", True, datetime.fromisoformat(found["start"]))


@page("/calendar/appointments/<uuid:id>/<any(cancel, accept):action>", "desk_calendar_decide", methods=("POST",),
      scope=WRITE)  # fmt: skip
def decide(id: Any, action: str) -> Response:
    """Cancel or confirm."""
    options: Json = {"note": request.form.get("note", "").strip()[:2000] or None}
    if version := whole(request.form.get("version", "")):
        options["if_version"] = version
    booking = current_services().booking
    try:
        options |= told.wanted() if action == "cancel" else {"notify": True}
        changed = booking.change_status(str(id), action, options)
    except Refused as refused:
        if refused.code not in EXPECTED:
            raise
        return _ask_cancel(booking.appointment(str(id)), refused)
    did = "confirmed" if action == "accept" else "cancelled"
    seen = {"id": str(id), "v": changed["version"]}
    return _back(did, options["notify"], datetime.fromisoformat(changed["start"]), **seen)


def _ask(
    found: Json, typed: Json, errors: dict[str, str] | None = None, *, objection: Refused | None = None,
    status: int = 200,
) -> Response:  # fmt: skip
    calendars = [one for one in current_services().availability.list_calendars()["items"] if one["active"]]
    start, ways = resolve(typed["start"], zone()), told.ask(found)
    return show(
        "desk/calendar/move.html",
        status,
        appointment=found,
        typed=typed,
        errors=errors or {},
        objection=sentence(objection) if objection else "",
        forcible=objection is not None and objection.code in FORCIBLE,
        calendars=calendars,
        start=start,
        end=start and start + timedelta(minutes=whole(typed["minutes"]) or _minutes(found)),
        ways=ways,
        channels=told.chosen(ways) if request.method == "GET" else typed["channels"],
    )


def _back(did: str, notify: bool, start: datetime, **more: Any) -> Response:
    """To the calendar as it was shown, at the day of the appointment."""
    named = did if notify else f"{did}_silently"
    return back("desk_calendar", did=named, **as_shown(), date=wall(start.isoformat(), zone())[:10], **more)


def _minutes(found: Json) -> int:
    length = datetime.fromisoformat(found["end"]) - datetime.fromisoformat(found["start"])
    return int(length.total_seconds() // 60)
