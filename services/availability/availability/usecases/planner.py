"""What staff see in the planner beside appointments, and the answer to "why can this time not be booked?". Reads."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from availability.contracts import views
from availability.domain import grid, why
from availability.domain.errors import NotFound
from availability.domain.hours import resolved
from availability.domain.model import Agenda, Interval
from availability.domain.zones import day_of, instant
from availability.store import planner, settings
from availability.store.agendas import agenda, fill, selection, terms
from runtime.db import Session

Request = dict[str, Any]
Rows = Sequence[Any]


def agenda_of(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Working time, days off, absences and holds of all calendars in a stretch of time; with a service its free
    starts, too. Raises NotFound for a service that is not the practice's."""
    since, until, moment = (int(at.timestamp()) for at in (request["first"], request["last"], now))
    calendars = settings.calendars_of(session, practice)
    ids = [row["id"] for row in calendars]
    zones = {row["id"]: row["time_zone"] for row in calendars}
    days_off = planner.days_off_between(session, ids, since, until)
    free = _free(session, practice, request["service"], since, until, moment) if request["service"] else []
    return {
        "calendars": [views.planner_calendar(row) for row in calendars],
        "working": list(_working(calendars, days_off, since, until)),
        "days_off": [
            views.day_off(row, *_span(zones[row["calendar_id"]], row["first_day"], row["last_day"])) for row in days_off
        ],
        "absences": [views.calendars_absence(row) for row in planner.absences_between(session, ids, since, until)],
        "holds": [views.held(row) for row in planner.taken_between(session, ids, since, until, moment, "hold")],
        "free": free,
    }


def _working(calendars: Rows, days_off: Rows, since: int, until: int) -> Iterator[Request]:
    """The working periods that touch the stretch, without those of days off."""
    for row in calendars:
        one, zone = agenda(row), row["time_zone"]
        closed = [(off["first_day"].toordinal(), off["last_day"].toordinal()) for off in days_off
                  if off["calendar_id"] == row["id"]]  # fmt: skip
        for day in range(day_of(zone, since), day_of(zone, until) + 1):
            if any(first <= day <= last for first, last in closed):
                continue
            for opens, closes in resolved(zone, day, one.week[(day - 1) % 7]):
                if opens < until and closes > since:
                    yield {"calendar": row["id"], **views.span(opens, closes)}


def _span(zone: str, first: Any, last: Any) -> Interval:
    return instant(zone, first.toordinal(), 0), instant(zone, last.toordinal(), 1440)


def _free(session: Session, practice: str, service: str, since: int, until: int, now: int) -> list[Request]:
    chosen = selection(session, practice, service, None)
    if chosen is None:
        raise NotFound(service=service)
    agendas = fill(session, [one for one in chosen.agendas if one.active], since, until, now)
    return [
        {"calendar": one.id, **views.span(start, start + chosen.terms.duration)}
        for one in agendas
        for start, free in grid.calendar_slots(one, chosen.terms, since, until, now)
        if free
    ]


def explain(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Every reason why the start cannot be booked online, weightiest first. Raises NotFound."""
    calendar = settings.calendar(session, practice, request["calendar"])
    service = planner.service(session, practice, request["service"])
    if calendar is None:
        raise NotFound(calendar=request["calendar"])
    if service is None:
        raise NotFound(service=request["service"])
    moment, start = int(now.timestamp()), int(request["start"].timestamp())
    case = _case(session, agenda(calendar), service, start, moment)
    reasons = why.explain(case, moment)
    return {
        "service": service["id"],
        "calendar": calendar["id"],
        "time_zone": calendar["time_zone"],
        **views.span(*case.span, keys=("start", "end")),
        "bookable": not reasons,
        "staff_bookable": not any(one.staff for one in reasons),
        "reasons": [views.reason(one.code, one.staff, one.facts) for one in reasons],
    }


def _case(session: Session, of: Agenda, service: Any, start: int, now: int) -> why.Case:
    ids, (since, until) = [of.id], why.reach(of, start)
    days_off = planner.days_off_between(session, ids, since, until)
    return why.Case(
        agenda=of,
        terms=terms(service),
        start=start,
        offered=planner.offers(session, service["id"], of.id),
        released=service["released"],
        days_off=tuple(
            why.DayOff(row["kind"], row["first_day"].toordinal(), row["last_day"].toordinal(), row["name"])
            for row in days_off
        ),
        away=tuple(
            why.Away((row["from_at"], row["until_at"]), row["reason"])
            for row in planner.absences_between(session, ids, since, until)
        ),
        busy=tuple(
            why.Busy(
                row["kind"], row["subject"], (row["from_at"], row["until_at"]), (row["start_at"], row["end_at"]),
                row["expires_at"],
            )
            for row in planner.taken_between(session, ids, since, until, now)
        ),
    )  # fmt: skip
