"""Weekly working hours of a calendar: several periods a day, copied from day to day, with a preview of the starts."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, done, may, page, show
from gateway.pages.desk.settings import week_form
from gateway.pages.desk.settings.calendars import listed
from gateway.pages.desk.settings.forms import EDIT, Entries, by_id, read, seen
from gateway.pages.desk.settings.week_form import Week
from gateway.pages.words import _
from runtime.errors import Refused

PAGE = "desk_settings_hours_of"


@page("/settings/hours", "desk_settings_hours")
def first() -> Response:
    """The first calendar's; without any, the way to make one."""
    calendars = listed()
    return back(PAGE, id=calendars[0]["id"]) if calendars else back("desk_settings_calendars")


@page("/settings/hours/<uuid:id>", PAGE)
def hours(id: Any) -> Response:
    """The week as it holds."""
    calendars = listed()
    calendar = by_id(calendars, id)
    found = current_services().availability.hours(str(id))
    entries = Entries({"version": str(found["version"])})
    return _page(calendars, calendar, week_form.stored(found["hours"]), entries)


@page("/settings/hours/<uuid:id>", "desk_settings_hours_save", methods=("POST",), scope=EDIT)
def change_hours(id: Any) -> Response:
    """Store the week; or carry out another button of the form, which stores nothing."""
    calendars = listed()
    calendar, action = by_id(calendars, id), request.form.get("action", "save")
    week, entries = week_form.typed(), read(())
    if action != "save":
        week_form.act(week, action)
        return _page(calendars, calendar, week, entries)
    if wanted := week_form.judge(week, entries):
        try:
            current_services().availability.put_hours(str(id), wanted, seen(entries))
            return back(PAGE, id=str(id), did="saved")
        except Refused as refused:
            entries.refused(refused, {"hours": "monday"})
            _compare(str(id), week, entries)
    return _page(calendars, calendar, week, entries)


def _compare(id: str, week: Week, entries: Entries) -> None:
    """What somebody else stored meanwhile, day by day."""
    if not entries.outdated:
        return
    now, typed = week_form.stored(current_services().availability.hours(id)["hours"]).hours(), week.hours()
    for day, name in week_form.names().items():
        if now[day] != typed[day]:
            periods = ", ".join(f"{one['from']} – {one['to']}" for one in now[day])
            entries.beside.append((day, name, periods or _("Free day")))


def _page(calendars: list[Json], calendar: Json, week: Week, entries: Entries) -> Response:
    services = [
        one for one in current_services().availability.list_services()["items"] if calendar["id"] in one["calendars"]
    ]
    said = {
        "saved": _("The working hours have been saved. Customers see the new times at once."),
        "added": _("The calendar has been added. Now set its working hours, and tick it in the services it offers."),
    }
    names = week_form.names()
    entries.labels = {f"{day}{part}": name for day, name in names.items() for part in ("", *_parts())}
    return show(
        "desk/settings/hours.html",
        entries.status,
        calendars=calendars,
        calendar=calendar,
        week=week,
        weekdays=names,
        entries=entries,
        services=services,
        preview=_preview(calendar, week, entries, [one["id"] for one in services]),
        editable=may(EDIT),
        did=done(said),
    )


def _parts() -> list[str]:
    return [f"_{number}_{end}" for number in range(week_form.MOST) for end in ("from", "to")]


def _preview(calendar: Json, week: Week, entries: Entries, services: list[str]) -> Json | None:
    """The starts that these hours would offer for the service chosen, or the first one; None for hours that cannot be
    worked."""
    probe = Entries({})
    wanted = week_form.judge(week, probe)
    if wanted is None or entries.errors:
        return None
    chosen = request.values.get("service", "")
    service = chosen if chosen in services else next(iter(services), None)
    found = current_services().availability.preview_hours(calendar["id"], {"hours": wanted, "service": service})
    return {**found, "service": service}
