"""Who hears of what: the tables of A4, A10, D1, D3 and D4."""

from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from notify import contracts
from notify.domain.appointments import Appointment, Status
from notify.domain.decide import Addresses, Purpose, decide, obsolete, practitioner_purpose
from services.notify.tests.builders import NOW, START, appointment_event

CUSTOMER, DOCTOR = "juergen@example.com", "hanna@top-hearing.example"


def change(kind: str, at: datetime = NOW, **changes: Any) -> Appointment:
    return contracts.appointment(contracts.snapshot(appointment_event(kind, at=at, **changes)))


DOCTOR_ONLY = Addresses(DOCTOR)


def told(kind: str, addresses: Addresses = DOCTOR_ONLY, at: datetime = NOW, **changes: Any) -> set[str]:
    return {f"{d.role}:{d.purpose}" for d in decide(change(kind, at, **changes), addresses)}


STAFF = {"actor": "staff", "online": False}
TABLE = [
    ("booked", {}, {"customer:booking_confirmation", "practitioner:practitioner_booked"}),
    ("booked", {"status": "pending"}, {"customer:booking_requested", "practitioner:practitioner_booked"}),
    ("booked", STAFF, {"customer:booking_confirmation"}),
    ("booked", {**STAFF, "notify": False}, set()),
    ("accepted", {"actor": "staff"}, {"customer:booking_confirmation"}),
    ("declined", {"actor": "staff", "status": "declined"}, {"customer:booking_declined"}),
    ("declined", {"actor": "staff", "status": "declined", "notify": False}, set()),
    ("rescheduled", {"previous_start": START}, {"customer:booking_moved"}),
    ("rescheduled", {"actor": "staff", "previous_start": START}, {"customer:booking_moved"}),
    ("updated", {"actor": "staff", "changed": ["duration_minutes"]}, {"customer:booking_changed"}),
    ("updated", {"actor": "staff", "changed": ["place", "price"]}, {"customer:booking_changed"}),
    ("updated", {"actor": "staff", "changed": ["service"], "notify": False}, set()),
    ("updated", {"actor": "staff", "changed": ["service"], "status": "cancelled"}, set()),
    ("updated", {"actor": "staff", "changed": ["payment"]}, set()),
    ("updated", {"actor": "staff"}, set()),
    ("cancelled", {"status": "cancelled"}, {"customer:booking_cancelled"}),
    ("cancelled", {"status": "cancelled", "actor": "staff"}, {"customer:booking_cancelled"}),
    ("cancelled", {"status": "cancelled", "actor": "staff", "notify": False}, set()),
    ("restored", {}, {"customer:booking_confirmation"}),
    ("restored", {"status": "pending"}, {"customer:booking_requested"}),
    ("booked", {"customer": {"email": ""}}, {"practitioner:practitioner_booked"}),
    ("completed", {"status": "completed", "actor": "staff"}, {"customer:summary"}),
    ("completed", {"status": "completed", "actor": "staff", "notify": False}, {"customer:summary"}),
    ("missed", {"status": "missed", "actor": "staff"}, set()),
    ("updated", {"actor": "staff"}, set()),
]


@pytest.mark.parametrize(("kind", "changes", "expected"), TABLE)
def test_each_change_tells_those_whom_it_concerns(kind: str, changes: dict[str, Any], expected: set[str]) -> None:
    """Four days before the start, so that the last 24 hours play no part."""
    assert told(kind, **changes) == expected


@pytest.mark.parametrize(
    ("before", "heard"),
    [
        (timedelta(hours=23), True),
        (timedelta(hours=24), True),
        (timedelta(hours=24, microseconds=1), False),
        (timedelta(hours=25), False),
        (timedelta(minutes=1), True),
    ],
)
def test_the_practitioner_hears_of_a_cancellation_in_the_last_24_hours_only(before: timedelta, heard: bool) -> None:
    """Exactly 24 hours before the start still tells."""
    cancelled = change("cancelled", START - before, status="cancelled")
    assert (practitioner_purpose(cancelled) is Purpose.PRACTITIONER_CANCELLED) is heard


@pytest.mark.parametrize(
    ("wanted", "addresses", "ways"),
    [
        (None, {}, ["email"]),
        (["email"], {}, ["email"]),
        (["sms"], {}, ["sms"]),
        (["email", "sms"], {}, ["email", "sms"]),
        (["sms"], {"customer_phone": ""}, []),
    ],
)
def test_the_customer_hears_by_the_ways_that_staff_chose(
    wanted: list[str] | None, addresses: dict[str, str], ways: list[str]
) -> None:
    """Where they chose none by mail. A way that leads nowhere is left out."""
    moved = change("rescheduled", actor="staff", previous_start=START, channels=wanted)
    reached = Addresses(**{"customer_phone": "+491701234567", **addresses})
    assert [draft.channel for draft in decide(moved, reached)] == ways


def test_the_example_of_the_source_holds() -> None:
    """9 September 12:00: cancelled on the 8th at 13:00 tells, at 11:00 does not."""
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 9, 9, 12, tzinfo=berlin)
    at = {hour: datetime(2026, 9, 8, hour, tzinfo=berlin) for hour in (11, 13)}
    assert practitioner_purpose(change("cancelled", at[13], start=start, status="cancelled"))
    assert not practitioner_purpose(change("cancelled", at[11], start=start, status="cancelled"))


@pytest.mark.parametrize(
    ("day", "wall_clock_says", "elapsed_says"),
    [
        # Berlin, clocks forward on 29 March 2026 (the day has 23 hours): 12:00 the day before is 23 h before.
        (datetime(2026, 3, 29, 12), True, True),
        # Berlin, clocks back on 25 October 2026 (25 hours): 12:00 the day before is 25 h before.
        (datetime(2026, 10, 25, 12), True, False),
    ],
)
def test_24_hours_are_elapsed_time_on_dst_nights(day: datetime, wall_clock_says: bool, elapsed_says: bool) -> None:
    """The same wall-clock time of the day before is inside or outside, by what really elapsed."""
    berlin = ZoneInfo("Europe/Berlin")
    start, before = day.replace(tzinfo=berlin), (day - timedelta(days=1)).replace(tzinfo=berlin)
    assert (start - before <= timedelta(hours=24)) is wall_clock_says
    cancelled = change("cancelled", before.astimezone(UTC), start=start.astimezone(UTC), status="cancelled")
    assert bool(practitioner_purpose(cancelled)) is elapsed_says


def test_one_hour_more_is_inside_when_the_clocks_went_forward() -> None:
    """In a night of 23 hours, 11:00 the day before is exactly 24 h before 12:00 and tells."""
    berlin = ZoneInfo("Europe/Berlin")
    start = datetime(2026, 3, 29, 12, tzinfo=berlin).astimezone(UTC)
    at = datetime(2026, 3, 28, 11, tzinfo=berlin).astimezone(UTC)
    assert practitioner_purpose(change("cancelled", at, start=start, status="cancelled"))
    assert not practitioner_purpose(change("cancelled", at - timedelta(seconds=1), start=start, status="cancelled"))


def test_a_move_counts_from_the_old_start() -> None:
    """Moved away from tomorrow: told. Moved to tomorrow from next week: not told."""
    soon, far = NOW + timedelta(hours=20), NOW + timedelta(days=7)
    assert practitioner_purpose(change("rescheduled", start=far, previous_start=soon))
    assert not practitioner_purpose(change("rescheduled", start=soon, previous_start=far))


def test_what_staff_do_tells_the_practitioner_nothing() -> None:
    """Not even in the last hour."""
    at = START - timedelta(hours=1)
    assert not practitioner_purpose(change("cancelled", at, status="cancelled", actor="staff"))
    assert not practitioner_purpose(change("rescheduled", at, previous_start=START, actor="staff"))
    assert not practitioner_purpose(change("booked", actor="staff", online=False))


def test_an_undo_is_told_to_a_practitioner_who_heard_of_the_cancellation() -> None:
    """Otherwise he would leave the time to somebody else."""
    restored = change("restored", START - timedelta(hours=1))
    assert practitioner_purpose(restored, heard_cancel=True) is Purpose.PRACTITIONER_BOOKED
    assert practitioner_purpose(restored, heard_cancel=False) is None


def test_nobody_hears_of_what_was_over_already() -> None:
    """Staff correct yesterday's appointment to cancelled: no mail."""
    assert told("cancelled", at=START + timedelta(hours=2), status="cancelled", actor="staff") == set()


def test_copies_go_to_both_addresses_each_once() -> None:
    """The practice's and the calendar's; written differently in case they are still one."""
    addresses = Addresses("", ("kopie@a.example", "KOPIE@a.example", "zweite@a.example"))
    drafts = decide(change("booked"), addresses)
    assert [d.recipient for d in drafts] == [CUSTOMER, "kopie@a.example", "zweite@a.example"]


def test_a_copy_that_equals_the_practitioners_address_is_one_mail() -> None:
    """The notice says more, so it stays; where no notice is due, the copy goes out."""
    addresses = Addresses(DOCTOR, (DOCTOR,))
    assert told("booked", addresses) == {"customer:booking_confirmation", "practitioner:practitioner_booked"}
    cancelled = told("cancelled", addresses, status="cancelled")
    assert cancelled == {"customer:booking_cancelled", "copy:booking_cancelled"}


def test_staff_who_wish_no_message_get_no_copy_either() -> None:
    """A copy is a copy of the customer's mail."""
    assert told("cancelled", Addresses("", ("k@a.example",)), status="cancelled", actor="staff", notify=False) == set()


def test_news_of_an_appointment_that_has_been_called_off_is_obsolete() -> None:
    """But word of the ending itself is not."""
    assert obsolete(Purpose.CONFIRMATION, 1, 2, Status.CANCELLED)
    assert not obsolete(Purpose.CONFIRMATION, 2, 2, Status.CANCELLED)
    assert not obsolete(Purpose.CANCELLED, 1, 2, Status.CANCELLED)
    assert not obsolete(Purpose.CONFIRMATION, 1, 2, Status.ACCEPTED)


def test_word_of_an_ending_that_was_taken_back_is_obsolete() -> None:
    """Whoever was to hear it; not while it holds, nor when it was cancelled again."""
    for purpose in (Purpose.CANCELLED, Purpose.DECLINED, Purpose.PRACTITIONER_CANCELLED):
        assert obsolete(purpose, 2, 3, Status.ACCEPTED)
        assert obsolete(purpose, 2, 3, Status.PENDING)
        assert not obsolete(purpose, 4, 4, Status.CANCELLED)
