"""The slots answer as JSON text, written directly: it is the hottest answer of the house.

Everything put into the text is made here or validated before (zone names, UUIDs, dates), so nothing needs escaping.
"""

from collections.abc import Sequence
from datetime import date

from availability.domain.grid import Offered, members
from availability.domain.model import Agenda
from availability.domain.zones import text


def week_grid(
    zone: str, first: date, days: int, slots: Offered, agendas: Sequence[Agenda], duration: int, next_free: int | None
) -> str:
    """`{"time_zone", "from", "days": [{"date", "slots"}], "next_free"}`; slots stand at their date in `zone`."""
    columns: dict[str, list[str]] = {day: [] for day in _dates(first, days)}
    tails = {mask: _tail(agendas, mask) for mask in set(slots.values())}
    for start in sorted(slots):
        shown = text(zone, start)
        if (column := columns.get(shown[:10])) is not None:
            column.append(f'{{"start":"{shown}","end":"{text(zone, start + duration)}",{tails[slots[start]]}')
    body = ",".join(f'{{"date":"{day}","slots":[{",".join(column)}]}}' for day, column in columns.items())
    following = "null" if next_free is None else f'"{text(zone, next_free)}"'
    return f'{{"time_zone":"{zone}","from":"{first}","days":[{body}],"next_free":{following}}}'


def _dates(first: date, days: int) -> list[str]:
    """The dates in order, as ISO text; fewer at the end of the calendar."""
    start = first.toordinal()
    return [str(date.fromordinal(day)) for day in range(start, min(start + days, date.max.toordinal() + 1))]


def _tail(agendas: Sequence[Agenda], mask: int) -> str:
    ids = ",".join(f'"{id}"' for id in members(agendas, mask))
    return f'"bookable":{"true" if mask else "false"},"calendars":[{ids}]}}'
