"""Who may say what: only practice speaks for users, a service for itself, and nobody for long."""

from datetime import UTC, datetime, timedelta

import pytest

from runtime.identity import Caller, InvalidIdentity, KeyRing, Signer

NOW = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
SEEDS = {"practice": "A" * 43 + "=", "notify": "B" * 42 + "A="}
RING = KeyRing({name: Signer(name, seed).public_key() for name, seed in SEEDS.items()})
USER = Caller(practice_id="p", user_id="u", session_id="s", role="owner", scopes=frozenset({"booking:read"}))


def signer(name: str) -> Signer:
    return Signer(name, SEEDS[name])


def test_a_users_token_tells_who_it_is() -> None:
    """What practice signed comes back unchanged."""
    assert RING.verify(signer("practice").user_token(USER, NOW), NOW) == USER


def test_a_service_speaks_for_itself() -> None:
    """A service token names the service and no practice."""
    caller = RING.verify(signer("notify").service_token(NOW), NOW)
    assert (caller.service, caller.practice_id) == ("notify", None)


def test_no_other_service_vouches_for_users() -> None:
    """A user token signed by notify is refused, however well formed."""
    with pytest.raises(InvalidIdentity):
        RING.verify(signer("notify").user_token(USER, NOW), NOW)


def test_a_service_cannot_borrow_anothers_name() -> None:
    """The key that signs decides who speaks."""
    forged = Signer("practice", SEEDS["notify"]).service_token(NOW)
    with pytest.raises(InvalidIdentity):
        RING.verify(forged, NOW)


def test_a_token_ends_also_when_it_was_seen_before() -> None:
    """The memory of checked signatures does not lengthen a life."""
    token = signer("practice").user_token(USER, NOW)
    assert RING.verify(token, NOW + timedelta(minutes=9))
    with pytest.raises(InvalidIdentity):
        RING.verify(token, NOW + timedelta(minutes=10))


def test_a_token_from_the_future_is_refused() -> None:
    """A minute of clock difference is forgiven, more is not."""
    token = signer("practice").user_token(USER, NOW + timedelta(minutes=5))
    with pytest.raises(InvalidIdentity):
        RING.verify(token, NOW)


@pytest.mark.parametrize("token", ["", "x", "a.b.c", "\u00e4.b.c"])
def test_what_is_no_token_is_refused(token: str) -> None:
    """Garbage never raises anything else."""
    with pytest.raises(InvalidIdentity):
        RING.verify(token, NOW)


def test_a_service_token_is_used_again_for_a_minute_and_then_made_anew() -> None:
    """Signing costs; what is given out lives four minutes or more."""
    notify = signer("notify")
    first = notify.service_token(NOW)
    assert notify.service_token(NOW + timedelta(seconds=59)) == first
    assert notify.service_token(NOW + timedelta(seconds=60)) != first
    assert notify.service_token(NOW - timedelta(hours=1)) != first
