"""The counts behind the practice's figures: two questions, however long the time and however many appointments."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Integer, Select, column, func, select, values

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
    bounds = _bounds(periods)
    query = select(bounds.c.n, a.status, func.count().label("sum"), *OF, *_names())
    query = query.join_from(bounds, appointments, (a.starts >= bounds.c.since) & (a.starts < bounds.c.until))
    return _tallies(session, _cut(query, cut).group_by(bounds.c.n, a.status, a.calendar_id, SERVICE), money=False)


def sums(session: Session, cut: Cut, periods: Sequence[Period]) -> list[Tally]:
    """Payments by the period in which they came in, and currency."""
    bounds = _bounds(periods)
    query = select(bounds.c.n, p.currency, func.sum(p.amount).label("sum"), *OF, *_names())
    query = query.join_from(bounds, payments, (p.paid_at >= bounds.c.since) & (p.paid_at < bounds.c.until))
    query = query.join(appointments, a.id == p.appointment_id).where(p.practice_id == cut.practice_id)
    return _tallies(session, _cut(query, cut).group_by(bounds.c.n, p.currency, a.calendar_id, SERVICE), money=True)


def _names() -> tuple[Any, ...]:
    return func.max(NICKNAME).label("nickname"), func.max(NAME).label("name")


def _bounds(periods: Sequence[Period]) -> Any:
    columns = (column("n", Integer), column("since", UtcDateTime()), column("until", UtcDateTime()))
    rows = [(n, period.since, period.until) for n, period in enumerate(periods)]
    return values(*columns, name="bounds").data(rows).cte("bounds")


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
