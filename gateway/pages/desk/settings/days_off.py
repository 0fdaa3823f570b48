"""When a calendar is closed beside its hours: holidays and vacations (days), absences ("Abwesend", also parts of days).

Appointments in the way stay; the page lists them after something was added.
"""

from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from flask import request
from werkzeug.wrappers import Response

from gateway import present
from gateway.api.days_off import CLOSURES
from gateway.context import current_services, hurrying
from gateway.pages import backend
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, done, may, page, show
from gateway.pages.desk.settings import week_form
from gateway.pages.desk.settings.calendars import listed
from gateway.pages.desk.settings.forms import EDIT, Entries, by_id, filled, read
from gateway.pages.words import _
from runtime.errors import Refused, Unavailable

PAGE = "desk_settings_days_off_of"
KINDS = ("holidays", "vacations", "absences")
FIELDS = {
    "holidays": ("holiday_date", "holiday_name"),
    "vacations": ("vacation_from", "vacation_to"),
    "absences": ("absence_from_day", "absence_from_time", "absence_to_day", "absence_to_time", "absence_reason"),
}
NAMES = {
    "holidays": {"date": "holiday_date", "name": "holiday_name"},
    "vacations": {"from": "vacation_from", "to": "vacation_to"},
    "absences": {"from": "absence_from_day", "to": "absence_to_day", "reason": "absence_reason"},
}
MOST_CONFLICTS = 40  # ids that travel in an address


@page("/settings/days-off", "desk_settings_days_off")
def first() -> Response:
    """The first calendar's; without any, the way to make one."""
    calendars = listed()
    return back(PAGE, id=calendars[0]["id"]) if calendars else back("desk_settings_calendars")


@page("/settings/days-off/<uuid:id>", PAGE)
def days_off(id: Any) -> Response:
    """All that is entered, what is over apart. `from` and `to` (YYYY-MM-DDTHH:MM) fill in an absence."""
    values: dict[str, str] = {}
    for end in ("from", "to"):
        day, _sign, clock = request.args.get(end, "").partition("T")
        values |= {f"absence_{end}_day": day, f"absence_{end}_time": clock[:5]}
    return _page(id, Entries(values))


@page(
    f"/settings/days-off/<uuid:id>/<any({', '.join(KINDS)}):kind>",
    "desk_settings_days_off_add",
    methods=("POST",),
    scope=EDIT,
)
def add(id: Any, kind: str) -> Response:
    """Add an entry of one kind."""
    schema, _example, single = CLOSURES[kind]
    entries = read(FIELDS[kind])
    payload = filled(_payload(entries, kind, by_id(listed(), id)["time_zone"]))
    if entries.judge(schema(), payload, NAMES[kind]):
        try:
            made = current_services().availability.add_closure(single, str(id), payload)
            return after_adding(str(id), f"added-{kind}", made["conflicts"], *_span(payload))
        except Refused as refused:
            entries.refused(refused, NAMES[kind])
    return _page(id, entries)


@page(
    f"/settings/days-off/<uuid:id>/<any({', '.join(KINDS)}):kind>/<uuid:entry>/delete",
    "desk_settings_days_off_remove",
    methods=("POST",),
    scope=EDIT,
)
def remove(id: Any, kind: str, entry: Any) -> Response:
    """Take an entry back; one that is gone already, by a second click or another tab, is gone."""
    by_id(listed(), id)
    try:
        current_services().availability.remove_closure(CLOSURES[kind][2], str(id), str(entry))
    except Refused as refused:
        if refused.code != "not_found":
            raise
    return back(PAGE, id=str(id), did="removed")


def after_adding(calendar: str, did: str, conflicts: list[str], since: str, until: str) -> Response:
    """To the page, which then lists the appointments in the way."""
    met = {"conflict": conflicts[:MOST_CONFLICTS], "since": since, "until": until} if conflicts else {}
    return back(PAGE, id=calendar, did=did, **met)


def _payload(entries: Entries, kind: str, zone: str) -> Json:
    if kind == "holidays":
        return {"date": entries["holiday_date"], "name": entries["holiday_name"]}
    if kind == "vacations":
        return {"from": entries["vacation_from"], "to": entries["vacation_to"] or entries["vacation_from"]}
    first, last = entries["absence_from_day"], entries["absence_to_day"] or entries["absence_from_day"]
    return {
        "from": _instant(first, entries["absence_from_time"], zone, whole_day=0),
        "to": _instant(last, entries["absence_to_time"], zone, whole_day=1),
        "reason": entries["absence_reason"],
    }


def _instant(day: str, clock: str, zone: str, *, whole_day: int) -> str:
    """The wall clock's time as an instant; without a time the day's beginning or end. What is no time stays."""
    if not day:
        return ""
    typed = week_form.clock(clock)
    if typed == "24:00":
        typed, whole_day = "", 1
    try:
        found = datetime.combine(date.fromisoformat(day), time.fromisoformat(typed) if typed else time())
        return (found + timedelta(days=0 if typed else whole_day)).replace(tzinfo=ZoneInfo(zone)).isoformat()
    except (ValueError, OverflowError):
        return f"{day} {clock}"


def _span(payload: Json) -> tuple[str, str]:
    """Where to look for the appointments in the way: a day more on both sides is no harm."""
    first, last = (str(payload.get(end) or payload.get("date"))[:10] for end in ("from", "to"))
    days = (date.fromisoformat(first) - timedelta(days=1), date.fromisoformat(last) + timedelta(days=2))
    return tuple(f"{day}T00:00:00+00:00" for day in days)  # type: ignore[return-value]


def _page(id: Any, entries: Entries) -> Response:
    calendars, availability = listed(), current_services().availability
    calendar = by_id(calendars, id)
    found = {kind: availability.closures(kind, calendar["id"])["items"] for kind in KINDS}
    today = present.local(backend.now(), calendar["time_zone"]).date().isoformat()
    over = {kind: [one for one in items if _end(one)[:10] < today] for kind, items in found.items()}
    entries.labels = _labels()
    return show(
        "desk/settings/days_off.html",
        entries.status,
        calendars=calendars,
        calendar=calendar,
        coming={kind: [one for one in items if one not in over[kind]] for kind, items in found.items()},
        over=over,
        entries=entries,
        editable=may(EDIT),
        did=done(_done()),
        conflicts=_conflicts(calendar["id"]),
    )


def _end(entry: Json) -> str:
    return str(entry.get("to") or entry["date"])


def _conflicts(calendar: str) -> list[Json]:
    """The appointments in the way of what was just added, as far as booking can be asked."""
    ids = set(request.args.getlist("conflict"))
    since, until = request.args.get("since", ""), request.args.get("until", "")
    if not ids or not since or not until:
        return []
    query = {"calendar": calendar, "from": since, "to": until, "status": ["pending", "accepted"], "limit": 200}
    try:
        with hurrying():
            found = current_services().booking.appointments(query)["items"]
    except (Refused, Unavailable):
        return []
    return [one for one in found if one["id"] in ids]


def _done() -> dict[str, str]:
    return {
        "added-holidays": _("The holiday has been added."),
        "added-vacations": _("The vacation has been added."),
        "added-absences": _("The absence has been added."),
        "imported": _("The public holidays have been added."),
        "removed": _("The entry has been removed. The times can be booked again."),
    }


def _labels() -> dict[str, str]:
    return {
        "holiday_date": _("Date of the holiday"),
        "holiday_name": _("Name of the holiday"),
        "vacation_from": _("First day of the vacation"),
        "vacation_to": _("Last day of the vacation"),
        "absence_from_day": _("Absent from"),
        "absence_to_day": _("Absent until"),
        "absence_reason": _("Reason of the absence"),
    }
