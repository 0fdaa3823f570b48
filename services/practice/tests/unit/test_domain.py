"""The rules of signing in, the accent colour, the roles."""

from datetime import UTC, datetime, timedelta

import pytest

from practice.domain import (
    FORGET_FAILURES,
    LONGEST_BLOCK,
    SCOPES,
    Attempts,
    TooManyAttempts,
    contrast_with_white,
    legible,
)

NOON = datetime(2031, 3, 5, 12, tzinfo=UTC)


def after(attempts: int) -> Attempts:
    """This many attempts, each as soon as it is allowed."""
    state = Attempts()
    for _ in range(attempts):
        state = state.admit(state.blocked_until or NOON)
    return state


def test_five_attempts_are_free_and_the_sixth_waits() -> None:
    """The fifth is still judged; after it the door is shut for half a minute."""
    state = after(5)
    with pytest.raises(TooManyAttempts) as caught:
        state.admit(NOON)
    assert caught.value.facts == {"retry_after": 30}


def test_each_further_attempt_doubles_the_wait_up_to_the_longest() -> None:
    """30 s, 1, 2, 4, 8, 15, 15 minutes."""
    waits = []
    for n in range(5, 12):
        state = after(n)
        assert state.blocked_until
        assert state.last
        waits.append(state.blocked_until - state.last)
    assert waits == [timedelta(seconds=s) for s in (30, 60, 120, 240, 480, 900, 900)]
    assert waits[-1] == LONGEST_BLOCK


def test_retry_after_is_rounded_up() -> None:
    """Who comes back after `retry_after` seconds is let in, never just too early."""
    with pytest.raises(TooManyAttempts) as caught:
        after(5).admit(NOON + timedelta(milliseconds=500))
    assert caught.value.facts == {"retry_after": 30}


def test_old_attempts_are_forgotten() -> None:
    """An hour after the last one the count begins anew."""
    assert after(4).admit(NOON + FORGET_FAILURES + timedelta(seconds=1)).count == 1


@pytest.mark.parametrize("colour", ["#ffffff", "#ffff00", "#00ff00", "#8fd3ff", "#1f5f8b", "#000000", "#ABCDEF"])
def test_white_can_be_read_on_every_accent(colour: str) -> None:
    """At least 4.5:1, the WCAG AA contrast of normal text."""
    result = legible(colour)
    assert contrast_with_white([int(result[i : i + 2], 16) for i in (1, 3, 5)]) >= 4.5


def test_a_legible_accent_stays_as_it_is() -> None:
    """Only written in lower case."""
    assert legible("#1F5F8B") == "#1f5f8b"


@pytest.mark.parametrize(("channels", "ratio"), [([0, 0, 0], 21.0), ([255, 255, 255], 1.0), ([0x76, 0x76, 0x76], 4.54)])
def test_contrast_is_that_of_wcag(channels: list[int], ratio: float) -> None:
    """Known values: black, white, and the lightest grey that passes."""
    assert contrast_with_white(channels) == pytest.approx(ratio, abs=0.01)


def test_roles_hold_what_they_should() -> None:
    """Settings are the owner's; reception books; readonly reads."""
    assert "practice:admin" in SCOPES["owner"]
    assert not any(scope.endswith(":admin") for scope in SCOPES["staff"])
    assert {s for s in SCOPES["reception"] if s.endswith(":write")} == {"booking:write", "notify:write"}
    assert all(scope.endswith(":read") for scope in SCOPES["readonly"])
