"""Lists of appointments: today, new online bookings, what comes, what was; and the same decision about several."""

from datetime import date, datetime, timedelta
from urllib.parse import parse_qs
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services
from gateway.pages import backend
from gateway.pages.desk import told
from gateway.pages.desk.batch import packed
from gateway.pages.desk.did import said
from gateway.pages.desk.frame import back, may, page, show, signed_in, zone
from gateway.pages.typed import whole
from gateway.pages.words import _
from runtime.errors import Refused

WRITE = "booking:write"
LISTED = 50
OF_A_DAY = 200
LISTS = {"today": "desk_today", "inbox": "desk_inbox", "appointments": "desk_appointments", "past": "desk_past"}
STATUSES = ("pending", "accepted", "declined", "cancelled", "completed", "missed")
ONE_DAY = timedelta(days=1)


@page("", "desk")
def desk() -> Response:
    """The desk begins with today."""
    return back("desk_today")


@page("/today", "desk_today")
def today() -> Response:
    """The pending and accepted appointments of a day in order of time; today unless `day` names another."""
    now = backend.now().astimezone(ZoneInfo(zone())).date()
    day = day_of(request.args.get("day")) or now
    query = {**_days(day, day), "status": ["pending", "accepted"], "limit": OF_A_DAY}
    found = current_services().booking.appointments(query)
    near = {"before": day - ONE_DAY, "after": day + ONE_DAY}
    return show("desk/today.html", found=found, did=said(), picked=(), day=day, today=now, near=near)


@page("/inbox", "desk_inbox")
def inbox() -> Response:
    """New online bookings ("Erinnerungen"), until somebody has handled them."""
    found = current_services().booking.inbox({"limit": LISTED, **_cursor()})
    return show("desk/inbox.html", found=found, did=said(), picked=())


@page("/appointments", "desk_appointments")
def appointments() -> Response:
    """What comes: pending and accepted."""
    return _filtered(past=False)


@page("/past", "desk_past")
def past() -> Response:
    """What is over, and what was declined or cancelled; latest first."""
    return _filtered(past=True)


def _filtered(*, past: bool) -> Response:
    asked = {name: request.args[name] for name in ("q", "calendar", "status") if request.args.get(name)}
    first, last = day_of(request.args.get("from")), day_of(request.args.get("to"))
    query = {**asked, **_days(first, last), "scope": "past" if past else "upcoming", "limit": LISTED, **_cursor()}
    try:
        found = current_services().booking.appointments(query)
    except Refused as refused:
        if refused.code != "invalid":
            raise
        found = {"items": [], "next": None}  # a filter by hand in the address
    return show(
        "desk/appointments.html",
        found=found,
        past=past,
        did=said(),
        picked=(),
        filtered=bool(asked or first or last),
        calendars=backend.catalogue(signed_in()["practice"]["id"])["calendars"],
        statuses=_statuses(past),
        actions=_actions(past),
        ways=told.ask_several() if may(WRITE) else [],
    )


def _statuses(past: bool) -> list[tuple[str, str]]:
    words = {
        "pending": _("Pending"),
        "accepted": _("Confirmed"),
        "declined": _("Declined"),
        "cancelled": _("Cancelled"),
        "completed": _("Completed"),
        "missed": _("Missed"),
    }
    return [(status, words[status]) for status in (STATUSES if past else STATUSES[:2])]


def _actions(past: bool) -> list[tuple[str, str, str]]:
    if past:
        return [("complete", _("Came"), "primary"), ("miss", _("Did not come"), ""), ("cancel", _("Cancel"), "danger")]
    decisions = [("accept", _("Confirm"), "primary"), ("decline", _("Decline"), ""), ("cancel", _("Cancel"), "danger")]
    return [*decisions, ("remind", _("Send a reminder"), "quiet")]


@page("/appointments/bulk", "desk_bulk", methods=("POST",), scope=WRITE)
def bulk() -> Response:
    """The same decision about all that were chosen, or a reminder to their customers: all together or not at all."""
    versions = dict(_picked(text) for text in request.form.getlist("pick"))
    action = request.form.get("action", "")
    if not versions:
        return to_list("none")
    try:
        if action == "remind":
            current_services().booking.remind_all(list(versions))
            return to_list("remind")
        done = current_services().booking.bulk(list(versions), action, {**told.wanted(), "if_versions": versions})
    except Refused as refused:
        known = {"mixed_status": "mixed", "precondition_failed": "changed", "invalid_transition": "nothing"}
        known |= dict.fromkeys(told.REFUSED, "no_sms")
        if refused.code not in (*known, "not_found", "invalid"):
            raise
        return to_list(known.get(refused.code, "nothing"))
    return to_list("bulk", batch=packed(done["items"]), quiet=told.quiet() or "")


def _picked(text: str) -> tuple[str, int]:
    id, _colon, version = text.partition(":")
    return id, whole(version) or 0


def to_list(did: str, **more: str) -> Response:
    """Back to the list with the filters that it had."""
    endpoint = LISTS.get(request.form.get("from", ""), "desk_appointments")
    return back(endpoint, did=did, **filters(), **{name: value for name, value in more.items() if value})


def filters() -> dict[str, str]:
    """Those that the list had from which a form was sent."""
    kept = parse_qs(request.form.get("back", ""))
    return {name: kept[name][0] for name in ("q", "calendar", "status", "from", "to", "lang") if name in kept}


def day_of(text: str | None) -> date | None:
    """The day that the address names; None for none, or for what is no day of our time."""
    try:
        day = date.fromisoformat(text or "")
    except ValueError:
        return None
    return day if 2000 <= day.year < 2200 else None


def _days(first: date | None, last: date | None) -> dict[str, str]:
    """Bounds of a query: these days by the reader's clock."""
    bounds = {"from": first, "to": last + ONE_DAY if last else None}
    return {name: midnight(day).isoformat() for name, day in bounds.items() if day}


def midnight(day: date) -> datetime:
    """The beginning of a day by the reader's clock."""
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone()))


def _cursor() -> dict[str, str]:
    return {"cursor": request.args["cursor"]} if request.args.get("cursor") else {}
