"""What the gateway measures: by route, never by path."""

from types import SimpleNamespace

from flask.testing import FlaskClient
from prometheus_client import REGISTRY

from gateway.api import examples
from gateway.live import Feed
from gateway.metrics import Shared
from gateway.tests.conftest import NOW, Stage

SLOTS = f"/api/v1/practices/top-hearing/slots?service={examples.SERVICE_ID}&from=2030-03-25"


def total(name: str, **labels: str) -> float:
    return REGISTRY.get_sample_value(f"terminfluss_{name}", labels) or 0.0


def test_a_request_is_counted_by_its_route(client: FlaskClient) -> None:
    """A path may hold a token, and there is no end of them."""
    route = {"route": "/api/v1/manage/<token:token>", "method": "GET", "status": "200"}
    before = total("http_seconds_count", **route)
    assert client.get("/api/v1/manage/n7Qk2vJw8sYh0bLx4dRfTg").status_code == 200
    assert total("http_seconds_count", **route) == before + 1


def test_what_a_client_makes_up_has_one_name(client: FlaskClient) -> None:
    """Unknown paths and methods: nobody fills the memory with them."""
    made_up = {"route": "none", "method": "other", "status": "404"}
    before = total("http_seconds_count", **made_up)
    for number in range(3):
        client.open(f"/nowhere/{number}", method=f"FETCH{number}")
    assert total("http_seconds_count", **made_up) == before + 3


def test_slot_answers_are_counted_by_where_they_came_from(stage: Stage, client: FlaskClient) -> None:
    """Asked, remembered, and remembered while availability is away."""
    before = {result: total("slots_total", result=result) for result in ("hit", "miss", "stale")}
    client.get(SLOTS)
    client.get(SLOTS)
    client.get(SLOTS, headers={"If-None-Match": '"other"'})
    counted = {result: total("slots_total", result=result) - number for result, number in before.items()}
    assert counted == {"hit": 2, "miss": 1, "stale": 0}


def test_a_new_worker_takes_the_number_of_a_dead_one() -> None:
    """No two of one number live at a time, and workers that die over and over leave no heap of files."""
    shared = Shared("127.0.0.1", 0)
    try:
        arbiter = SimpleNamespace(WORKERS={})
        for pid in range(3):
            shared.pre_fork(arbiter, worker := SimpleNamespace())
            arbiter.WORKERS[pid] = worker
        del arbiter.WORKERS[1]
        shared.pre_fork(arbiter, successor := SimpleNamespace())
        assert (arbiter.WORKERS[2].number, successor.number) == (2, 1)
    finally:
        shared.on_starting(arbiter)
        shared.on_exit(arbiter)


def test_open_streams_are_counted_by_who_carries_them(stage: Stage) -> None:
    """Also when one is closed twice; a process that begins has none."""
    feed = Feed(10, 10, stage.clock)
    one, other = (feed.open("p", None, NOW, thread=thread) for thread in (True, False))
    assert (total("live_streams", carried="thread"), total("live_streams", carried="pump")) == (1, 1)
    feed.close(one)
    feed.close(one)
    assert (total("live_streams", carried="thread"), total("live_streams", carried="pump")) == (0, 1)
    feed.close(other)
    feed.open("p", None, NOW, thread=False)
    Feed(10, 10, stage.clock)
    assert total("live_streams", carried="pump") == 0
