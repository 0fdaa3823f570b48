"""What is special about the one-process transport; what all transports have in common is in the conformance suite."""

import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event as Flag
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from runtime import tables
from runtime.clock import utc_now
from runtime.db import Database
from runtime.edge import rpc
from runtime.embedded import EmbeddedBus
from runtime.embedded.dispatch import LADDER, noted, put_back
from runtime.embedded.upkeep import purge
from runtime.errors import NotSent, Refused, Unavailable
from runtime.ids import new_id
from runtime.messages import Event
from runtime.outbox_store import KEEP_HANDLED
from runtime.service import App
from runtime.testing import FakeClock
from services._runtime.tests.embedded.house import EDGES, KitchenEdge, build, subjects

NOON = datetime(2031, 3, 5, 12, tzinfo=UTC)


class House:
    def __init__(self, folder: Path, clock: Any = utc_now, edges: dict[str, type] = EDGES, poll: float = 0.1):
        self.services = build(folder, clock, edges)
        self.apps = {service.name: app for service, app in self.services}
        self.bus = EmbeddedBus(self.services, clock, poll=poll)

    def place(self, dish: str = "soup", **kwargs: Any) -> Any:
        return self.bus.rpc.call("shop", "place", {"dish": dish}, **kwargs)


@pytest.fixture(name="house")
def _house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path)
    yield house
    house.bus.stop()


def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait for the condition; its value, or a failure."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.005)
    raise AssertionError("did not happen in time")


def deliveries(app: App) -> list[Any]:
    return app.db.read(lambda session: session.execute(select(tables.delivery)).all())


def count(database: Database, table: Any) -> int:
    return database.read(lambda session: session.scalar(select(func.count()).select_from(table)) or 0)


def test_an_event_passes_two_hops_and_leaves_nothing_on_its_way(house: House) -> None:
    """Commit → relay → handler → commit → relay → handler, each effect once, no delivery left."""
    house.bus.start()
    order = house.place()["id"]
    until(lambda: subjects(house.apps["bank"]) == [order])
    assert subjects(house.apps["kitchen"]) == [order]
    until(lambda: not deliveries(house.apps["kitchen"]) and not deliveries(house.apps["bank"]))


def test_events_of_the_time_before_the_start_are_taken_up(house: House) -> None:
    """RPC works before `start()`; its events wait in the outbox."""
    order = house.place()["id"]
    assert subjects(house.apps["kitchen"]) == []
    house.bus.start()
    until(lambda: subjects(house.apps["bank"]) == [order])


def test_a_copy_repeated_after_a_crash_changes_nothing(house: House) -> None:
    """Dying between copy and mark makes the relay copy again; the inbox knows the event."""
    house.bus.start()
    order = house.place()["id"]
    until(lambda: subjects(house.apps["bank"]) == [order])
    house.apps["shop"].db.write(lambda session: session.execute(update(tables.outbox).values(published=None)))
    published = tables.outbox.c.published
    until(lambda: house.apps["shop"].db.read(lambda s: s.scalar(select(func.count(published)))))
    until(lambda: not deliveries(house.apps["kitchen"]))
    assert subjects(house.apps["kitchen"]) == [order]


def test_a_copy_repeated_while_the_first_still_waits_changes_nothing(house: House) -> None:
    """The parked delivery stays as it is, and the relay goes on."""
    house.bus.start()
    house.place("stone")
    parked = until(lambda: [d for d in deliveries(house.apps["kitchen"]) if d.parked])
    house.apps["shop"].db.write(lambda session: session.execute(update(tables.outbox).values(published=None)))
    soup = house.place()["id"]
    until(lambda: subjects(house.apps["bank"]) == [soup])
    assert [d for d in deliveries(house.apps["kitchen"]) if d.parked] == parked


def test_a_failed_handler_leaves_no_effect_and_is_tried_again(house: House) -> None:
    """Effect, inbox row and deletion roll back together; the next try is a second later."""
    KitchenEdge.failures = 1
    house.bus.start()
    order = house.place("souffle")["id"]
    [waiting] = until(lambda: [d for d in deliveries(house.apps["kitchen"]) if d.attempt == 1])
    assert "collapsed" in waiting.error
    assert subjects(house.apps["kitchen"]) == []
    until(lambda: subjects(house.apps["bank"]) == [order])


def test_a_failing_delivery_lets_the_others_pass(house: House) -> None:
    """Only the event that fails waits."""
    KitchenEdge.failures = 99
    house.bus.start()
    house.place("souffle")
    soup = house.place("soup")["id"]
    until(lambda: subjects(house.apps["bank"]) == [soup])
    KitchenEdge.failures = 0


def test_a_hopeless_event_is_parked_at_once(house: House) -> None:
    """`Permanent`: no ladder; the row stays with its error, later events pass."""
    house.bus.start()
    house.place("stone")
    [row] = until(lambda: [d for d in deliveries(house.apps["kitchen"]) if d.parked])
    assert row.attempt == 1
    assert "Permanent" in row.error
    soup = house.place()["id"]
    until(lambda: subjects(house.apps["bank"]) == [soup])


@pytest.mark.parametrize(("consumer", "error"), [("kitchen.cook", "Undecodable"), ("kitchen.gone", "UnknownConsumer")])
def test_what_no_handler_can_read_is_parked_at_once(house: House, consumer: str, error: str) -> None:
    """Broken bytes, or a handler that this version does not have."""
    row = {"consumer": consumer, "event_id": new_id(), "body": "{", "not_before": utc_now()}
    house.apps["kitchen"].db.write(lambda session: session.execute(insert(tables.delivery), row))
    house.bus.start()
    [parked] = until(lambda: [d for d in deliveries(house.apps["kitchen"]) if d.parked])
    assert noted(parked)["x-error"].startswith(error)


def test_the_ladder_ends_in_parking(tmp_path: Path) -> None:
    """1 s, 5 s, 30 s, 2 min, 10 min, then parked: six tries in all."""
    kitchen = House(tmp_path).apps["kitchen"]
    row = {"consumer": "kitchen.cook", "event_id": new_id(), "body": "{}", "not_before": NOON}
    kitchen.db.write(lambda session: session.execute(insert(tables.delivery), row))
    waits = []
    for _ in range(5):
        kitchen.db.write(put_back, deliveries(kitchen)[0], RuntimeError("no"), NOON)
        waits.append(deliveries(kitchen)[0].not_before - NOON)
    assert waits == [timedelta(seconds=s) for s in (1, 5, 30, 120, 600)] == list(LADDER)
    assert deliveries(kitchen)[0].parked is None
    kitchen.db.write(put_back, deliveries(kitchen)[0], RuntimeError("no"), NOON)
    assert deliveries(kitchen)[0].parked == NOON


def test_named_errors_cross_with_their_facts(house: House) -> None:
    """The same contract as over the broker."""
    with pytest.raises(Refused) as caught:
        house.place("unicorn")
    assert (caught.value.code, caught.value.facts) == ("sold_out", {"left": 0})


def test_a_service_that_does_not_run_was_certainly_not_reached(house: House) -> None:
    """Safe to repeat."""
    with pytest.raises(NotSent):
        house.bus.rpc.call("nowhere", "place", {})


class SlowEdge:
    """Answers late, or asks somebody who does."""

    not_sent = False

    def __init__(self, app: App):
        self.app = app

    @rpc()
    def nap(self, call: Any, request: dict[str, Any]) -> dict[str, Any]:
        time.sleep(request["seconds"])
        return {}

    @rpc()
    def ask_late(self, call: Any, request: dict[str, Any]) -> dict[str, Any]:
        time.sleep(0.1)
        try:
            return self.app.rpc.call("slow", "nap", {"seconds": 0}, timeout=60)
        except NotSent:
            SlowEdge.not_sent = True
            raise


def test_an_answer_after_its_deadline_is_unavailable(tmp_path: Path) -> None:
    """It may have run; the caller must not take it for done in time."""
    house = House(tmp_path, edges={"slow": SlowEdge})
    with pytest.raises(Unavailable):
        house.bus.rpc.call("slow", "nap", {"seconds": 0.1}, timeout=0.05)


def test_a_nested_call_gets_no_more_time_than_its_caller_has_left(tmp_path: Path) -> None:
    """A minute for the inner call does not stretch the outer call's twentieth of a second."""
    house = House(tmp_path, edges={"slow": SlowEdge})
    with pytest.raises(Unavailable):
        house.bus.rpc.call("slow", "ask_late", {}, timeout=0.05)
    assert SlowEdge.not_sent


def test_the_listener_hears_each_event_until_it_stops(house: House) -> None:
    """A callback that fails disturbs neither the relay nor the next event."""
    heard: list[Event] = []

    def on_event(event: Event) -> None:
        heard.append(event)
        raise RuntimeError("the gateway stumbles")

    house.bus.listener.start(on_event, lambda: None)
    house.bus.start()
    house.place()
    until(lambda: {e.type for e in heard} == {"order.placed", "dish.cooked"})
    house.bus.listener.stop()
    house.place()
    until(lambda: len(subjects(house.apps["bank"])) == 2)
    assert len(heard) == 2


def test_a_commit_wakes_relay_and_handlers(tmp_path: Path) -> None:
    """Nobody waits for the poll: with one an hour apart, both hops happen all the same, and so does a retry."""
    house = House(tmp_path, poll=3600)
    KitchenEdge.failures = 1
    house.bus.start()
    soup, souffle = house.place("soup")["id"], house.place("souffle")["id"]
    until(lambda: subjects(house.apps["bank"]) == [soup, souffle], 60)
    house.bus.stop()


def test_stop_finishes_the_work_in_hand(tmp_path: Path) -> None:
    """The handler that has begun commits; what has not begun waits for the next start."""
    begun, go = Flag(), Flag()

    class SlowKitchen(KitchenEdge):
        def cook(self, session: Any, event: Event) -> None:
            begun.set()
            go.wait(60)
            super().cook(session, event)

        cook.__events__ = [("shop", "order.placed", None)]  # type: ignore[attr-defined]

    house = House(tmp_path, edges={**EDGES, "kitchen": SlowKitchen})
    house.bus.start()
    first, second = house.place()["id"], house.place()["id"]
    begun.wait(60)
    stopping = Thread(target=house.bus.stop, args=(60,))
    stopping.start()
    until(lambda: house.bus._dispatchers["kitchen"].stopping)
    go.set()
    stopping.join()
    assert subjects(house.apps["kitchen"]) == [first]
    again = House(tmp_path)
    again.bus.start()
    until(lambda: subjects(again.apps["bank"]) == [first, second])
    again.bus.stop()


def test_old_rows_are_purged_but_no_note_that_a_repeat_could_need(tmp_path: Path) -> None:
    """While an old event is unpublished, it may be copied again: notes from its creation on stay."""
    clock = FakeClock(NOON)
    house = House(tmp_path, clock)
    house.bus.start()
    house.place()
    until(lambda: subjects(house.apps["bank"]))
    house.bus.stop()
    shop, kitchen = house.apps["shop"].db, house.apps["kitchen"].db
    later = NOON + KEEP_HANDLED + timedelta(days=1)
    shop.write(lambda session: session.execute(update(tables.outbox).values(published=None)))
    purge([shop, kitchen], later)
    assert (count(shop, tables.outbox), count(kitchen, tables.inbox)) == (1, 1)
    shop.write(lambda session: session.execute(update(tables.outbox).values(published=NOON)))
    purge([shop, kitchen], later)
    assert (count(shop, tables.outbox), count(kitchen, tables.inbox)) == (0, 0)


def test_a_background_loop_runs_until_the_stop(tmp_path: Path) -> None:
    """`Service.loops` get their app and the stop flag."""
    seen: list[str] = []

    def loop(app: App, stop: Flag) -> None:
        while not stop.wait(0.01):
            seen.append(app.name)

    services = build(tmp_path, utc_now, {"bank": EDGES["bank"]})
    service, app = services[0]
    bus = EmbeddedBus([(type(service)(**{**vars(service), "loops": {"tick": loop}}), app)], utc_now)
    bus.start()
    until(lambda: seen)
    bus.stop()
    ticks = len(seen)
    time.sleep(0.05)
    assert len(seen) == ticks
