"""What is known of a calendar, and what a service asks of it. Times are epoch seconds, durations seconds."""

from dataclasses import dataclass

Interval = tuple[int, int]  # half-open
Periods = tuple[Interval, ...]  # of one day, in minutes of the wall clock, in order, not overlapping
Week = tuple[Periods, ...]  # Monday first
CLOSED: Week = ((),) * 7


@dataclass(frozen=True, slots=True)
class Closure:
    """Days off, both included: a holiday (one day) or a vacation."""

    kind: str
    first: int
    last: int


@dataclass(frozen=True, slots=True)
class Taken:
    """Time that an appointment or a hold occupies, its buffers included; `start` is the appointment's own start."""

    occupied: Interval
    start: int


@dataclass(frozen=True, slots=True)
class Terms:
    """What a service asks for: its length, the buffers around it, and how early and how far ahead it can be booked."""

    duration: int
    before: int = 0
    after: int = 0
    notice: int = 0
    window_days: int = 60
    step: int | None = None


@dataclass(frozen=True, slots=True)
class Agenda:
    """One calendar: its hours by its own wall clock, and everything that takes time of it in the range asked for."""

    id: str
    zone: str
    week: Week
    step: int
    active: bool = True
    max_per_day: int | None = None
    max_per_week: int | None = None
    closures: tuple[Closure, ...] = ()
    absences: tuple[Interval, ...] = ()
    taken: tuple[Taken, ...] = ()

    def closed(self, day: int) -> str | None:
        """The kind of closure that covers the day, if any."""
        kinds = [closure.kind for closure in self.closures if closure.first <= day <= closure.last]
        return max(kinds, default=None)  # "vacation" before "holiday"


def overlap(a: Interval, b: Interval) -> bool:
    """Half-open: intervals that only touch do not overlap, and an empty one overlaps nothing."""
    return max(a[0], b[0]) < min(a[1], b[1])
