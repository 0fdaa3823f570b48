"""Each event has its effect exactly once, whatever dies: consumer, relay, database. With negative controls."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import make_url, select, text

from runtime import tables
from runtime.clock import utc_now
from runtime.ids import new_id
from runtime.outbox import emit
from runtime.topology import declare, system
from services._runtime.tests.conformance import house as village
from services._runtime.tests.conformance.transports import (
    COOK,
    EVERYTHING,
    LADDER_MS,
    BrokerTransport,
    event_body,
    until,
)

pytestmark = [pytest.mark.broker, pytest.mark.slow]
FAULTS = "services._runtime.tests.faults"


def order(house: BrokerTransport, **dish: Any) -> str:
    """An order in the shop's outbox; its subject."""
    return house.databases["shop"].write(village.place, dish)


def cooked(house: BrokerTransport) -> Counter[str]:
    return Counter(village.subjects(house.databases["kitchen"], "kitchen"))


def charged(house: BrokerTransport) -> Counter[str]:
    return Counter(village.subjects(house.databases["bank"], "bank"))


def exactly_once(house: BrokerTransport, orders: list[str], seconds: float = 180) -> None:
    """Wait until all are there, then look whether any is there twice."""
    until(lambda: set(charged(house)) >= set(orders), seconds)
    time.sleep(0.5)
    assert set(cooked(house).values()) == set(charged(house).values()) == {1}


class Restarting:
    """Keeps a worker alive as the supervisor would."""

    def __init__(self, house: BrokerTransport):
        self._house, self._stop = house, threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> None:
        self._thread.start()

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()

    def _run(self) -> None:
        while not self._stop.wait(0.05):
            if not self._house.workers or self._house.workers[-1].poll() is not None:
                self._house.start_worker()


def test_a_consumer_killed_in_the_middle_leaves_no_half_effect(house: BrokerTransport) -> None:
    """The process ends after the handler's write and before its commit; the next one does it, once."""
    for name in house.databases:
        house.start_relay(name)
    orders = [order(house, kill=1), *(order(house) for _ in range(20))]
    with Restarting(house):
        exactly_once(house, orders)
    assert village.starts(house.diary)["kitchen", orders[0]] == 2
    assert house.workers[0].returncode == 9


def test_an_event_that_kills_its_process_is_parked_and_its_neighbours_are_not(house: BrokerTransport) -> None:
    """Suspects run one at a time and are counted: the killer is found out, innocents in its batch are handled once."""
    for name in house.databases:
        house.start_relay(name)
    orders = [order(house) for _ in range(8)]
    killer = order(house, kill=99)
    orders += [order(house) for _ in range(8)]
    with Restarting(house):
        exactly_once(house, orders)
        [parked] = until(house.parked, 60)
    assert killer in parked.body
    assert "ended its process" in parked.error
    assert killer not in cooked(house)


def test_a_relay_killed_between_publish_and_mark_publishes_again_without_effect(house: BrokerTransport) -> None:
    """The same message id twice in the queue; the inbox lets it pass once."""
    subject = order(house)
    command = [sys.executable, "-m", f"{FAULTS}.dying_relay", house.databases["shop"].url, house.uri]
    assert subprocess.run(command, timeout=120).returncode == 9
    for name in house.databases:
        house.start_relay(name)
    with house.channel() as channel:
        waiting = lambda: channel.queue_declare(COOK.queue, passive=True).method.message_count  # noqa: E731
        until(lambda: waiting() == 2)
    house.start_worker()
    exactly_once(house, [subject])
    assert village.starts(house.diary)["kitchen", subject] == 1


def test_without_the_inbox_the_same_redelivery_doubles_the_effect(house: BrokerTransport) -> None:
    """Negative control: the test above would notice."""
    id, subject, body = event_body({})
    house.start_worker("kitchen", WITHOUT_INBOX="1")
    house.deliver(COOK, body, id)
    house.deliver(COOK, body, id)
    until(lambda: cooked(house)[subject] == 2)


def test_the_stock_event_handler_loses_what_fails(house: BrokerTransport) -> None:
    """Negative control: nameko acknowledges the failed event; it is neither tried again nor parked."""
    house.start_relay("shop")
    diary = house.folder / "stock"
    environ = {**os.environ, "AMQP_URI": house.uri, "DIARY": str(diary)}
    queue = "evt-shop-order.placed--stock.cook"
    stock = subprocess.Popen([sys.executable, "-W", "ignore", "-m", f"{FAULTS}.stock"], env=environ)
    try:
        until(lambda: consumers(house, queue), 60)
        order(house)
        until(diary.exists, 60)
        time.sleep(1)
        with house.channel() as channel:
            assert channel.queue_declare(queue, passive=True).method.message_count == 0
    finally:
        stock.terminate()
        stock.wait(60)
    assert diary.read_text().count("cook") == 1
    assert house.parked() == []


def consumers(house: BrokerTransport, queue: str) -> int:
    import pika

    try:
        with house.channel() as channel:
            return int(channel.queue_declare(queue, passive=True).method.consumer_count)
    except pika.exceptions.AMQPError:
        return 0


def test_cut_database_connections_cost_nothing(house: BrokerTransport) -> None:
    """All backends of all services are terminated five times in the flow."""
    house.start()
    orders: list[str] = []
    for _ in range(5):
        orders += [order(house) for _ in range(20)]
        time.sleep(0.05)
        cut(house)
    exactly_once(house, orders)


def cut(house: BrokerTransport) -> None:
    for database in house.databases.values():
        name = make_url(database.url).database
        kill = (
            "select pg_terminate_backend(pid) from pg_stat_activity where datname = :name and pid <> pg_backend_pid()"
        )
        database.read(lambda s, kill=kill, name=name: s.execute(text(kill), {"name": name}).all())


def test_an_event_that_no_queue_takes_stays_and_flows_later(house: BrokerTransport) -> None:
    """Not marked published: it keeps its error and its tries, and goes out when its reader appears."""
    with house.channel() as channel:
        channel.queue_delete(COOK.queue)
    house.start_relay("shop")
    subject = order(house)
    row = until(lambda: house.databases["shop"].read(lambda s: s.execute(unpublished).first()))
    assert (row.error, row.tries) == ("unroutable: no queue is bound", 1)
    declare(house.uri, system(village.EDGES, EVERYTHING, LADDER_MS))
    house.start_worker("kitchen")
    until(lambda: cooked(house)[subject] == 1)
    assert house.databases["shop"].read(lambda s: s.execute(unpublished).first()) is None


def test_news_that_nobody_listens_to_is_gone(house: BrokerTransport) -> None:
    """Published without a reader, it neither stays in the outbox nor is tried again."""
    told = {"subject": new_id(), "practice_id": new_id(), "version": 1, "now": utc_now(), "data": {}}
    house.start_relay("shop")
    house.databases["shop"].write(lambda s: emit(s, "shop", "weather.changed", **told, mandatory=False))
    published = select(tables.outbox.c.published).where(tables.outbox.c.routing_key == "weather.changed")
    until(lambda: house.databases["shop"].read(lambda s: s.scalar(published)))


unpublished = select(tables.outbox).where(tables.outbox.c.published.is_(None), tables.outbox.c.tries > 0)


def test_a_handler_that_runs_too_long_is_ended_and_tried_again(house: BrokerTransport) -> None:
    """Its time limit is a failure like any other: ladder, then parking; it holds no worker for ever."""
    house.start_relay("shop")
    house.start_worker("kitchen")
    subject = order(house, seconds=30)
    [parked] = until(house.parked, 60)
    assert "HandlerTimeout" in parked.error
    assert village.starts(house.diary)["kitchen", subject] == len(LADDER_MS) + 1
    assert cooked(house)[subject] == 0


def test_sigterm_finishes_what_has_begun(house: BrokerTransport) -> None:
    """The running handler commits, the process ends by itself with 0, the rest waits in the queue."""
    house.start_relay("shop")
    worker = house.start_worker("kitchen")
    subject = order(house, seconds=1)
    until(lambda: village.starts(house.diary)["kitchen", subject])
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(60) == 0
    assert cooked(house)[subject] == 1


@pytest.mark.parametrize(("method", "blocks"), [("query", False), ("spin", True)])
def test_a_query_does_not_block_the_hub(house: BrokerTransport, method: str, blocks: bool, tmp_path: Path) -> None:
    """psycopg2 lets other green threads run while the database works (`spin` shows that the test would notice)."""
    gaps = tmp_path / "gaps"
    house.start_worker("shop", GAPS=str(gaps))
    house.wait_for("shop")
    house.rpc.call("shop", method, {"seconds": 0.01})
    gaps.write_text("0")
    time.sleep(0.3)
    seconds = max(2.5, 3 * float(gaps.read_text()))  # a busy machine makes gaps, too
    house.rpc.call("shop", method, {"seconds": seconds})
    time.sleep(0.1)
    assert (float(gaps.read_text()) > 0.8 * seconds) is blocks
