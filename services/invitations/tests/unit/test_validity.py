"""How long a link is valid, and what it is good for: decisions 16 and 17, rows V3 and V7."""

from datetime import UTC, datetime, timedelta

import pytest

from invitations.domain import rules
from invitations.domain.errors import InvalidTransition
from invitations.domain.invitation import Join
from services.invitations.tests.builders import BERLIN, START, some


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).astimezone(UTC)


@pytest.mark.parametrize(
    ("end", "zone", "until"),
    [
        pytest.param("2026-12-09T10:30+01:00", BERLIN, "2027-03-09T10:30+01:00", id="the same day three months later"),
        pytest.param("2026-11-30T10:30+01:00", BERLIN, "2027-02-28T10:30+01:00", id="February has 28 days"),
        pytest.param("2027-11-30T10:30+01:00", BERLIN, "2028-02-29T10:30+01:00", id="in a leap year 29"),
        pytest.param("2027-11-29T10:30+01:00", BERLIN, "2028-02-29T10:30+01:00", id="onto the leap day itself"),
        pytest.param("2028-02-29T10:30+01:00", BERLIN, "2028-05-29T10:30+02:00", id="from a leap day on"),
        pytest.param("2026-03-31T10:30+02:00", BERLIN, "2026-06-30T10:30+02:00", id="31 days to 30"),
        pytest.param("2026-10-31T10:30+01:00", BERLIN, "2027-01-31T10:30+01:00", id="31 to 31 over New Year"),
        pytest.param(
            "2026-12-31T23:30+01:00", BERLIN, "2027-03-31T23:30+02:00", id="the clock changed: same wall time"
        ),
        pytest.param("2026-12-28T02:30+01:00", BERLIN, "2027-03-28T03:30+02:00", id="a skipped time moves forward"),
        pytest.param("2026-07-25T02:30+02:00", BERLIN, "2026-10-25T02:30+02:00", id="of a doubled time the first"),
        pytest.param("2026-12-01T00:30+01:00", "America/New_York", "2027-02-28T18:30-05:00", id="the host's month"),
        pytest.param("2026-11-30T23:30-05:00", BERLIN, "2027-03-01T05:30+01:00", id="not the caller's month"),
        pytest.param(
            "2027-01-05T01:45+11:00", "Australia/Lord_Howe", "2027-04-05T01:45+10:30", id="half an hour of DST"
        ),
    ],
)
def test_a_link_is_valid_for_three_calendar_months_after_the_end(end: str, zone: str, until: str) -> None:
    assert rules.three_months_after(at(end), zone) == at(until)


def test_a_move_lengthens_the_validity_and_never_shortens_it() -> None:
    """Also when the meeting gets shorter or comes earlier (V3)."""
    first = rules.valid_until(START, BERLIN)
    assert rules.valid_until(START - timedelta(days=30), BERLIN, first) == first
    assert rules.valid_until(START + timedelta(days=30), BERLIN, first) > first


@pytest.mark.parametrize("call", ["idle", "admitted"])
def test_the_link_is_open_before_during_and_after_the_time(call: str) -> None:
    """Time and duration are a guide only, up to the last moment of its validity."""
    invitation = some(call=call)
    last = invitation.valid_until - timedelta(microseconds=1)
    for now in (START - timedelta(days=300), START, invitation.ends, last):
        assert rules.join_state(invitation, now) == Join.OPEN


def test_a_guest_who_knocked_waits() -> None:
    assert rules.join_state(some(call="waiting"), START) == Join.WAITING


def test_past_its_validity_the_link_is_expired() -> None:
    """Whatever the guest was doing."""
    invitation = some(call="waiting")
    assert rules.join_state(invitation, invitation.valid_until) == Join.EXPIRED


def test_a_deleted_invitations_link_is_void() -> None:
    """At once, and also after it would have expired."""
    invitation = some(status="deleted")
    assert rules.join_state(invitation, START) == Join.VOID
    assert rules.join_state(invitation, invitation.valid_until) == Join.VOID


def test_nobody_is_let_in_through_a_void_or_expired_link() -> None:
    for invitation, now in ((some(status="deleted"), START), (some(), some().valid_until)):
        with pytest.raises(InvalidTransition):
            rules.check_usable(invitation, "admit", now)
    rules.check_usable(some(), "admit", START)
