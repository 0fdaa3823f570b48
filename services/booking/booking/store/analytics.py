"""The counts behind the practice's figures: two questions, however long the time and however many appointments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, column, func, select, values
from sqlalchemy.dialects.postgresql import array

from booking.domain.analytics import Period, Tally
from booking.models import appointments, payments
from runtime.db import Session, UtcDateTime

a, p = appointments.c, payments.c
SERVICE, NAME, NICKNAME = a.service["id"].as_string(), a.service["name"].as_string(), a.calendar["nickname"].as_string()
OF = (a.calendar_id, SERVICE.label("service"))


@dataclass(frozen=True)
class Cut:
    """Whose figures, and of which part: one calendar's, one service's, or all."""

    practice_id: str
    calendar: str | None = None
    service: str | None = None


def counts(session: Session, cut: Cut, periods: Sequence[Period]) -> list[Tally]:
    """Appointments by the period in which they begin, and status."""
    n, within = _numbered(session.dialect, a.starts, periods)
    query = select(n, a.status, func.count().label("sum"), *OF, *_names()).where(*within)
    return _tallies(session, _cut(query, cut).group_by("n", a.status, a.calendar_id, SERVICE), money=False)


def sums(session: Session, cut: Cut, periods: Sequence[Period]) -> list[Tally]:
    """Payments by the period in which they came in, and currency."""
    n, within = _numbered(session.dialect, p.paid_at, periods)
    query = select(n, p.currency, func.sum(p.amount).label("sum"), *OF, *_names()).where(*within)
    query = query.where(a.id == p.appointment_id, p.practice_id == cut.practice_id)
    return _tallies(session, _cut(query, cut).group_by("n", p.currency, a.calendar_id, SERVICE), money=True)


def _names() -> tuple[Any, ...]:
    return func.max(NICKNAME).label("nickname"), func.max(NAME).label("name")


def _numbered(dialect: str, instant: Any, periods: Sequence[Period]) -> tuple[Any, tuple[Any, ...]]:
    """The number `n` of the period that the instant is in, and what holds for instants in one of them.

    PostgreSQL looks each up in a sorted array: it would misjudge a join, and compare each instant with each period.
    SQLite goes from period to period, each by index.
    """
    if dialect == "postgresql":
        n = func.width_bucket(instant, array([period.since for period in periods], type_=UtcDateTime())) - 1
        return n.label("n"), (instant >= periods[0].since, instant < periods[-1].until)
    columns = (column("n", Integer), column("since", UtcDateTime()), column("until", UtcDateTime()))
    rows = [(number, period.since, period.until) for number, period in enumerate(periods)]
    bounds = values(*columns, name="bounds").data(rows).cte("bounds").c
    return bounds.n, (instant >= bounds.since, instant < bounds.until)


def _cut(query: Select[Any], cut: Cut) -> Select[Any]:
    query = query.where(a.practice_id == cut.practice_id)
    query = query.where(a.calendar_id == cut.calendar) if cut.calendar else query
    return query.where(cut.service == SERVICE) if cut.service else query


def _tallies(session: Session, query: Select[Any], *, money: bool) -> list[Tally]:
    """Of rows that begin with period, kind and sum."""
    return [
        Tally(
            period=row[0],
            kind=row[1],
            count=int(row[2]),
            calendar=row.calendar_id,
            nickname=row.nickname,
            service=row.service,
            name=row.name,
            money=money,
        )
        for row in session.execute(query)
    ]
