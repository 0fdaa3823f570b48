"""An event of one practice about another's calendar: it can never be true, so it is parked, and nothing changes."""

from typing import Any

import pytest

from runtime.errors import Permanent
from runtime.ids import new_id
from runtime.messages import Event

TEN = "2026-06-02T08:00:00+00:00", "2026-06-02T09:00:00+00:00"
NINE = "2026-06-02T07:00:00+00:00", "2026-06-02T08:00:00+00:00"


def hear_of_another(desk: Any, type: str, subject: str, version: int, data: dict[str, Any]) -> None:
    """The event comes under a practice that has nothing to do with it."""
    source = "practice" if type == "practice.changed" else "booking"
    event = Event(new_id(), source, type, subject, desk.clock(), new_id(), version, data)
    with pytest.raises(Permanent):
        desk.endpoint.handle(desk.subscriptions[type], event)


def test_another_practice_takes_moves_and_frees_no_time(desk: Any, appointment: Any) -> None:
    """Neither with an appointment nor with a hold; what the practice itself tells counts before and after."""
    anna, booked, held = desk.calendar(), new_id(), new_id()
    desk.hear("appointment.booked", booked, 1, appointment(anna, *TEN))
    desk.hear("slot.held", held, 1, {**appointment(anna, *NINE), "expires_at": TEN[1]})
    desk.told()
    cancelled = appointment(anna, *TEN, status="cancelled")
    hear_of_another(desk, "appointment.booked", new_id(), 1, appointment(anna, *NINE))
    hear_of_another(desk, "appointment.cancelled", booked, 2, {**cancelled, "occupancies": []})
    hear_of_another(desk, "appointment.rescheduled", booked, 2, appointment(anna, *NINE))
    hear_of_another(desk, "slot.held", new_id(), 1, {**appointment(anna, *NINE), "expires_at": TEN[1]})
    hear_of_another(desk, "slot.released", held, 2, {"id": held})
    assert desk.told() == []
    desk.hear("appointment.cancelled", booked, 2, cancelled)
    assert len(desk.told("slots.changed")) == 1


def test_another_practice_renames_no_place(desk: Any) -> None:
    """A practice tells of itself only."""
    desk.calendar()
    desk.told()
    hear_of_another(desk, "practice.changed", desk.practice, 9, desk.practice_data(name="Mine"))
    hear_of_another(desk, "practice.changed", new_id(), 9, desk.practice_data(name="Mine"))
    assert desk.told() == []
