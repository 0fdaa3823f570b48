"""The starts of many days over several calendars, each with the calendars that can be booked then."""

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence

from availability.domain.hours import grid
from availability.domain.model import Agenda, Interval, Terms
from availability.domain.rules import earliest, window_end
from availability.domain.zones import FIRST_DAY, LAST_DAY, day_of, monday_of

Offered = dict[int, int]  # start -> bit mask over the agendas: bit i is set if agendas[i] can be booked


def offered(agendas: Sequence[Agenda], terms: Terms, since: int, until: int, now: int) -> Offered:
    """All starts of [since, until), also those that nobody can take (mask 0)."""
    merged: Offered = {}
    for number, agenda in enumerate(agendas):
        bit = 1 << number
        for start, bookable in calendar_slots(agenda, terms, since, until, now):
            merged[start] = merged.get(start, 0) | (bit if bookable else 0)
    return merged


def calendar_slots(agenda: Agenda, terms: Terms, since: int, until: int, now: int) -> Iterator[tuple[int, bool]]:
    """Each start of one calendar in [since, until), in order, and whether it can be booked."""
    opens, closes = max(earliest(terms, now), now), window_end(agenda, terms, now)
    if not agenda.active:
        closes = opens
    lows, highs = _bounds(_blocked(agenda, terms))
    full = _full_days(agenda)
    for day in _days(agenda.zone, since, until):
        day_open = day not in full
        for start in grid(agenda, terms, day):
            if since <= start < until:
                free = day_open and opens <= start < closes
                yield start, free and not _inside(start, lows, highs)


def _days(zone: str, since: int, until: int) -> range:
    return range(max(day_of(zone, since), FIRST_DAY), min(day_of(zone, until), LAST_DAY) + 1)


def _blocked(agenda: Agenda, terms: Terms) -> Iterable[Interval]:
    """The open intervals of starts whose occupied time would overlap an appointment, a hold or an absence."""
    behind, ahead = terms.duration + terms.after, terms.before
    for start, end in (*agenda.absences, *(taken.occupied for taken in agenda.taken)):
        if start < end:
            yield start - behind, end + ahead


def _bounds(blocked: Iterable[Interval]) -> tuple[list[int], list[int]]:
    """Overlapping open intervals joined, as two parallel sorted lists. Those that touch leave a start between them."""
    lows: list[int] = []
    highs: list[int] = []
    for low, high in sorted(blocked):
        if highs and low < highs[-1]:
            highs[-1] = max(highs[-1], high)
        else:
            lows.append(low)
            highs.append(high)
    return lows, highs


def _inside(start: int, lows: list[int], highs: list[int]) -> bool:
    position = bisect_right(lows, start - 1) - 1  # the last interval that opens before `start`
    return position >= 0 and start < highs[position]


def _full_days(agenda: Agenda) -> set[int]:
    """The days on which the limit per day or per ISO week is reached; as far as `taken` reaches."""
    if agenda.max_per_day is None and agenda.max_per_week is None:
        return set()
    days = Counter(day_of(agenda.zone, taken.start) for taken in agenda.taken)
    weeks: Counter[int] = Counter()
    for day, count in days.items():
        weeks[monday_of(day)] += count
    full = {day for day, count in days.items() if agenda.max_per_day is not None and count >= agenda.max_per_day}
    for monday, count in weeks.items():
        if agenda.max_per_week is not None and count >= agenda.max_per_week:
            full.update(range(monday, monday + 7))
    return full


def first_bookable(slots: Offered, since: int) -> int | None:
    """The earliest start at or after `since` that somebody can take."""
    return min((start for start, mask in slots.items() if mask and start >= since), default=None)


def nearest(slots: Offered, start: int, count: int) -> list[int]:
    """The bookable starts closest to `start`, closest first (the earlier of two equally close), never `start`."""
    others = (other for other, mask in slots.items() if mask and other != start)
    return sorted(others, key=lambda other: (abs(other - start), other))[:count]


def members(agendas: Sequence[Agenda], mask: int) -> list[str]:
    """The calendars whose bits are set."""
    return [agenda.id for number, agenda in enumerate(agendas) if mask >> number & 1]
