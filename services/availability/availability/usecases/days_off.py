"""Holidays (one day), vacations (days, both included) by the calendar's wall clock; absences between two instants."""

from datetime import date, datetime
from typing import Any

from availability.contracts import views
from availability.domain.errors import NotFound
from availability.domain.zones import DAY, as_datetime, instant
from availability.store import settings
from availability.usecases import tell
from runtime.db import Session

Request = dict[str, Any]
HOLIDAY, VACATION = "holiday", "vacation"
VIEWS = {HOLIDAY: views.holiday, VACATION: views.vacation}


def list_closures(session: Session, practice: str, kind: str, request: Request) -> Request:
    """The calendar's holidays or vacations, in order."""
    calendar = _calendar(session, practice, request)
    return views.items([VIEWS[kind](row) for row in settings.closures_of(session, calendar["id"], kind)])


def add_holiday(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """A day off; the same day twice is one entry. Appointments on it stay; their ids are in `conflicts`."""
    return _add(session, now, practice, request, HOLIDAY, request["date"], request["date"], request["name"])


def add_vacation(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Days off, first and last included. Appointments on them stay; their ids are in `conflicts`."""
    return _add(session, now, practice, request, VACATION, request["first"], request["last"], "")


def _add(
    session: Session, now: datetime, practice: str, request: Request, kind: str, first: date, last: date, name: str
) -> Request:
    calendar = _calendar(session, practice, request)
    row = settings.add_closure(session, calendar["id"], kind, first, last, name)
    span = _span(calendar, first, last)
    _changed(session, now, calendar, *span)
    return {**VIEWS[kind](row), "conflicts": settings.appointments_within(session, calendar["id"], span)}


def remove_closure(session: Session, now: datetime, practice: str, kind: str, request: Request) -> Request:
    """Take a holiday or vacation back."""
    calendar = _calendar(session, practice, request)
    if not settings.remove_closure(session, calendar["id"], kind, request["id"]):
        raise NotFound(**{kind: request["id"]})
    _changed(session, now, calendar)
    return {}


def list_absences(session: Session, practice: str, request: Request) -> Request:
    """The calendar's absences, in order."""
    calendar = _calendar(session, practice, request)
    return views.items([views.absence(row) for row in settings.absences_of(session, calendar["id"])])


def add_absence(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Store the absence. Appointments inside it stay; their ids are in `conflicts`."""
    calendar = _calendar(session, practice, request)
    since, until = int(request["first"].timestamp()), int(request["last"].timestamp())
    row = settings.add_absence(session, calendar["id"], since, until, request["reason"])
    _changed(session, now, calendar, since, until)
    return {
        **views.absence(row),
        "conflicts": settings.appointments_within(session, calendar["id"], (since, until)),
    }


def remove_absence(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Take an absence back."""
    calendar = _calendar(session, practice, request)
    row = settings.remove_absence(session, calendar["id"], request["id"])
    if row is None:
        raise NotFound(absence=request["id"])
    _changed(session, now, calendar, row["from_at"], row["until_at"])
    return {}


def _calendar(session: Session, practice: str, request: Request) -> settings.Row:
    row = settings.calendar(session, practice, request["calendar"])
    if row is None:
        raise NotFound(calendar=request["calendar"])
    return row


def _span(calendar: settings.Row, first: date, last: date) -> tuple[int, int]:
    zone = calendar["time_zone"]
    return instant(zone, first.toordinal(), 0), instant(zone, last.toordinal(), 1440)


def _changed(
    session: Session, now: datetime, calendar: settings.Row, since: int | None = None, until: int | None = None
) -> None:
    """A day more on both sides: a slot's length and buffers reach over the edge."""
    tell.slots_changed(
        session,
        now,
        calendar["practice_id"],
        calendars=[calendar["id"]],
        since=None if since is None else as_datetime(since - DAY),
        until=None if until is None else as_datetime(until + DAY),
    )
