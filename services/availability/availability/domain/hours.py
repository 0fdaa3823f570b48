"""From working hours to the grid of starts."""

from functools import lru_cache
from itertools import pairwise

from availability.domain.model import Agenda, Interval, Periods, Terms
from availability.domain.zones import FIRST_DAY, LAST_DAY, MINUTE, instant


@lru_cache(maxsize=8_192)
def resolved(zone: str, day: int, periods: Periods) -> tuple[Interval, ...]:
    """The day's periods as instants. One that a change of the clocks leaves no time is dropped."""
    if not FIRST_DAY <= day <= LAST_DAY:
        return ()
    bounds = ((instant(zone, day, opens), instant(zone, day, closes)) for opens, closes in periods)
    return tuple((opens, closes) for opens, closes in bounds if opens < closes)


@lru_cache(maxsize=8_192)
def starts(zone: str, day: int, periods: Periods, step: int, duration: int) -> tuple[int, ...]:
    """The day's starts in order: from each period's start in elapsed steps, as long as the duration still fits."""
    found: set[int] = set()  # a set: after a gap two periods may cover the same time
    for opens, closes in resolved(zone, day, periods):
        found.update(range(opens, closes - duration + 1, step))
    return tuple(sorted(found))


def grid(agenda: Agenda, terms: Terms, day: int) -> tuple[int, ...]:
    """The starts of this service on the calendar's day; none on a day off."""
    if agenda.closures and agenda.closed(day):
        return ()
    return starts(agenda.zone, day, agenda.week[(day - 1) % 7], terms.step or agenda.step, terms.duration)


def within_hours(agenda: Agenda, start: int, end: int, day: int) -> bool:
    """Whether [start, end) lies in working time; periods that touch count as one, also across midnight."""
    periods = sorted(
        period
        for near in (day - 1, day, day + 1)
        for period in resolved(agenda.zone, near, agenda.week[(near - 1) % 7])
        if near == day or not agenda.closed(near)
    )
    reached = start
    for opens, closes in periods:
        if opens <= reached < closes:
            reached = closes
    return reached >= end


def period_errors(periods: Periods) -> list[str]:
    """What is wrong with a day's periods (minutes), as sentences; none if they can be worked."""
    errors = []
    if any(opens >= closes for opens, closes in periods):
        errors.append("A period must end after it starts.")
    ordered = sorted(periods)
    if any(later[0] < earlier[1] for earlier, later in pairwise(ordered)):
        errors.append("Periods must not overlap.")
    return errors


def wall_starts(periods: Periods, step: int, duration: int) -> list[int]:
    """The starts of a plain day, in minutes of its wall clock; `step` and `duration` in minutes, too."""
    found = {start for opens, closes in periods for start in range(opens, closes - duration + 1, step)}
    return sorted(found)


def minutes(wall: str) -> int:
    """ "09:30" as minutes of the day; "24:00" is the day's end."""
    return int(wall[:2]) * MINUTE + int(wall[3:])


def wall(minute: int) -> str:
    """Minutes of the day as "09:30"."""
    return f"{minute // MINUTE:02}:{minute % MINUTE:02}"
