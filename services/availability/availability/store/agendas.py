"""From rows to agendas: what the slot search reads, in two queries whatever the number of days or appointments."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import Date, and_, bindparam, cast, null, or_, select, union_all

from availability.domain.model import Agenda, Closure, Interval, Taken, Terms, Week
from availability.domain.zones import DAY, EPOCH, MINUTE
from availability.models import absences, calendars, closures, places, service_calendars, services, taken
from runtime.db import Session

Row = Mapping[Any, Any]
_ONE = cast(bindparam("calendar"), calendars.c.id.type)
_CALENDARS: Any = bindparam("calendars", expanding=True)
_NO_KIND, _NO_DAY = cast(null(), closures.c.kind.type), cast(null(), Date)
LONGEST_OCCUPANCY = 3 * DAY  # a day's appointment with both buffers is shorter: bounds the range that is read

_SELECTION = (
    select(
        calendars,
        places.c.name.label("place_name"),
        places.c.address.label("place_address"),
        *(column.label(f"service_{column.name}") for column in services.c),
    )
    .select_from(
        services.outerjoin(
            service_calendars,
            and_(
                service_calendars.c.service_id == services.c.id,
                or_(_ONE.is_(None), service_calendars.c.calendar_id == _ONE),
            ),
        )
        .outerjoin(calendars, calendars.c.id == service_calendars.c.calendar_id)
        .outerjoin(places, places.c.id == calendars.c.place_id)
    )
    .where(
        services.c.id == bindparam("service"),
        services.c.practice_id == bindparam("practice"),
        services.c.deleted.is_(None),
    )
    .order_by(calendars.c.nickname, calendars.c.id)
)
# What takes time of a calendar: appointments and holds (with their start), absences, and days off (with their kind).
_BUSY = union_all(
    select(taken.c.calendar_id, taken.c.from_at, taken.c.until_at, taken.c.start_at, _NO_KIND, _NO_DAY, _NO_DAY).where(
        taken.c.calendar_id.in_(_CALENDARS),
        taken.c.from_at > bindparam("earliest"),
        taken.c.from_at < bindparam("until"),
        taken.c.until_at > bindparam("since"),
        or_(taken.c.expires_at.is_(None), taken.c.expires_at > bindparam("now")),
    ),
    select(absences.c.calendar_id, absences.c.from_at, absences.c.until_at, null(), _NO_KIND, _NO_DAY, _NO_DAY).where(
        absences.c.calendar_id.in_(_CALENDARS),
        absences.c.until_at > bindparam("since"),
        absences.c.from_at < bindparam("until"),
    ),
    select(
        closures.c.calendar_id, null(), null(), null(), closures.c.kind, closures.c.first_day, closures.c.last_day
    ).where(
        closures.c.calendar_id.in_(_CALENDARS),
        closures.c.last_day >= bindparam("first"),
        closures.c.first_day <= bindparam("last"),
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
    found = (
        session.execute(_SELECTION, {"practice": practice, "service": service, "calendar": calendar}).mappings().all()
    )
    if not found:
        return None
    chosen = {column.name: found[0][f"service_{column.name}"] for column in services.c}
    offering = [row for row in found if row["id"]]
    return Selection(chosen, offering, terms(chosen), tuple(agenda(one) for one in offering))


def fill(session: Session, agendas: Sequence[Agenda], since: int, until: int, now: int) -> list[Agenda]:
    """The agendas with all that takes time of them in [since, until): days off, absences, appointments, live holds.

    Where a calendar has limits, the appointments of all ISO weeks that the range touches are there.
    """
    if any(one.max_per_day or one.max_per_week for one in agendas):
        since, until = since - 8 * DAY, until + 8 * DAY
    busy = {one.id: _Busy() for one in agendas}
    since, until = since - DAY, until + DAY
    bounds = {"since": since, "until": until, "earliest": since - LONGEST_OCCUPANCY, "now": now}
    days = {"first": date.fromordinal(since // DAY + EPOCH - 1), "last": date.fromordinal(until // DAY + EPOCH + 1)}
    for calendar, begin, end, start, kind, first, last in session.execute(
        _BUSY, {"calendars": list(busy), **bounds, **days}
    ):
        if kind is not None:
            busy[calendar].closures.append(Closure(kind, first.toordinal(), last.toordinal()))
        elif start is None:
            busy[calendar].absences.append((begin, end))
        else:
            busy[calendar].taken.append(Taken((begin, end), start))
    return [busy[one.id].on(one) for one in agendas]


@dataclass
class _Busy:
    """What the rows say of one calendar."""

    closures: list[Closure] = field(default_factory=list)
    absences: list[Interval] = field(default_factory=list)
    taken: list[Taken] = field(default_factory=list)

    def on(self, agenda: Agenda) -> Agenda:
        return replace(agenda, closures=tuple(self.closures), absences=tuple(self.absences), taken=tuple(self.taken))


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
