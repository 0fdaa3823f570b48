"""K37: the practice's figures, by its own wall clock."""

import pytest
from sqlalchemy import event

from runtime.ids import new_id

EUR = "EUR"


def ask(desk, from_="2026-12-07", to="2026-12-20", **more):
    return desk.staff("analytics", **{"from": from_}, to=to, time_zone="Europe/Berlin", **more)


@pytest.fixture(name="busy")
def _busy(desk):
    """Five appointments of two calendars in two weeks, with what became of them and what was paid."""
    ids = [desk.book(hours, calendar)["id"] for hours, calendar in booked(desk)]
    desk.staff("change_status", id=ids[1], action="cancel")
    desk.clock.forward(hours=30)
    desk.staff("change_status", id=ids[0], action="complete")
    desk.staff("change_status", id=ids[2], action="miss")
    desk.staff("add_payment", id=ids[0], amount={"amount": "40.00", "currency": EUR})
    desk.staff("add_payment", id=ids[3], amount={"amount": "9.50", "currency": EUR})
    return desk


def booked(desk):
    return ((24, desk.anna), (25, desk.anna), (26, desk.ben), (48, desk.anna), (24 * 8, desk.ben))


def test_the_figures_in_all_and_by_calendar_and_service(busy):
    """What began, what became of it, what came in."""
    answer = ask(busy)
    expected = {"bookings": 5, "open": 2, "completed": 1, "cancellations": 1, "no_shows": 1, "declined": 0}
    assert answer["total"] == {**expected, "revenue": [{"amount": "49.50", "currency": EUR}]}
    assert [(line["id"], line["nickname"], line["bookings"]) for line in answer["calendars"]] == [
        (busy.anna, "Anna", 3),
        (busy.ben, "Anna", 2),
    ]
    assert [(line["name"], line["bookings"], line["revenue"][0]["amount"]) for line in answer["services"]] == [
        ("Beratung", 5, "49.50")
    ]
    only = ask(busy, calendar=busy.ben)
    assert (only["total"]["bookings"], only["total"]["revenue"]) == (2, [])
    assert ask(busy, service=new_id())["total"]["bookings"] == 0
    assert (
        busy.staff("analytics", busy.ben, **{"from": "2026-12-07"}, to="2026-12-20", time_zone="UTC")["services"] == []
    )


def test_periods_follow_one_another_without_a_gap(busy):
    """Days, weeks from Monday, months; the ends may be cut short."""
    days = ask(busy)["periods"]
    assert [(one["from"], one["bookings"]) for one in days if one["bookings"]] == [
        ("2026-12-08", 3),
        ("2026-12-09", 1),
        ("2026-12-15", 1),
    ]
    assert len(days) == 14
    weeks = ask(busy, "2026-12-09", "2026-12-22", per="week")["periods"]
    assert [(one["from"], one["to"], one["bookings"]) for one in weeks] == [
        ("2026-12-09", "2026-12-13", 1),
        ("2026-12-14", "2026-12-20", 1),
        ("2026-12-21", "2026-12-22", 0),
    ]
    months = ask(busy, "2026-11-15", "2027-01-01", per="month")["periods"]
    assert [(one["from"], one["to"], one["bookings"]) for one in months] == [
        ("2026-11-15", "2026-11-30", 0),
        ("2026-12-01", "2026-12-31", 5),
        ("2027-01-01", "2027-01-01", 0),
    ]


def test_a_day_is_the_zones_own(desk):
    """23:30 in Berlin is still today there, and already tomorrow in UTC terms of another zone."""
    desk.book(start="2026-12-09T23:30:00+01:00")
    days = {
        zone: desk.staff("analytics", **{"from": "2026-12-09"}, to="2026-12-10", time_zone=zone)["periods"]
        for zone in ZONES
    }
    assert {zone: [one["bookings"] for one in of] for zone, of in days.items()} == ZONES


ZONES = {"Europe/Berlin": [1, 0], "Europe/Helsinki": [0, 1]}


def test_it_costs_two_statements_however_much_there_is(busy):
    """Days of more than a year, on the index by practice and start."""
    statements = []
    for engine in {busy.db.engine, busy.db._reading}:
        event.listen(engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    ask(busy, "2026-01-01", "2027-01-31")
    assert len([statement for statement in statements if not statement.startswith("begin")]) == 2


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"to": "2026-12-06"}, "to"),
        ({"to": "2028-12-06"}, "to"),
        ({"from": "0001-01-01"}, "from"),
        ({"from": "gestern"}, "from"),
        ({"time_zone": "Mars"}, "time_zone"),
        ({"per": "hour"}, "per"),
    ],
)
def test_a_time_without_sense_is_refused(lite, wrong, field):
    """Named by its field."""
    request = {"from": "2026-12-07", "to": "2026-12-20", "time_zone": "UTC", **wrong}
    assert list(lite.refused(lite.staff, "analytics", **request).facts["errors"]) == [field]
