"""What other services' events change: taken time, practices, places. In any order, and more than once."""

import json
from typing import Any

import pytest
from sqlalchemy import select

from availability.models import seen
from runtime.errors import Permanent
from runtime.ids import new_id

TEN = "2026-06-02T08:00:00+00:00", "2026-06-02T09:00:00+00:00"  # 10:00 to 11:00 in Berlin
NINE = "2026-06-02T07:00:00+00:00", "2026-06-02T08:00:00+00:00"


def free(desk: Any, service: str) -> list[str]:
    asked = {"service": service, "from": "2026-06-02", "days": 1, "tz": "Europe/Berlin"}
    (day,) = json.loads(desk.public("slots", **asked))["days"]
    return [slot["start"][11:13] for slot in day["slots"] if slot["bookable"]]


@pytest.fixture(name="anna")
def _anna(desk: Any) -> str:
    return str(desk.calendar(start_interval_minutes=60))


@pytest.fixture(name="service")
def _service(desk: Any, anna: str) -> str:
    return str(desk.service(anna))


def test_an_appointment_takes_moves_and_frees_time(desk: Any, anna: str, service: str, appointment: Any) -> None:
    """Booked, moved, cancelled, restored, declined: the grid follows each turn."""
    id = new_id()
    desk.hear("appointment.booked", id, 1, appointment(anna, *TEN, status="pending"))
    assert free(desk, service) == ["09", "11"]
    desk.hear("appointment.rescheduled", id, 2, appointment(anna, *NINE))
    assert free(desk, service) == ["10", "11"]
    desk.hear("appointment.cancelled", id, 3, appointment(anna, *NINE, status="cancelled"))
    assert free(desk, service) == ["09", "10", "11"]
    desk.hear("appointment.restored", id, 4, appointment(anna, *NINE))
    assert free(desk, service) == ["10", "11"]
    desk.hear("appointment.declined", id, 5, appointment(anna, *NINE, status="declined"))
    assert free(desk, service) == ["09", "10", "11"]


def test_what_comes_late_is_ignored(desk: Any, anna: str, service: str, appointment: Any) -> None:
    """A cancellation leaves a tombstone: the booking that arrives after it takes nothing and tells nothing."""
    id = new_id()
    desk.hear("appointment.cancelled", id, 2, appointment(anna, *TEN, status="cancelled"))
    desk.told()
    desk.hear("appointment.booked", id, 1, appointment(anna, *TEN))
    assert free(desk, service) == ["09", "10", "11"]
    assert desk.told() == []


def test_the_same_version_twice_is_one(desk: Any, anna: str, appointment: Any) -> None:
    """Another event id with a version already seen changes and tells nothing."""
    id = new_id()
    desk.hear("appointment.booked", id, 1, appointment(anna, *TEN))
    desk.told()
    desk.hear("appointment.booked", id, 1, appointment(anna, *NINE))
    assert desk.told() == []


def test_a_hold_takes_time_until_it_is_released(desk: Any, anna: str, service: str, appointment: Any) -> None:
    """Extended by a later version; released for good, also when the release comes first."""
    id, early = new_id(), new_id()
    held = {**appointment(anna, *TEN), "expires_at": "2026-06-01T06:05:00+00:00"}
    desk.hear("slot.held", id, 1, held)
    desk.hear("slot.held", id, 2, {**held, "expires_at": "2026-06-01T06:20:00+00:00"})
    desk.clock.forward(minutes=10)
    assert free(desk, service) == ["09", "11"]
    desk.hear("slot.released", id, 3, {"id": id})
    assert free(desk, service) == ["09", "10", "11"]
    desk.hear("slot.released", early, 2, {"id": early})
    desk.hear("slot.held", early, 1, {**held, "expires_at": "2026-06-01T07:00:00+00:00"})
    assert free(desk, service) == ["09", "10", "11"]


def test_a_hold_is_forgotten_when_nothing_of_it_can_come_late_any_more(desk: Any, anna: str, appointment: Any) -> None:
    """There is one for every look at the form. Appointments and the practice stay noted."""
    hold, booked = new_id(), new_id()
    desk.hear("appointment.booked", booked, 1, appointment(anna, *NINE))
    desk.hear("slot.held", hold, 1, {**appointment(anna, *TEN), "expires_at": "2026-06-01T06:05:00+00:00"})
    desk.hear("slot.released", hold, 2, {"id": hold})
    for later, kept in ((30 * 86400, {hold}), (1, set())):
        desk.clock.forward(seconds=later)
        desk.hear("slot.released", late := new_id(), 2, {"id": late})
        known = set(desk.database.read(lambda session: session.scalars(select(seen.c.subject)).all()))
        assert known >= {booked, desk.practice, late}
        assert known & {hold} == kept


def test_buffers_of_an_appointment_count(desk: Any, anna: str, service: str, appointment: Any) -> None:
    """What it occupies, not only its own time."""
    occupied = [{"resource": anna, "from": "2026-06-02T07:50:00+00:00", "until": TEN[1]}]
    desk.hear("appointment.booked", new_id(), 1, appointment(anna, *TEN, occupancies=occupied))
    assert free(desk, service) == ["11"]


def test_limits_count_what_is_booked(desk: Any, anna: str, service: str, appointment: Any) -> None:
    """A full day closes; so does a full week, by an appointment on another of its days."""
    desk.staff("update_calendar", id=anna, max_per_day=1)
    desk.hear("appointment.booked", new_id(), 1, appointment(anna, *TEN))
    assert free(desk, service) == []
    desk.staff("update_calendar", id=anna, max_per_day=None, max_per_week=2)
    assert free(desk, service) == ["09", "11"]
    friday = "2026-06-05T08:00:00+00:00", "2026-06-05T09:00:00+00:00"
    desk.hear("appointment.booked", new_id(), 1, appointment(anna, *friday))
    assert free(desk, service) == []


def test_each_change_tells_which_slots_may_differ(desk: Any, anna: str, appointment: Any) -> None:
    """The calendar, and a span around both the old and the new time; wider where a limit closes whole weeks."""
    id = new_id()
    desk.told()
    desk.hear("appointment.booked", id, 1, appointment(anna, *TEN))
    moved = "2026-06-09T08:00:00+00:00", "2026-06-09T09:00:00+00:00"
    desk.hear("appointment.rescheduled", id, 2, appointment(anna, *moved))
    first, second = desk.told("slots.changed")
    assert first.data["calendars"] == second.data["calendars"] == [anna]
    assert first.data["services"] is None
    assert (second.data["from"], second.data["until"]) == ("2026-06-01T08:00:00+00:00", "2026-06-10T09:00:00+00:00")
    assert second.version >= first.version
    desk.staff("update_calendar", id=anna, max_per_week=5)
    desk.told()
    desk.hear("appointment.cancelled", id, 3, appointment(anna, *moved, status="cancelled"))
    (third,) = desk.told()
    assert (third.data["from"], third.data["until"]) == ("2026-06-01T08:00:00+00:00", "2026-06-17T09:00:00+00:00")


def test_a_place_that_changes_is_told_with_its_calendars(desk: Any, anna: str) -> None:
    """Others keep the place's name in their calendars; what comes late changes nothing."""
    desk.told()
    desk.hear("practice.changed", desk.practice, 3, desk.practice_data(name="Top Hearing (N)"))
    (told,) = desk.told()
    assert (told.type, told.subject, told.version) == ("calendar.changed", anna, 3)
    assert told.data["place"]["name"] == "Top Hearing (N)"
    desk.hear("practice.changed", desk.practice, 2, desk.practice_data(name="Alt"))
    desk.hear("practice.changed", desk.practice, 4, desk.practice_data(name="Top Hearing (N)"))
    assert desk.told() == []


def test_an_event_that_cannot_be_read_is_parked(light_desk: Any, appointment: Any) -> None:
    """No retry would help; nothing is noted, so a repaired one can be handled."""
    desk, id = light_desk, new_id()
    anna = desk.calendar()
    broken = appointment(anna, *TEN)
    del broken["status"]
    naive = appointment(anna, "2026-06-02T08:00:00", TEN[1])
    for data in (broken, naive, {}):
        with pytest.raises(Permanent):
            desk.hear("appointment.booked", id, 1, data)
    with pytest.raises(Permanent):
        desk.hear("slot.held", id, 1, appointment(anna, *TEN))
    desk.told()
    desk.hear("appointment.booked", id, 1, appointment(anna, *TEN))
    assert len(desk.told()) == 1
