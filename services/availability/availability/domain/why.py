"""Why can a start not be booked? Every reason with its facts, the weightiest first: for staff who are asked on the
telephone. `rules` decides, and says no more than a reason's name; what is decided here is the same, told at length."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from availability.domain import rules
from availability.domain.hours import grid, resolved, within_hours
from availability.domain.model import Agenda, Closure, Interval, Taken, Terms, overlap
from availability.domain.zones import DAY, MINUTE, day_of, instant

STAFF = frozenset(  # what keeps staff from booking, too; everything else keeps customers only
    {"not_offered", "inactive", "past", "vacation", "holiday", "outside_hours", "absence",
     "appointment", "held", "buffer"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reason:
    """One reason; `facts` hold instants as epoch seconds, days as ordinals."""

    code: str
    facts: dict[str, Any]

    @property
    def staff(self) -> bool:
        return self.code in STAFF


@dataclass(frozen=True, slots=True)
class DayOff:
    """A holiday or vacation, both days included."""

    kind: str
    first: int
    last: int
    name: str


@dataclass(frozen=True, slots=True)
class Away:
    """An absence."""

    span: Interval
    reason: str


@dataclass(frozen=True, slots=True)
class Busy:
    """An appointment or a hold: the time with buffers, and the time alone."""

    kind: str
    id: str
    occupied: Interval
    span: Interval
    expires: int | None


@dataclass(frozen=True, slots=True)
class Case:
    """What was asked: this start, of a service that is released and offered by the calendar, or is not."""

    agenda: Agenda
    terms: Terms
    start: int
    offered: bool
    released: bool
    days_off: tuple[DayOff, ...]
    away: tuple[Away, ...]
    busy: tuple[Busy, ...]

    @property
    def span(self) -> Interval:
        return self.start, self.start + self.terms.duration

    @property
    def occupied(self) -> Interval:
        return rules.occupied(self.terms, self.start)


def explain(case: Case, now: int) -> list[Reason]:
    """All reasons why the start cannot be booked online now; none: it can."""
    known = _known(case.agenda, case)
    day = day_of(known.zone, case.start)
    return [
        *_offer(case, known),
        *_time(case, known, day, now),
        *_day(case, known, day),
        *_away(case),
        *_limits(case, known, day),
        *_taken(case),
    ]


def _known(agenda: Agenda, case: Case) -> Agenda:
    return replace(
        agenda,
        closures=tuple(Closure(one.kind, one.first, one.last) for one in case.days_off),
        absences=tuple(one.span for one in case.away),
        taken=tuple(Taken(one.occupied, one.span[0]) for one in case.busy),
    )


def _offer(case: Case, agenda: Agenda) -> Iterator[Reason]:
    if not case.offered:
        yield Reason("not_offered", {})
    if not case.released:
        yield Reason("not_released", {})
    if not agenda.active:
        yield Reason("inactive", {})


def _time(case: Case, agenda: Agenda, day: int, now: int) -> Iterator[Reason]:
    terms, start = case.terms, case.start
    if start < now:
        yield Reason("past", {})
    elif start < rules.earliest(terms, now):
        yield Reason("notice", {"from": rules.earliest(terms, now), "minutes": terms.notice // MINUTE})
    if start >= rules.window_end(agenda, terms, now):
        last = day_of(agenda.zone, now) + terms.window_days
        yield Reason("window", {"last_day": last, "days": terms.window_days})


def _day(case: Case, agenda: Agenda, day: int) -> Iterator[Reason]:
    closed = [one for one in case.days_off if one.first <= day <= one.last]
    for one in sorted(closed, key=lambda one: one.kind, reverse=True):  # a vacation before a holiday
        yield Reason(one.kind, {"first_day": one.first, "last_day": one.last, "text": one.name})
    if closed:
        return
    if not within_hours(agenda, *case.span, day):
        periods = resolved(agenda.zone, day, agenda.week[(day - 1) % 7])
        yield Reason("outside_hours", {"periods": list(periods)})
    elif case.start not in (starts := grid(agenda, case.terms, day)):
        before = max((one for one in starts if one < case.start), default=None)
        after = min((one for one in starts if one > case.start), default=None)
        step = (case.terms.step or agenda.step) // MINUTE
        yield Reason("off_grid", {"from": before, "to": after, "minutes": step})


def _away(case: Case) -> Iterator[Reason]:
    for one in case.away:
        if overlap(case.span, one.span):
            yield Reason("absence", {"from": one.span[0], "to": one.span[1], "text": one.reason})
        elif overlap(case.occupied, one.span):
            yield _buffer(case, {"from": one.span[0], "to": one.span[1], "text": one.reason})


def _limits(case: Case, agenda: Agenda, day: int) -> Iterator[Reason]:
    of_day, of_week = rules.load(agenda, day)
    if agenda.max_per_day is not None and of_day >= agenda.max_per_day:
        yield Reason("limit_day", {"limit": agenda.max_per_day, "count": of_day})
    if agenda.max_per_week is not None and of_week >= agenda.max_per_week:
        yield Reason("limit_week", {"limit": agenda.max_per_week, "count": of_week})


def _taken(case: Case) -> Iterator[Reason]:
    for one in sorted(case.busy, key=lambda one: (one.span, one.id)):
        facts = {"from": one.span[0], "to": one.span[1]}
        if one.kind == "appointment":
            facts["appointment"] = one.id  # type: ignore[assignment]
        if overlap(case.span, one.span):
            held = {"expires_at": one.expires}
            yield Reason("appointment", facts) if one.kind == "appointment" else Reason("held", {**facts, **held})
        elif overlap(case.occupied, one.occupied):
            yield _buffer(case, facts)


def _buffer(case: Case, facts: dict[str, Any]) -> Reason:
    """In the way are only the minutes kept free around one or the other."""
    return Reason("buffer", {**facts, "before": case.terms.before // MINUTE, "after": case.terms.after // MINUTE})


def reach(agenda: Agenda, start: int) -> Interval:
    """The time of which all that is busy must be known: the ISO week around the start, for the limits."""
    day = day_of(agenda.zone, start)
    return instant(agenda.zone, day - 7, 0) - DAY, instant(agenda.zone, day + 7, 1440) + DAY
