"""A part that hangs holds one thread, not all: who has been silent is asked by one at a time, until it answers."""

from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from threading import Event
from types import SimpleNamespace
from typing import Any

import pytest

from gateway import circuits
from gateway.api import examples
from gateway.tests.conftest import Stage, stage_with
from gateway.tests.test_single_flight import LONG, Door
from runtime.errors import Refused, Unavailable

THREADS = 4  # of the web server that is played here
CROWD = 12
FAILURES = circuits.ENOUGH
MANAGE = "/api/v1/manage/n7Qk2vJw8sYh0bLx4dRfTg"
HOLDS = "/api/v1/practices/top-hearing/holds"
HEALTHY = "/api/v1/practices/top-hearing"
AWAY = Unavailable("no answer within 5 s")
Web = Any


@pytest.fixture(name="web")
def _web(stage: Stage) -> Iterator[Web]:
    """Requests on as many threads as a small web server has."""
    assert stage.client().get(HEALTHY).status_code == 200  # the practice is known
    with ThreadPoolExecutor(THREADS) as pool:

        def get(path: str) -> "Future[Any]":
            return pool.submit(lambda: stage.client().get(path))

        yield get


def hang(stage: Stage, web: Web, method: str = "booking.managed") -> tuple[Door, list["Future[Any]"]]:
    """The method was silent for some, then hangs: a crowd asks it all the same."""
    stage.rpc.answers[method] = AWAY
    for _ in range(FAILURES):
        assert stage.client().get(MANAGE).status_code == 503
    stage.rpc.answers[method] = door = Door(AWAY)
    crowd = [web(MANAGE) for _ in range(CROWD)]
    assert door.entered.wait(LONG)
    return door, crowd


def test_while_one_service_hangs_questions_to_the_others_are_answered(
    stage: Stage, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One request waits as a probe, the rest of the crowd hears 503 at once, and the other threads are free."""
    door, crowd = hang(stage, web)
    monkeypatch.setattr(circuits, "REST", 60.0)  # after this probe
    try:
        stage.tell("practice.changed")
        assert web(HEALTHY).result(LONG).status_code == 200
    finally:
        door.open.set()
    answers = [future.result(LONG) for future in crowd]
    assert {answer.status_code for answer in answers} == {503}
    assert all(answer.headers["Retry-After"] for answer in answers)
    assert stage.rpc.count("booking.managed") == FAILURES + 1


def test_without_the_circuits_the_same_crowd_starves_the_others(
    stage: Stage, web: Web, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: every thread waits for the service that hangs, and nobody is left."""
    monkeypatch.setattr(circuits, "ENOUGH", 1_000_000)
    door, _ = hang(stage, web)
    starved = web(HEALTHY)
    try:
        with pytest.raises(TimeoutError):
            starved.result(1)
    finally:
        door.open.set()
    assert starved.result(LONG).status_code == 200


def test_the_first_answer_ends_it(stage: Stage, web: Web) -> None:
    """The probe is answered; from then on everybody may ask at the same time."""
    door = Door(AWAY)
    stage.rpc.answers["booking.managed"] = AWAY
    for _ in range(FAILURES):
        stage.client().get(MANAGE)
    stage.rpc.answers["booking.managed"] = door
    probe = web(MANAGE)
    assert door.entered.wait(LONG)
    assert web(MANAGE).result(LONG).status_code == 503
    door.answer = Refused("too_late")
    door.open.set()
    assert probe.result(LONG).status_code == 409
    assert not _open(stage)


def test_after_a_failed_probe_nobody_waits_for_a_while(stage: Stage, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also those who come one after the other hear 503 at once; when the rest is over the next one finds out."""
    now = [100.0]
    monkeypatch.setattr(circuits, "REST", 2.0)
    monkeypatch.setattr(circuits, "time", SimpleNamespace(monotonic=lambda: now[0]))
    stage.rpc.answers["booking.managed"] = AWAY
    for _ in range(FAILURES + 5):
        assert stage.client().get(MANAGE).status_code == 503
    assert stage.rpc.count("booking.managed") == FAILURES
    stage.rpc.answers["booking.managed"] = examples.MANAGED
    assert stage.client().get(MANAGE).status_code == 503
    now[0] += 2
    assert stage.client().get(MANAGE).status_code == 200


def test_a_command_whose_own_needs_are_away_leaves_the_rest_of_its_service_alone(stage: Stage, web: Web) -> None:
    """Booking answers that availability is away: a hold is tried by one at a time, a customer's link by everybody."""
    body = {"service": examples.SERVICE_ID, "start": examples.START}
    stage.rpc.answers["booking.hold"] = Refused("unavailable")
    for _ in range(FAILURES):
        assert stage.client().post(HOLDS, json=body).status_code == 503
    door = Door(AWAY)
    stage.rpc.answers["booking.hold"] = door
    with ThreadPoolExecutor(1) as pool:
        probe = pool.submit(lambda: stage.client().post(HOLDS, json=body))
        assert door.entered.wait(LONG)
        try:
            assert stage.client().post(HOLDS, json=body).status_code == 503
            assert stage.client().get(MANAGE).status_code == 200
        finally:
            door.open.set()
        assert probe.result(LONG).status_code == 503
    assert stage.rpc.count("booking.hold") == FAILURES + 1


def test_a_refusal_is_an_answer(stage: Stage) -> None:
    """Who says no is there."""
    for outcome in (AWAY, AWAY, Refused("not_found"), AWAY, AWAY):
        stage.rpc.answers["booking.managed"] = outcome
        stage.client().get(MANAGE)
    assert not _open(stage)


def test_who_was_given_no_time_has_not_failed() -> None:
    """A request at the end of its time proves nothing about whom it asks."""
    stage = stage_with(request_timeout=0.2)
    stage.rpc.answers["booking.managed"] = AWAY
    for _ in range(FAILURES):
        assert stage.client().get(MANAGE).status_code == 503
    assert not _open(stage)


def test_when_the_broker_is_back_everybody_is_asked_anew(stage: Stage) -> None:
    """What failed before says nothing any more."""
    stage.rpc.answers["booking.managed"] = AWAY
    for _ in range(FAILURES):
        stage.client().get(MANAGE)
    assert _open(stage)
    stage.listener.on_gap()
    assert not _open(stage)


def _open(stage: Stage) -> bool:
    """Whether one of two questions at the same time is turned away."""
    stage.rpc.answers["booking.managed"] = door = Door(AWAY)
    before = stage.rpc.count("booking.managed")
    with ThreadPoolExecutor(2) as pool:
        both = [pool.submit(lambda: stage.client().get(MANAGE)) for _ in range(2)]
        while not (turned_away := any(future.done() for future in both)):
            if stage.rpc.count("booking.managed") == before + 2:
                break
            Event().wait(0.01)
        door.open.set()
    return turned_away
