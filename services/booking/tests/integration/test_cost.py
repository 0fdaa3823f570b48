"""What lists cost: as many statements at 200 appointments as at 20."""

import pytest
from sqlalchemy import event

LISTS = [
    ("appointments", {"scope": "upcoming", "limit": 200}),
    ("appointments", {"scope": "past", "limit": 200}),
    ("appointments", {"status": ["pending", "accepted"], "q": "erika", "limit": 200}),
    ("inbox", {"limit": 200}),
    ("analytics", {"from": "2026-12-01", "to": "2027-01-31", "time_zone": "Europe/Berlin"}),
]


@pytest.fixture(name="statements")
def _statements(lite):
    """Every statement that the service sends."""
    sent = []
    for engine in {lite.db.engine, lite.db._reading}:
        event.listen(engine, "before_cursor_execute", lambda *args: sent.append(args[2]))
    return sent


def test_a_list_costs_the_same_however_long_it_is(lite, statements):
    """One statement for a list, two for the figures."""
    costs = []
    for first, last in ((0, 20), (20, 200)):
        for number in range(first, last):
            lite.book(24 + number / 2)
        for method, asked in LISTS:
            statements.clear()
            lite.staff(method, **asked)
            costs.append((method, len([one for one in statements if not one.startswith("begin")])))
    assert costs[: len(LISTS)] == costs[len(LISTS) :]
    assert {cost for method, cost in costs if method != "analytics"} == {1}
    assert dict(costs)["analytics"] == 2


def test_an_appointment_costs_the_same_however_much_happened(lite, statements):
    """Its row and its history; its row and its payments."""
    id = lite.book()["id"]
    costs = []
    for _ in range(2):
        for cents in range(1, 5):
            lite.staff("add_payment", id=id, amount={"amount": f"0.0{cents}", "currency": "EUR"})
        for method in ("appointment", "payments"):
            statements.clear()
            lite.staff(method, id=id)
            costs.append(len([one for one in statements if not one.startswith("begin")]))
    assert costs == [2, 2, 2, 2]
