"""The practice's figures: periods by the wall clock of a zone, and counts summed over them."""

from collections.abc import Callable, Hashable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from booking.domain.appointment import ACCEPTED, CANCELLED, COMPLETED, DECLINED, MISSED, PENDING
from booking.domain.money import money

DAY = timedelta(days=1)
KINDS = {
    PENDING: "open",
    ACCEPTED: "open",
    COMPLETED: "completed",
    CANCELLED: "cancellations",
    MISSED: "no_shows",
    DECLINED: "declined",
}


@dataclass(frozen=True)
class Period:
    """Days from `first` to `last`, both within; `since` and `until` are their bounds as half-open instants."""

    first: date
    last: date
    since: datetime
    until: datetime


@dataclass(frozen=True)
class Tally:
    """So many appointments of one status, or money of one currency (hundredths), of one calendar and service, in the
    period with this number."""

    period: int
    kind: str
    count: int
    calendar: str
    nickname: str
    service: str
    name: str
    money: bool = False


def periods(first: date, last: date, per: str, zone: str) -> list[Period]:
    """The days, weeks (from Monday) or months from `first` to `last`; those at the ends may be cut short."""
    starts = [first]
    while (following := _next(starts[-1], per)) <= last:
        starts.append(following)
    bounds = pairwise([*starts, last + DAY])
    return [Period(one, other - DAY, _midnight(one, zone), _midnight(other, zone)) for one, other in bounds]


def _next(day: date, per: str) -> date:
    if per == "month":
        return (day.replace(day=1) + timedelta(days=32)).replace(day=1)
    return day + DAY * (7 - day.weekday() if per == "week" else 1)


def _midnight(day: date, zone: str) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZoneInfo(zone)).astimezone(UTC)


def figures(tallies: Iterable[Tally]) -> dict[str, Any]:
    """The sums over these tallies; money by currency, in its order."""
    sums = dict.fromkeys(("bookings", *KINDS.values()), 0)
    revenue: dict[str, int] = {}
    for tally in tallies:
        if tally.money:
            revenue[tally.kind] = revenue.get(tally.kind, 0) + tally.count
            continue
        sums["bookings"] += tally.count
        sums[KINDS[tally.kind]] += tally.count
    return {**sums, "revenue": [money(revenue[currency], currency) for currency in sorted(revenue)]}


def grouped(tallies: Iterable[Tally], key: Callable[[Tally], Hashable]) -> dict[Any, list[Tally]]:
    """The tallies by whatever `key` says."""
    found: dict[Any, list[Tally]] = {}
    for tally in tallies:
        found.setdefault(key(tally), []).append(tally)
    return found
