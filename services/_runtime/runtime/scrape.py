"""The parent's side of /metrics: what its children have measured, and what it looks at itself when it is asked.

Loaded at the first question, so that a supervisor that nobody asks stays small. Nothing here waits longer than a few
seconds; what cannot be found out is left out.
"""

import logging
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pika
from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.registry import Collector

from runtime.metrics import QUEUES
from runtime.outbox_store import Away, backlog

log = logging.getLogger(__name__)
PATIENCE = 2.0  # seconds for each step of a question to the broker
Values = Mapping[str, float]  # by the one label; by "" where there is none


class _Own(Collector):
    def __init__(self, metrics: Iterable[Metric]):
        self._metrics = list(metrics)

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics


def text(folder: str, own: Iterable[Metric] = ()) -> str:
    """Prometheus' text format: the sums over all files in the folder, and these."""
    registry = CollectorRegistry()
    MultiProcessCollector(registry, folder)  # type: ignore[no-untyped-call]
    registry.register(_Own(own))
    return generate_latest(registry).decode()


def gauge(name: str, help: str, values: Values, *labels: str) -> Metric:
    """A metric that can go down, with its values by labels."""
    return _filled(GaugeMetricFamily(f"terminfluss_{name}", help, labels=labels), values)


def counted(name: str, help: str, values: Values, *labels: str) -> Metric:
    """A metric that only grows; the text adds `_total` to its name."""
    return _filled(CounterMetricFamily(f"terminfluss_{name}", help, labels=labels), values)


def _filled(family: Any, values: Values) -> Metric:
    for labels, value in values.items():
        family.add_metric([labels] if labels else [], value)
    return family  # type: ignore[no-any-return]


def outbox(database_url: str) -> Iterator[Metric]:
    """How many events wait for the relay, and since when the oldest does."""
    try:
        waiting, lag = backlog(database_url)
    except Away as error:
        log.info("outbox_not_seen", extra={"facts": {"reason": str(error)[:200]}})
        return
    yield gauge("outbox_waiting", "Events that are not published yet", {"": waiting})
    yield gauge("outbox_lag_seconds", "Age of the oldest event that is not published yet", {"": lag})


def queues(amqp_uri: str, folder: str) -> Iterator[Metric]:
    """How many messages wait in each queue that the worker has named."""
    file = Path(folder) / QUEUES
    if not file.exists():
        return
    try:
        depths = dict(_depths(amqp_uri, file.read_text().split()))
    except (pika.exceptions.AMQPError, OSError) as error:
        log.info("queues_not_seen", extra={"facts": {"reason": f"{type(error).__name__}: {error}"[:200]}})
        return
    yield gauge("queue_depth", "Messages that wait in the queue", depths, "queue")


def _depths(amqp_uri: str, names: Iterable[str]) -> Iterator[tuple[str, float]]:
    parameters = pika.URLParameters(amqp_uri)
    parameters.socket_timeout = parameters.stack_timeout = parameters.blocked_connection_timeout = PATIENCE
    connection = pika.BlockingConnection(parameters)
    try:
        channel = connection.channel()
        for name in names:
            try:
                yield name, channel.queue_declare(name, passive=True).method.message_count
            except pika.exceptions.ChannelClosedByBroker:  # no such queue
                channel = connection.channel()
    finally:
        connection.close()


def children(starts: dict[str, int], pids: dict[str, int]) -> Iterator[Metric]:
    """How often each child was started, and how much memory those hold that live."""
    yield counted("child_starts", "Starts of a child process", starts, "child")
    memory = {name: held for name, pid in pids.items() if (held := _resident(pid))}
    yield gauge("child_resident_bytes", "Memory that a living child process holds", memory, "child")


def _resident(pid: int) -> float:
    """Bytes; 0 when the process is gone, or the system does not tell."""
    try:
        status = Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return 0
    kilobytes = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS:")]
    return float(kilobytes[0]) * 1024 if kilobytes else 0
