"""An event of one practice about another's appointment or calendar: parked, and nobody hears of it."""

from dataclasses import replace
from typing import Any

import pytest

from runtime.errors import Permanent
from runtime.ids import new_id
from runtime.messages import Event
from runtime.testing import Databases
from services.notify.tests.builders import CALENDAR, PRACTICE, PRACTICE_DATA, Desk, appointment_event, event


def another(desk: Desk, happened: Event) -> None:
    """The event comes under a practice that has nothing to do with it."""
    with pytest.raises(Permanent):
        desk.handle(replace(happened, practice_id=new_id()))


def test_another_practices_calendar_sends_no_mail(databases: Databases) -> None:
    """Its practitioner would hear of a stranger's appointment."""
    desk = Desk(databases).ready(email="anna@example.com")
    another(desk, appointment_event("booked"))
    assert desk.messages() == []
    desk.happens("booked")
    assert len(desk.messages()) == 2


@pytest.mark.parametrize("version", [1, 2])
def test_another_practices_appointment_stays_as_it_is(databases: Databases, version: int) -> None:
    """A newer version would expire its messages; also where we have not heard of the calendar yet."""
    desk = Desk(databases)
    desk.handle(event("practice", "practice.changed", PRACTICE, PRACTICE_DATA))
    desk.happens("booked")
    another(desk, appointment_event("cancelled", version, status="cancelled"))
    assert [message["state"] for message in desk.messages()] == ["queued"]


def test_another_practice_takes_no_calendar(databases: Databases) -> None:
    """The settings stay where they are; nor does it speak for the practice."""
    desk = Desk(databases).ready(email="anna@example.com")
    changed: dict[str, Any] = {"id": CALENDAR, "deleted": True}
    another(desk, event("availability", "calendar.changed", CALENDAR, changed, 9))
    another(desk, event("practice", "practice.changed", PRACTICE, {**PRACTICE_DATA, "name": "Mine"}, 9))
    assert desk.staff("notification_settings", calendar=CALENDAR)["email"] == "anna@example.com"
