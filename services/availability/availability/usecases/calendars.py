"""Calendars (a professional or a room) and their weekly working hours."""

from datetime import datetime
from typing import Any

from availability import models
from availability.contracts import views
from availability.contracts.requests import WEEKDAYS
from availability.domain.errors import Invalid, NotFound
from availability.domain.hours import minutes, period_errors, wall, wall_starts
from availability.domain.model import CLOSED, Week
from availability.store import agendas, settings
from availability.usecases import tell
from availability.usecases.versions import check_version
from runtime.db import Session
from runtime.ids import new_id, stable_id

Request = dict[str, Any]


def list_calendars(session: Session, practice: str) -> Request:
    """All calendars, active or not."""
    return views.items([views.calendar(row) for row in settings.calendars_of(session, practice)])


def create_calendar(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Add a calendar, without working hours yet. A repeat under the same key answers the one that was added."""
    place = _place(session, practice, request["place"])
    zone = request["time_zone"] or settings.practice_zone(session, practice) or "Europe/Berlin"
    columns = {**_columns(request), "time_zone": zone, "hours": agendas.hours_column(CLOSED)}
    key = request["idempotency_key"]
    id = stable_id("calendar", practice, key) if key else new_id()
    row = settings.add_calendar(session, practice, id, now, columns)
    return _changed(session, now, {**row, **place}) if row else views.calendar(_found(session, practice, id))


def update_calendar(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Change the fields that are sent; nothing is told if all of them were so before."""
    row = _locked(session, practice, request["id"], request)
    place = _place(session, practice, request["place"]) if "place" in request else {}
    columns = _columns(request)
    if all(row[name] == value for name, value in columns.items()):
        return views.calendar(row)
    return _changed(session, now, {**settings.change(session, models.calendars, row, columns), **place})


def get_hours(session: Session, practice: str, request: Request) -> Request:
    """The weekly working hours by the wall clock of the calendar's zone."""
    row = _found(session, practice, request["calendar"])
    days = agendas.week(row["hours"])
    return views.hours(
        row["id"], row["version"], [[(wall(opens), wall(closes)) for opens, closes in day] for day in days]
    )


def put_hours(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Replace the whole week. Raises Invalid for periods that overlap or end before they start."""
    row = _locked(session, practice, request["calendar"], request)
    hours = agendas.hours_column(_week(request["hours"]))
    if hours != row["hours"]:
        _changed(session, now, settings.change(session, models.calendars, row, {"hours": hours}))
    return get_hours(session, practice, request)


def preview_hours(session: Session, practice: str, request: Request) -> Request:
    """The starts that a week of these hours would offer; of the hours that are stored, if none are sent.

    Stores nothing. Raises NotFound, and Invalid as `put_hours` does.
    """
    row = _found(session, practice, request["calendar"])
    week = agendas.week(row["hours"]) if request["hours"] is None else _week(request["hours"])
    step = duration = row["start_interval_minutes"]
    if request["service"]:
        service = settings.service(session, practice, request["service"])
        if service is None:
            raise NotFound(service=request["service"])
        step, duration = service["start_interval_minutes"] or step, service["duration_minutes"]
    days = [[wall(start) for start in wall_starts(periods, step, duration)] for periods in week]
    return {
        "duration_minutes": duration,
        "interval_minutes": step,
        "starts": dict(zip(WEEKDAYS, days, strict=True)),
    }


def _week(hours: Request) -> Week:
    """Monday first, periods in order. Raises Invalid for periods that overlap or end before they start."""
    days = [
        tuple(sorted((minutes(period["opens"]), minutes(period["closes"])) for period in hours[day]))
        for day in WEEKDAYS
    ]
    errors = {day: found for day, periods in zip(WEEKDAYS, days, strict=True) if (found := period_errors(periods))}
    if errors:
        raise Invalid(errors={"hours": errors})
    return tuple(days)


def _found(session: Session, practice: str, id: str) -> settings.Row:
    row = settings.calendar(session, practice, id)
    if row is None:
        raise NotFound(calendar=id)
    return row


def _locked(session: Session, practice: str, id: str, request: Request) -> settings.Row:
    """The calendar, until the end of the transaction. Raises NotFound, PreconditionFailed."""
    row = settings.calendar_locked(session, practice, id)
    if row is None:
        raise NotFound(calendar=id)
    check_version(row, request)
    return row


def _changed(session: Session, now: datetime, row: settings.Row) -> Request:
    tell.calendar_changed(session, now, row)
    tell.slots_changed(session, now, row["practice_id"], calendars=[row["id"]])
    return views.calendar(row)


def _columns(request: Request) -> Request:
    columns = {
        name: value for name, value in request.items() if name not in ("id", "if_version", "idempotency_key", "place")
    }
    return {**columns, "place_id": request["place"]} if "place" in request else columns


def _place(session: Session, practice: str, id: str) -> settings.Row:
    place = settings.place(session, practice, id)
    if place is None:
        raise Invalid(errors={"place": ["Not a place of this practice."]})
    return place
