"""Decisions of the domain, as tables."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from booking.domain import rules
from booking.domain.appointment import STATUSES, Contact
from booking.domain.errors import InvalidTransition, TooLate

BEFORE, AFTER = timedelta(hours=-1), timedelta(hours=1)
FIELDS = [
    {"name": "insurer", "label": "Kasse", "kind": "choice", "required": True, "choices": ["AOK", "TK"]},
    {"name": "why", "label": "Anlass", "kind": "text", "required": False, "choices": []},
    {"name": "agb", "label": "AGB gelesen", "kind": "tick", "required": True, "choices": []},
]
TABLE = {  # status: (before the start, after it)
    "pending": ({"accepted", "declined", "cancelled"}, {"accepted", "declined", "cancelled"}),
    "accepted": ({"cancelled"}, {"cancelled", "completed", "missed"}),
    "declined": (set(), {"cancelled", "completed", "missed"}),
    "cancelled": (set(), {"declined", "completed", "missed"}),
    "completed": (set(), {"cancelled", "declined", "missed"}),
    "missed": (set(), {"cancelled", "declined", "completed"}),
}


@pytest.mark.parametrize("action", rules.ACTIONS)
@pytest.mark.parametrize("status", STATUSES)
@pytest.mark.parametrize("when", [0, 1])
def test_staff_change_a_status_as_the_table_says_and_never_otherwise(some, status, when, action):
    """Every status, before and after the start, under every action."""
    appointment = some(status=status, occupying=status in ("pending", "accepted"))
    now = appointment.starts + (BEFORE, AFTER)[when]
    target, possible = rules.ACTIONS[action], TABLE[status][when]
    if target in possible:
        after = rules.apply(appointment, action, now)
        assert (after.status, after.version) == (target, appointment.version + 1)
        assert after.handled_at == now
        assert (after.cancelled_at, after.cancelled_by) == ((now, "staff") if target == "cancelled" else (None, None))
    else:
        with pytest.raises(InvalidTransition) as refused:
            rules.apply(appointment, action, now)
        assert refused.value.facts == {"from": status, "action": action, "allowed": sorted(possible)}


def test_the_very_instant_of_the_start_counts_as_started(some):
    """Half-open: at the start an appointment can be completed."""
    appointment = some()
    assert rules.apply(appointment, "complete", appointment.starts).status == "completed"


@pytest.mark.parametrize(
    ("notice", "minutes_before", "possible"),
    [(0, 1, True), (0, 0, False), (0, -1, False), (120, 121, True), (120, 120, True), (120, 119, False)],
)
def test_a_customer_cancels_and_moves_until_the_notice_and_never_after_the_start(
    some, notice, minutes_before, possible
):
    """The last permitted instant is exactly the notice before the start."""
    appointment = some(cancel_notice_minutes=notice, move_notice_minutes=notice)
    now = appointment.starts - timedelta(minutes=minutes_before)
    if possible:
        assert rules.cancel_by_customer(appointment, now).status == "cancelled"
        rules.check_move(appointment, "customer", now)
        return
    with pytest.raises(TooLate) as refused:
        rules.cancel_by_customer(appointment, now)
    assert refused.value.facts["action"] == "cancel"
    with pytest.raises(TooLate):
        rules.check_move(appointment, "customer", now)
    rules.check_move(appointment, "staff", now)


@pytest.mark.parametrize(
    ("confirmation", "actor", "status", "expected"),
    [
        ("automatic", "customer", "accepted", "accepted"),
        ("request", "customer", "accepted", "pending"),
        ("request", "staff", "accepted", "accepted"),
        ("request", "customer", "pending", "pending"),
        ("automatic", "customer", "pending", "pending"),
    ],
)
def test_only_a_customers_move_of_a_service_by_request_asks_again(some, confirmation, actor, status, expected):
    """Decision 4."""
    assert rules.status_after_move(some(confirmation=confirmation, status=status), actor) == expected


def test_undo_restores_status_time_and_inbox_and_raises_the_version(some):
    """What a decline took away comes back."""
    appointment = some(status="pending", handled_at=None)
    now = appointment.starts + BEFORE
    declined = rules.apply(appointment, "decline", now)
    assert not declined.occupying
    restored = rules.undo(declined, "staff", now)
    assert (restored.status, restored.occupying, restored.handled_at) == ("pending", True, None)
    assert restored.version == appointment.version + 2


def test_undo_of_a_correction_restores_who_cancelled_when_and_the_time_that_was_given_up(some):
    """Both ways: a cancellation that was none any more, and a cancellation of what had its time until then."""
    early, late = some().starts + BEFORE, some().starts + AFTER
    corrected = rules.apply(rules.cancel_by_customer(some(), early), "complete", late)
    again = rules.undo(corrected, "staff", late)
    assert (again.status, again.cancelled_by, again.cancelled_at) == ("cancelled", "customer", early)
    assert not again.occupying
    missed = rules.apply(some(), "miss", late)
    restored = rules.undo(rules.apply(missed, "cancel", late), "staff", late)
    assert (restored.status, restored.occupying, restored.cancelled_by) == ("missed", True, None)
    for free in ("missed", "completed"):  # a record that had given its time up before takes none
        corrected = rules.apply(some(status=free, occupying=False), "cancel", late)
        assert not rules.undo(corrected, "staff", late).occupying


def test_undo_is_possible_for_exactly_ten_minutes(some):
    """At ten minutes still, a microsecond later not."""
    now = some().starts - timedelta(days=1)
    cancelled = rules.cancel_by_customer(some(), now)
    assert rules.undo(cancelled, "customer", now + timedelta(minutes=10)).status == "accepted"
    with pytest.raises(TooLate):
        rules.undo(cancelled, "customer", now + timedelta(minutes=10, microseconds=1))


def test_a_customer_undoes_neither_what_staff_did_nor_anything_after_the_start(some):
    """Staff's cancellation stands; a begun appointment does not come back."""
    appointment = some()
    by_staff = rules.apply(appointment, "cancel", appointment.starts + BEFORE)
    with pytest.raises(InvalidTransition):
        rules.undo(by_staff, "customer", appointment.starts + BEFORE)
    late = appointment.starts - timedelta(minutes=1)
    with pytest.raises(TooLate):
        rules.undo(rules.cancel_by_customer(appointment, late), "customer", appointment.starts)


def test_without_anything_to_undo_undo_is_refused(some):
    """A fresh appointment has no earlier status."""
    with pytest.raises(InvalidTransition):
        rules.undo(some(), "staff", some().starts + BEFORE)


def test_correcting_a_cancelled_appointment_to_completed_takes_no_time_back(some):
    """After the start the record is corrected; the time may long be somebody else's."""
    appointment = some(status="cancelled", occupying=False)
    assert not rules.apply(appointment, "complete", appointment.starts + AFTER).occupying


@pytest.mark.parametrize(
    ("answers", "wrong"),
    [
        ({"insurer": "AOK", "agb": True}, set()),
        ({"insurer": "AOK", "agb": True, "why": "Ohr"}, set()),
        ({}, {"insurer", "agb"}),
        ({"insurer": "", "agb": False}, {"insurer", "agb"}),
        ({"insurer": "BKK", "agb": True}, {"insurer"}),
        ({"insurer": ["AOK"], "agb": True}, {"insurer"}),
        ({"insurer": "AOK", "agb": "yes"}, {"agb"}),
        ({"insurer": "AOK", "agb": 1}, {"agb"}),
        ({"insurer": "AOK", "agb": True, "why": 7}, {"why"}),
        ({"insurer": "AOK", "agb": True, "why": "x" * 501}, {"why"}),
        ({"insurer": "AOK", "agb": True, "other": "x"}, {"other"}),
        ({"insurer": None, "agb": True}, {"insurer"}),
    ],
)
def test_answers_are_checked_against_the_form(answers, wrong):
    """Each wrong answer is named, and no right one."""
    assert set(rules.check_answers(FIELDS, answers)) == wrong


def test_everything_that_was_entered_lands_in_the_comment():
    """Name, e-mail, phone as typed, answers with labels in the form's order, message."""
    contact = Contact("Erika", "Müller", "e@example.org", "+49711123456", "0711 / 123456")
    given = rules.labelled(FIELDS, {"agb": True, "why": "", "insurer": "TK"})
    assert rules.comment(contact, given, "Bitte\nleise").splitlines() == [
        "Erika Müller",
        "e@example.org",
        "0711 / 123456",
        "Kasse: TK",
        "AGB gelesen: ✓",
        "Bitte",
        "leise",
    ]


@pytest.mark.parametrize(
    ("zone", "instant", "hours_of_day", "hours_of_week"),
    [
        ("Europe/Berlin", "2026-03-29T12:00+02:00", 23, 167),
        ("Europe/Berlin", "2026-10-25T12:00+01:00", 25, 169),
        ("Europe/Berlin", "2026-10-25T02:30+01:00", 25, 169),
        ("America/New_York", "2026-03-08T12:00-04:00", 23, 167),
        ("Australia/Lord_Howe", "2026-04-05T12:00+10:30", 24.5, 168.5),
        ("Europe/Berlin", "2026-06-10T00:00+02:00", 24, 168),
    ],
)
def test_days_and_weeks_of_the_limits_are_the_calendars_own_also_when_the_clocks_change(
    zone, instant, hours_of_day, hours_of_week
):
    """From local midnight to local midnight, weeks from Monday."""
    at = datetime.fromisoformat(instant).astimezone(UTC)
    bounds = rules.day_and_week(at, zone)
    assert all(start <= at < end for start, end in bounds.values())
    assert bounds["day"][1] - bounds["day"][0] == timedelta(hours=hours_of_day)
    assert bounds["week"][1] - bounds["week"][0] == timedelta(hours=hours_of_week)


def test_a_repeated_undo_is_recognised_by_its_actor_only(some):
    """The customer's repeat is answered, staff's later undo is refused."""
    now = some().starts - timedelta(days=1)
    restored = rules.undo(rules.cancel_by_customer(some(), now), "customer", now)
    assert rules.undone_before(restored, "customer", now)
    assert not rules.undone_before(restored, "staff", now)
    assert not rules.undone_before(replace(restored, undo_until=None), "customer", now)
