"""Calendars, one for each professional or room: names, place, start interval, limits."""

from typing import Any

from werkzeug.wrappers import Response

from gateway.api.calendars import CalendarRequest
from gateway.context import current_services, gateway
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, done, may, page, show, signed_in
from gateway.pages.desk.settings.forms import (
    EDIT,
    Entries,
    by_id,
    chosen_of,
    customers_see,
    filled,
    key,
    number,
    once,
    read,
    seen,
    ticked,
)
from gateway.pages.desk.settings.zones import zones
from gateway.pages.words import _
from runtime.errors import Refused

LIST, FORM = "desk_settings_calendars", "desk/settings/calendar.html"
TEXTS = ("name", "nickname", "place", "time_zone", "active")
NUMBERS = ("start_interval_minutes", "max_per_day", "max_per_week")


@page("/settings/calendars", LIST)
def calendars() -> Response:
    """All calendars, active or not."""
    said = {"saved": _("The calendar has been saved.")}
    return show("desk/settings/calendars.html", calendars=listed(), did=done(said))


def listed() -> list[Json]:
    """Every calendar of the practice, by nickname."""
    found: list[Json] = current_services().availability.list_calendars()["items"]
    return found


@page("/settings/calendars/new", "desk_settings_calendar_new", scope=EDIT)
def new_calendar() -> Response:
    """An empty form: the practice's zone, every half hour."""
    zone = gateway().practices.by_id(signed_in()["practice"]["id"])["time_zone"]
    return _form(Entries({"time_zone": zone, "start_interval_minutes": "30", "active": "1"}))


@page("/settings/calendars/new", "desk_settings_calendar_add", methods=("POST",), scope=EDIT)
def add_calendar() -> Response:
    """Store a new one, and go on to its working hours."""
    entries = _read()
    if entries.judge(CalendarRequest(), payload := _payload(entries)):
        try:
            made = current_services().availability.create_calendar(once(payload))
            customers_see()
            return back("desk_settings_hours_of", did="added", id=made["id"])
        except Refused as refused:
            entries.refused(refused)
    return _form(entries)


@page("/settings/calendars/<uuid:id>", "desk_settings_calendar")
def calendar(id: Any) -> Response:
    """One calendar; without the right to change it, to look at."""
    found = by_id(listed(), id)
    return _form(_stored(found), found)


def _stored(found: Json) -> Entries:
    values = {name: str(found[name]) for name in ("name", "nickname", "time_zone", "version")}
    values |= {name: "" if found[name] is None else str(found[name]) for name in NUMBERS}
    return Entries({**values, "place": found["place"]["id"], "active": "1" if found["active"] else ""})


@page("/settings/calendars/<uuid:id>", "desk_settings_calendar_save", methods=("POST",), scope=EDIT)
def save_calendar(id: Any) -> Response:
    """Change it, unless somebody else was faster."""
    entries = _read()
    if entries.judge(CalendarRequest(), payload := _payload(entries)):
        try:
            current_services().availability.update_calendar(str(id), payload | seen(entries))
            customers_see()
            return back(LIST, did="saved")
        except Refused as refused:
            if refused.code == "not_found":
                raise
            entries.refused(refused)
    return _form(entries, by_id(listed(), id))


def _read() -> Entries:
    return read((*TEXTS, *NUMBERS))


def _payload(entries: Entries) -> Json:
    required = {name: entries[name] for name in ("name", "nickname", "place", "time_zone")}
    return {
        **filled({**required, "start_interval_minutes": number(entries["start_interval_minutes"])}),
        "active": bool(entries["active"]),
        "max_per_day": number(entries["max_per_day"]),
        "max_per_week": number(entries["max_per_week"]),
    }


def _form(entries: Entries, calendar: Json | None = None) -> Response:
    places = current_services().practice.places()["items"]
    entries.labels = {
        "name": _("Full name"),
        "nickname": _("Nickname"),
        "place": _("Place"),
        "time_zone": _("Time zone"),
        "start_interval_minutes": _("Starts every … minutes"),
        "max_per_day": _("Most appointments a day"),
        "active": _("Active: can be booked"),
        "max_per_week": _("Most appointments a week"),
    }
    if calendar:
        place = chosen_of("place", ((one["id"], one["name"]) for one in places))
        entries.compare(_stored(calendar), {"place": place, "active": ticked("active")})
    values = {"calendar": calendar, "places": places, "zones": zones(), "editable": may(EDIT), "key": key()}
    return show(FORM, entries.status, entries=entries, **values)
