"""The week grid as a value: seven open days, one row a time. Pure; `week` fills it, a template draws it."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

OPEN_DAYS = 7
REACH = 62  # days that one question to availability may span
FIRST_LOOK = 28  # enough for seven open days nearly always, and the answer stays small

Days = list[dict[str, Any]]
Ask = Callable[[date, int], dict[str, Any]]


@dataclass(frozen=True)
class Cell:
    """One time on one day. `start` carries its offset; an empty one is a time that this day does not have."""

    start: str
    free: bool


@dataclass(frozen=True)
class Row:
    """One wall time and its cell on each day. The second row of the same time is the repeated hour of a DST change."""

    time: datetime
    cells: list[Cell]


@dataclass(frozen=True)
class Grid:
    """A page of the week grid. `earlier` and `later` say where its neighbours begin; None where there is none."""

    days: list[date]
    rows: list[Row]
    earlier: date | None
    later: date | None
    next_free: str | None
    other_zone: bool = False

    @property
    def any_free(self) -> bool:
        """Whether anything on this page can be booked."""
        return any(cell.free for row in self.rows for cell in row.cells)


def forward(ask: Ask, first: date, today: date) -> Grid:
    """The seven open days from `first` on (never before today)."""
    first = max(first, today)
    answer = ask(first, FIRST_LOOK)
    days = _open(answer["days"])
    if len(days) < OPEN_DAYS:
        answer = ask(first, REACH)
        days = _open(answer["days"])
    shown, rest = days[:OPEN_DAYS], days[OPEN_DAYS:]
    return Grid(
        days=[_date(day) for day in shown],
        rows=_rows(shown),
        earlier=first if first > today else None,
        later=_later(ask, shown, rest),
        next_free=answer["next_free"],
    )


def backward(ask: Ask, before: date, today: date) -> Grid:
    """The seven open days before `before`; from today on, when there are not as many."""
    first = max(today, before - timedelta(days=REACH))
    span = (before - first).days
    days = _open(ask(first, span)["days"]) if span > 0 else []
    start = _date(days[-OPEN_DAYS]) if len(days) > OPEN_DAYS else today
    return forward(ask, start, today)


def _later(ask: Ask, shown: Days, rest: Days) -> date | None:
    """The day after the last one shown, if anything can be booked from there on."""
    if not shown:
        return None
    following = _date(shown[-1]) + timedelta(days=1)
    if any(slot["bookable"] for day in rest for slot in day["slots"]):
        return following
    return following if ask(following, 1)["next_free"] else None


def _rows(days: Days) -> list[Row]:
    columns = [dict(_keyed(day["slots"])) for day in days]
    keys = sorted({key for column in columns for key in column})
    rows = []
    for key in keys:
        cells = [_cell(column.get(key)) for column in columns]
        example = next(cell.start for cell in cells if cell.start)
        rows.append(Row(datetime.fromisoformat(example), cells))
    return rows


def _keyed(slots: Iterable[dict[str, Any]]) -> Iterable[tuple[tuple[str, int], dict[str, Any]]]:
    seen: Counter[str] = Counter()
    for slot in slots:
        time = slot["start"][11:16]
        yield (time, seen[time]), slot
        seen[time] += 1


def _cell(slot: dict[str, Any] | None) -> Cell:
    return Cell(slot["start"], bool(slot["bookable"])) if slot else Cell("", False)


def _open(days: Days) -> Days:
    return [day for day in days if day["slots"]]


def _date(day: dict[str, Any]) -> date:
    return date.fromisoformat(day["date"])
