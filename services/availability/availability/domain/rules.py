"""Why can this start not be booked? One start at a time, with reasons; `grid` asks the same of many, faster."""

from collections.abc import Callable

from availability.domain.hours import grid, within_hours
from availability.domain.model import Agenda, Interval, Terms, overlap
from availability.domain.zones import day_of, instant, monday_of


def occupied(terms: Terms, start: int) -> Interval:
    """The time that an appointment at `start` takes, its buffers included."""
    return start - terms.before, start + terms.duration + terms.after


def earliest(terms: Terms, now: int) -> int:
    """The first instant that the minimum notice allows."""
    return now + terms.notice


def window_end(agenda: Agenda, terms: Terms, now: int) -> int:
    """The end of the last day, by the calendar's wall clock, that can be booked: `window_days` after today."""
    return instant(agenda.zone, day_of(agenda.zone, now) + terms.window_days, 1440)


def load(agenda: Agenda, day: int) -> tuple[int, int]:
    """How many appointments and holds begin on this day, and in its ISO week."""
    monday = monday_of(day)
    days = [day_of(agenda.zone, taken.start) for taken in agenda.taken]
    return days.count(day), sum(monday <= one < monday + 7 for one in days)


def is_full(agenda: Agenda, day: int) -> bool:
    """Whether the calendar's limit of the day or the week is reached."""
    if agenda.max_per_day is None and agenda.max_per_week is None:
        return False
    of_day, of_week = load(agenda, day)
    return _reached(of_day, agenda.max_per_day) or _reached(of_week, agenda.max_per_week)


def _reached(count: int, limit: int | None) -> bool:
    return limit is not None and count >= limit


def is_taken(agenda: Agenda, terms: Terms, start: int) -> bool:
    """Whether the projection knows of an appointment or a hold in the way: a hint, `booking` decides."""
    return any(overlap(occupied(terms, start), taken.occupied) for taken in agenda.taken)


def is_absent(agenda: Agenda, terms: Terms, start: int) -> bool:
    """Whether an absence is in the way; like an appointment it keeps the buffers free."""
    return any(overlap(occupied(terms, start), absence) for absence in agenda.absences)


Rule = Callable[[Agenda, Terms, int, int, int], bool]  # agenda, terms, start, its day, now

# In the order in which they are told: the first that applies is the answer.
RULES: dict[str, Rule] = {
    "inactive": lambda agenda, terms, start, day, now: not agenda.active,
    "past": lambda agenda, terms, start, day, now: start < now,
    "notice": lambda agenda, terms, start, day, now: start < earliest(terms, now),
    "window": lambda agenda, terms, start, day, now: start >= window_end(agenda, terms, now),
    "vacation": lambda agenda, terms, start, day, now: agenda.closed(day) == "vacation",
    "holiday": lambda agenda, terms, start, day, now: agenda.closed(day) == "holiday",
    "outside_hours": lambda agenda, terms, start, day, now: (
        not within_hours(agenda, start, start + terms.duration, day)
    ),
    "off_grid": lambda agenda, terms, start, day, now: start not in grid(agenda, terms, day),
    "absence": lambda agenda, terms, start, day, now: is_absent(agenda, terms, start),
    "limit": lambda agenda, terms, start, day, now: is_full(agenda, day),
    "taken": lambda agenda, terms, start, day, now: is_taken(agenda, terms, start),
}
REASONS = tuple(RULES)
SHOWN = frozenset(REASONS)
# What an offer obeys. `limit` and `taken` are never refused here: they change under our hands, so booking decides.
OBEYED = {
    "online": SHOWN - {"limit", "taken"},
    "move": SHOWN - {"limit", "taken"},  # as online: the customer moves an appointment
    "held": SHOWN - {"limit", "taken", "notice"},  # by a live hold, which kept the notice when it began
    "staff": frozenset({"inactive", "past", "vacation", "holiday", "outside_hours", "absence"}),
    "force": frozenset({"inactive"}),
}


def obstacles(agenda: Agenda, terms: Terms, start: int, now: int, obey: frozenset[str] = SHOWN) -> list[str]:
    """Every reason out of `obey` why the calendar cannot be booked at `start`, the weightiest first."""
    day = day_of(agenda.zone, start)
    return [reason for reason, rule in RULES.items() if reason in obey and rule(agenda, terms, start, day, now)]
