"""The week grid as a value: rows by wall time, also where clocks change."""

from datetime import date
from typing import Any

from gateway.pages import grid


def day(name: str, *starts: str, bookable: bool = True) -> dict[str, Any]:
    """One day with slots at these instants."""
    return {"date": name, "slots": [{"start": start, "bookable": bookable} for start in starts]}


def answering(*days: dict[str, Any]) -> grid.Ask:
    """Availability knowing these days only."""

    def ask(first: date, count: int) -> dict[str, Any]:
        listed = [each for each in days if each["date"] >= first.isoformat()]
        free = [slot["start"] for each in listed for slot in each["slots"] if slot["bookable"]]
        return {"days": listed, "next_free": free[0] if free else None}

    return ask


def test_the_repeated_hour_gets_a_row_of_its_own() -> None:
    """X4: 02:30 happens twice on the day when clocks go back; both can be booked."""
    night = day("2026-10-25", "2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00")
    page = grid.forward(answering(night), date(2026, 10, 25), date(2026, 10, 25))
    assert [row.cells[0].start for row in page.rows] == ["2026-10-25T02:30:00+02:00", "2026-10-25T02:30:00+01:00"]


def test_a_time_that_one_day_lacks_is_not_bookable_there() -> None:
    """Days of different hours share the rows."""
    days = (day("2026-03-23", "2026-03-23T09:00:00+01:00"), day("2026-03-24", "2026-03-24T10:00:00+01:00"))
    page = grid.forward(answering(*days), date(2026, 3, 23), date(2026, 3, 23))
    assert [[cell.free for cell in row.cells] for row in page.rows] == [[True, False], [False, True]]


def test_a_practice_without_open_days_gives_an_empty_page() -> None:
    """No days, no rows, nowhere to go."""
    page = grid.forward(answering(), date(2026, 3, 23), date(2026, 3, 23))
    assert (page.days, page.rows, page.earlier, page.later, page.any_free) == ([], [], None, None, False)


def test_a_page_never_begins_before_today() -> None:
    """However the address was typed."""
    page = grid.forward(answering(day("2026-03-23", "2026-03-23T09:00:00+01:00")), date(1999, 1, 1), date(2026, 3, 23))
    assert page.earlier is None
