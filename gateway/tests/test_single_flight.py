"""Many who miss the same slots at once: one asks, the others wait for its answer, and nobody waits for ever."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from threading import Barrier, Event
from typing import Any

import pytest

from gateway import slot_reader
from gateway.api import examples
from gateway.pages import grid
from gateway.tests.conftest import WEEK, Stage, stage_with
from runtime.errors import Refused, Unavailable

URL = f"/api/v1/practices/top-hearing/slots?service={examples.SERVICE_ID}&from=2030-03-25&days=7"
PAGE = f"/p/top-hearing/book?service={examples.SERVICE_ID}&from=2030-03-25"
ASKED = "availability.slots"
CROWD = 8
LONG = 60  # seconds; nobody waits so long


class Door:
    """An availability that lets each question in at once, and out when the test says so."""

    def __init__(self, answer: Any = WEEK):
        self.answer = answer
        self.inside = 0
        self.entered, self.open = Event(), Event()

    def __call__(self, payload: Any) -> str:
        self.inside += 1
        self.entered.set()
        assert self.open.wait(LONG)
        if isinstance(self.answer, Exception):
            raise self.answer
        return str(self.answer)


@contextmanager
def crowd(stage: Stage, door: Door) -> Iterator[Callable[..., list["Future[Any]"]]]:
    """Starts requests at the same moment; afterwards the door is open, whatever happened."""
    stage.rpc.answers[ASKED] = door
    assert stage.client().get("/api/v1/practices/top-hearing").status_code == 200  # the practice is known

    def start(url: str = URL, number: int = CROWD) -> list["Future[Any]"]:
        together = Barrier(number)

        def ask() -> Any:
            together.wait(LONG)
            return stage.client().get(url)

        return [pool.submit(ask) for _ in range(number)]

    with ThreadPoolExecutor(3 * CROWD) as pool:
        try:
            yield start
        finally:
            door.open.set()


@pytest.fixture(name="joined")
def _joined(monkeypatch: pytest.MonkeyPatch) -> list[None]:
    """One for each request that waits for another's answer: it looks then how long it may."""
    joined: list[None] = []
    usual = slot_reader.time_left

    def noted() -> float:
        joined.append(None)
        return usual()

    monkeypatch.setattr(slot_reader, "time_left", noted)
    return joined


def until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + LONG
    while not condition():
        assert time.monotonic() < end, "did not happen"
        time.sleep(0.01)


def settle(waiting: list["Future[Any]"], door: Door, joined: list[None]) -> list[Any]:
    """All have come as far as they can, in front of the door or behind somebody there; then it opens."""
    until(lambda: door.inside + len(joined) == len(waiting))
    door.open.set()
    return [answer.result(LONG) for answer in waiting]


def test_of_many_who_miss_at_once_one_asks(stage: Stage, joined: list[None]) -> None:
    """The same bytes for everybody, one RPC."""
    door = Door()
    with crowd(stage, door) as start:
        answers = settle(start(), door, joined)
    assert {(answer.status_code, answer.text) for answer in answers} == {(200, WEEK)}
    assert stage.rpc.count(ASKED) == 1


def test_pages_and_api_wait_for_the_same_answer(stage: Stage, joined: list[None]) -> None:
    """The week grid of a page asks as the API does."""
    door = Door()
    with crowd(stage, door) as start:
        answers = settle(start(PAGE, 2) + start(f"{URL[:-1]}{grid.FIRST_LOOK}", 2), door, joined)
    assert {answer.status_code for answer in answers} == {200}
    questions = [payload["days"] for name, payload in stage.rpc.calls if name == ASKED]
    assert questions.count(grid.FIRST_LOOK) == 1


@pytest.mark.parametrize(
    ("failure", "status"),
    [(Unavailable("away"), 503), (Refused("not_found"), 404), (RuntimeError("a mistake of ours"), 500)],
)
def test_when_the_one_who_asks_fails_nobody_hangs(
    stage: Stage, joined: list[None], failure: Exception, status: int
) -> None:
    """Everybody gets the failure at once; the next request asks anew."""
    door, never_known = Door(failure), URL.replace("2030-03-25", "2030-06-01")
    with crowd(stage, door) as start:
        answers = settle(start(never_known), door, joined)
    assert {answer.status_code for answer in answers} <= {status, 503}
    assert stage.rpc.count(ASKED) == 1
    stage.rpc.answers[ASKED] = Refused("slot_not_offered")
    assert stage.client().get(never_known).get_json()["code"] == "slot_not_offered"


def test_who_comes_after_a_change_does_not_take_the_answer_from_before_it(stage: Stage, joined: list[None]) -> None:
    """A question that began before the change may be answered with what was true then: later ones ask themselves."""
    door = Door()
    with crowd(stage, door) as start:
        before = start(number=2)
        until(lambda: door.inside + len(joined) == 2)
        stage.tell("slots.changed")
        after = start(number=3)
        settle(before + after, door, joined)
    assert stage.rpc.count(ASKED) == 2


def test_who_waits_waits_no_longer_than_the_request_may_last() -> None:
    """The one who asks hangs; the others give up at their own deadline."""
    stage = stage_with(request_timeout=0.4)
    door = Door()
    with crowd(stage, door) as start:
        waiting = start(number=3)
        assert door.entered.wait(LONG)
        until(lambda: sum(future.done() for future in waiting) == 2)
        assert [future.result().status_code for future in waiting if future.done()] == [503, 503]
    assert stage.rpc.count(ASKED) == 1
