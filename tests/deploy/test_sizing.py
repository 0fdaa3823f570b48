"""The tables of docs/sizing.md follow from a measurement by arithmetic that is checked here with round numbers."""

import pytest

from deploy.kubernetes import sizing

REPORT = {
    "memory_mb": {"booking": 80.4, "gateway": 150.0},
    "cached": {"ratio": 0.5},
    "sizes": {
        "200": {},
        "20000": {
            "empty_route": {"cpu_ms": 0.25},
            "bookings": {
                "cpu_ms_by_part": {"gateway": 2.0, "booking": 6.0, "notify": 5.0, "broker": 4.0, "database": 8.0}
            },
            "slots_7_days": {"cpu_ms_by_part": {"gateway": 1.0, "availability": 3.0}},
        },
    },
}
USE = sizing.Use(bookings_a_day=100, busiest_hour=0.1, questions=10, uncached=0.2, busy=0.5)


def test_a_booking_costs_itself_and_the_questions_before_it() -> None:
    """The largest size counts; two of ten questions go past the cache; the gateway answers the other eight alone."""
    whole = sizing.costs(REPORT).per_booking(USE)
    assert whole["gateway"] == pytest.approx(2 + 2 * 1 + 8 * 0.5)
    assert whole["availability"] == pytest.approx(2 * 3)
    assert (whole["booking"], whole["database"], whole["practice"]) == (6, 8, 0)


def test_a_core_carries_as_many_practices_as_their_busiest_hour_allows() -> None:
    """10 ms each, half a core: 50 bookings a second; a practice makes ten in its busiest hour."""
    assert sizing.capacity(10, USE) == (50, 18_000)


def test_the_page_has_a_place_for_each_table() -> None:
    page = sizing.PAGE.read_text()
    fresh = sizing.filled(page, REPORT, sizing.Use())
    assert "| booking | 6.0 |" in fresh
    assert "| one replica | 150 | 80 |" in fresh
    assert sizing.filled(fresh, REPORT, sizing.Use()) == fresh


def test_a_page_without_a_place_is_refused() -> None:
    with pytest.raises(ValueError, match="0 blocks named cost"):
        sizing.filled("", REPORT, USE)


def test_the_page_says_what_is_assumed() -> None:
    """In the words of the code's own figures."""
    use, page = sizing.Use(), sizing.PAGE.read_text()
    for figure in (
        f"{use.bookings_a_day:g} bookings a day",
        f"{use.busiest_hour:.0%} of them",
        f"{use.questions:g} answers",
    ):
        assert figure in page
    assert f"{use.uncached:.0%} of which" in page
    assert f"{use.busy:.0%} busy" in page
