"""Numbers of many processes, read by their parent."""

import os
import subprocess
import sys
from datetime import timedelta
from pathlib import Path
from typing import Any

import pika
import pytest
from prometheus_client.parser import text_string_to_metric_families
from sqlalchemy import insert

from runtime import scrape, tables
from runtime.clock import utc_now
from runtime.db import Session
from runtime.ids import new_id
from runtime.metrics import QUEUES
from runtime.testing import Databases, broker_uri

MEASURE = """
import os, signal, sys
from runtime import metrics
metrics.keep_in(sys.argv[1], sys.argv[2])
made = metrics.counter("dishes", "Dishes", "kind")
for _ in range(int(sys.argv[3])):
    made("soup").inc()
os.kill(os.getpid(), signal.SIGKILL)
"""


def measure(folder: Path, process: str, number: int) -> None:
    """A process that counts so many dishes, and is killed."""
    subprocess.run([sys.executable, "-c", MEASURE, str(folder), process, str(number)], timeout=60, check=False)


def values(text: str) -> dict[str, float]:
    """Value by name, of metrics with one value."""
    return {s.name: s.value for family in text_string_to_metric_families(text) for s in family.samples}


def test_what_all_children_counted_is_added_up_also_of_the_dead(tmp_path: Path) -> None:
    """A counter that fell because a process died would look like a new start."""
    measure(tmp_path, "worker", 2)
    measure(tmp_path, "loops", 3)
    assert values(scrape.text(str(tmp_path)))["terminfluss_dishes_total"] == 5


def test_a_child_goes_on_in_the_files_of_its_predecessor(tmp_path: Path) -> None:
    """However often it dies, there are no more files."""
    for _ in range(3):
        measure(tmp_path, "worker", 1)
    assert values(scrape.text(str(tmp_path)))["terminfluss_dishes_total"] == 3
    assert [file.name for file in tmp_path.iterdir()] == ["counter_worker.db"]


def test_a_dead_child_s_memory_is_not_told() -> None:
    """The gauge goes with its process; how often it was started stays."""
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    starts, memory = scrape.children({"worker": 2, "loops": 1}, {"worker": gone.pid, "loops": os.getpid()})
    assert {sample.labels["child"]: sample.value for sample in starts.samples} == {"worker": 2, "loops": 1}
    assert [sample.labels["child"] for sample in memory.samples] == ["loops"]


def test_the_outbox_tells_how_much_waits_and_how_long(databases: Databases) -> None:
    """The age of the oldest, in seconds; what is published does not count."""
    database = databases.new(None)
    tables.metadata.create_all(database.engine)
    now = utc_now()
    for age, published in ((90, None), (5, None), (900, now)):
        row = {
            "id": new_id(),
            "exchange": "shop.events",
            "routing_key": "order.placed",
            "body": "{}",
            "mandatory": True,
        }
        database.write(add, {**row, "created": now - timedelta(seconds=age), "published": published})
    seen = {metric.name: metric.samples[0].value for metric in scrape.outbox(database.url)}
    assert seen["terminfluss_outbox_waiting"] == 2
    assert 90 <= seen["terminfluss_outbox_lag_seconds"] < 900


def add(session: Session, row: dict[str, Any]) -> None:
    session.execute(insert(tables.outbox), row)


def test_what_does_not_answer_is_left_out(tmp_path: Path) -> None:
    """A missing number is seen; a wrong one is believed."""
    (tmp_path / QUEUES).write_text("rpc-shop")
    assert list(scrape.outbox(f"sqlite:///{tmp_path / 'missing' / 'no.db'}")) == []
    assert list(scrape.queues("amqp://guest:guest@127.0.0.1:1/", str(tmp_path))) == []


@pytest.mark.broker
def test_a_queue_that_is_missing_hides_no_other(tmp_path: Path) -> None:
    """Its absence costs a channel, and nothing else."""
    if not broker_uri():
        pytest.skip("needs RabbitMQ: run `make services`")
    connection = pika.BlockingConnection(pika.URLParameters(str(broker_uri())))
    channel = connection.channel()
    queue = channel.queue_declare("", arguments={"x-expires": 60_000}).method.queue
    channel.confirm_delivery()
    channel.basic_publish("", queue, b"one")
    (tmp_path / QUEUES).write_text(f"no-such-queue\n{queue}")
    (metric,) = scrape.queues(str(broker_uri()), str(tmp_path))
    assert [(sample.labels["queue"], sample.value) for sample in metric.samples] == [(queue, 1)]
    channel.queue_delete(queue)
    connection.close()
