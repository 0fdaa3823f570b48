"""The bell that wakes who waits for news of a call."""

from collections.abc import Callable
from threading import Thread

import pytest

from gateway.bell import REMEMBERED, Bell

CALL, OTHER = "one", "other"
LONG = 60.0


@pytest.mark.parametrize("ring", [lambda bell: bell.ring(CALL), lambda bell: bell.ring_all()])
@pytest.mark.parametrize("known", [True, False])
def test_who_waits_is_woken(ring: Callable[[Bell], None], known: bool) -> None:
    """Whether the call has rung before or not; by what happens in it, or by what may have happened in any."""
    bell = Bell(1)
    if known:
        bell.ring(CALL)
    count = bell.count(CALL)
    assert not bell.wait(CALL, count, 0)
    Thread(target=ring, args=(bell,)).start()
    assert bell.wait(CALL, count, LONG)


def test_what_rang_between_looking_and_waiting_is_not_missed() -> None:
    """The count tells."""
    bell = Bell(1)
    count = bell.count(CALL)
    bell.ring(CALL)
    assert bell.wait(CALL, count, 0)


def test_another_call_wakes_nobody() -> None:
    """Each has its own."""
    bell = Bell(1)
    count = bell.count(CALL)
    bell.ring(OTHER)
    assert not bell.wait(CALL, count, 0)


def test_whose_call_was_forgotten_asks_once_more_than_needed() -> None:
    """Rather than once less."""
    bell = Bell(1)
    bell.ring(CALL)
    count = bell.count(CALL)
    for number in range(REMEMBERED):
        bell.ring(str(number))
    assert bell.wait(CALL, count, 0)
    count = bell.count(CALL)
    bell.ring(CALL)
    assert bell.wait(CALL, count, 0)


def test_questions_about_calls_that_are_none_leave_nothing_behind() -> None:
    """Anybody may ask, for any name."""
    bell = Bell(1)
    for number in range(REMEMBERED):
        bell.wait(str(number), bell.count(str(number)), 0)
    assert not bell._rung
