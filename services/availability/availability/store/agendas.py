"""From rows to agendas: what the slot search reads, in four queries whatever the number of days or appointments."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import bindparam, null, or_, select, union_all
from sqlalchemy.orm import Session

from availability.domain.model import Agenda, Closure, Interval, Taken, Terms, Week
from availability.domain.zones import DAY, EPOCH, MINUTE
from availability.models import absences, calendars, closures, places, service_calendars, services, taken

Row = Mapping[Any, Any]
LONGEST_OCCUPANCY = 3 * DAY  # a day's appointment with both buffers is shorter: bounds the range that is read

_SERVICE = select(services).where(
    services.c.id == bindparam("service"),
    services.c.practice_id == bindparam("practice"),
    services.c.deleted.is_(None),
)
_CALENDARS = (
    select(calendars, places.c.name.label("place_name"), places.c.address.label("place_address"))
    .join(places, places.c.id == calendars.c.place_id)
    .join(service_calendars, service_calendars.c.calendar_id == calendars.c.id)
    .where(service_calendars.c.service_id == bindparam("service"))
    .order_by(calendars.c.nickname, calendars.c.id)
)
_CALENDAR = _CALENDARS.where(calendars.c.id == bindparam("calendar"))
_CLOSURES = select(closures.c.calendar_id, closures.c.kind, closures.c.first_day, closures.c.last_day).where(
    closures.c.calendar_id.in_(bindparam("calendars", expanding=True)),
    closures.c.last_day >= bindparam("first"),
    closures.c.first_day <= bindparam("last"),
)
_TIMES = union_all(
    select(taken.c.calendar_id, taken.c.from_at, taken.c.until_at, taken.c.start_at).where(
        taken.c.calendar_id.in_(bindparam("calendars", expanding=True)),
        taken.c.from_at > bindparam("earliest"),
        taken.c.from_at < bindparam("until"),
        taken.c.until_at > bindparam("since"),
        or_(taken.c.expires_at.is_(None), taken.c.expires_at > bindparam("now")),
    ),
    select(absences.c.calendar_id, absences.c.from_at, absences.c.until_at, null()).where(
        absences.c.calendar_id.in_(bindparam("calendars", expanding=True)),
        absences.c.until_at > bindparam("since"),
        absences.c.from_at < bindparam("until"),
    ),
)


@dataclass(frozen=True)
class Selection:
    """A service and the calendars that offer it, without anything that takes time of them yet."""

    service: Row
    calendars: Sequence[Row]
    terms: Terms
    agendas: tuple[Agenda, ...]  # in the order of `calendars`


def selection(session: Session, practice: str, service: str, calendar: str | None) -> Selection | None:
    """The service with its calendars, also inactive ones, or with the one asked for, if that offers it; None if the
    practice has no such service (any more)."""
    row = session.execute(_SERVICE, {"practice": practice, "service": service}).mappings().first()
    if row is None:
        return None
    query, which = (_CALENDAR, {"calendar": calendar}) if calendar else (_CALENDARS, {})
    found = session.execute(query, {"service": service, **which}).mappings().all()
    return Selection(row, found, terms(row), tuple(agenda(one) for one in found))


def fill(session: Session, agendas: Sequence[Agenda], since: int, until: int, now: int) -> list[Agenda]:
    """The agendas with all that takes time of them in [since, until): days off, absences, appointments, live holds.

    Where a calendar has limits, the appointments of all ISO weeks that the range touches are there.
    """
    if any(one.max_per_day or one.max_per_week for one in agendas):
        since, until = since - 8 * DAY, until + 8 * DAY
    times = _times(session, [one.id for one in agendas], since - DAY, until + DAY, now)
    days_off = _days_off(session, [one.id for one in agendas], since // DAY + EPOCH - 2, until // DAY + EPOCH + 2)
    return [
        replace(one, closures=tuple(days_off[one.id]), absences=tuple(times[one.id][0]), taken=tuple(times[one.id][1]))
        for one in agendas
    ]


def _times(
    session: Session, ids: list[str], since: int, until: int, now: int
) -> dict[str, tuple[list[Interval], list[Taken]]]:
    found: dict[str, tuple[list[Interval], list[Taken]]] = {id: ([], []) for id in ids}
    bounds = {"since": since, "until": until, "earliest": since - LONGEST_OCCUPANCY, "now": now}
    for calendar, begin, end, start in session.execute(_TIMES, {"calendars": ids, **bounds}):
        away, occupied = found[calendar]
        if start is None:
            away.append((begin, end))
        else:
            occupied.append(Taken((begin, end), start))
    return found


def _days_off(session: Session, ids: list[str], first: int, last: int) -> dict[str, list[Closure]]:
    found: dict[str, list[Closure]] = {id: [] for id in ids}
    bounds = {"first": date.fromordinal(first), "last": date.fromordinal(last)}
    for calendar, kind, begin, end in session.execute(_CLOSURES, {"calendars": ids, **bounds}):
        found[calendar].append(Closure(kind, begin.toordinal(), end.toordinal()))
    return found


def terms(row: Row) -> Terms:
    """What the service asks for."""
    step = row["start_interval_minutes"]
    return Terms(
        duration=row["duration_minutes"] * MINUTE,
        before=row["buffer_before_minutes"] * MINUTE,
        after=row["buffer_after_minutes"] * MINUTE,
        notice=row["min_notice_minutes"] * MINUTE,
        window_days=row["window_days"],
        step=step and step * MINUTE,
    )


def agenda(row: Row) -> Agenda:
    """The calendar's own settings."""
    return Agenda(
        id=row["id"],
        zone=row["time_zone"],
        week=week(row["hours"]),
        step=row["start_interval_minutes"] * MINUTE,
        active=row["active"],
        max_per_day=row["max_per_day"],
        max_per_week=row["max_per_week"],
    )


@lru_cache(maxsize=512)
def week(hours: str) -> Week:
    """The column `hours` as periods in minutes, Monday first."""
    return tuple(tuple((opens, closes) for opens, closes in day) for day in json.loads(hours))


def hours_column(periods: Week) -> str:
    """The same the other way round."""
    return json.dumps(periods, separators=(",", ":"))
