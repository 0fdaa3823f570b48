"""From the outbox to the broker: in batches, persistent, mandatory (but for mere news), and marked published only after
the broker's word.

A relay that dies between publishing and marking publishes again, under the same message id; the inboxes absorb it.
Small on purpose: it loads pika and psycopg2, and nothing of the service.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import pika

from runtime.connection import Channel, Connection
from runtime.messages import CONTENT_TYPE
from runtime.outbox_store import Away, Row, Store, open_store

log = logging.getLogger(__name__)
BATCH = 500
POLL_SECONDS = 1.0
PACE_SECONDS = 0.05  # under load this gathers a batch; an event after a quiet moment never waits
CONFIRM_SECONDS = 15.0
PURGE_EVERY = 600.0
PERSISTENT = 2
UNROUTABLE = "unroutable: no queue is bound"


class NoAnswer(Exception):
    """The broker did not confirm in time, or there is no connection to it."""


@dataclass
class _Batch:
    """Messages in flight; finished when every confirm is here. Used on the connection's thread until then."""

    waiting: dict[int, str] = field(default_factory=dict)  # delivery tag -> id
    published: set[str] = field(default_factory=set)
    failed: dict[str, str] = field(default_factory=dict)
    done: threading.Event = field(default_factory=threading.Event)

    def confirm(self, tag: int, multiple: bool, accepted: bool) -> None:
        tags = [t for t in self.waiting if t <= tag] if multiple else [tag]
        for id in (self.waiting.pop(t) for t in tags if t in self.waiting):
            if accepted and id not in self.failed:
                self.published.add(id)
            else:
                self.failed.setdefault(id, "refused by the broker")
        if not self.waiting:
            self.done.set()


class BatchPublisher:
    """Publishes one batch at a time on a connection of its own."""

    def __init__(self, amqp_uri: str, confirm_seconds: float = CONFIRM_SECONDS):
        self._confirm_seconds = confirm_seconds
        self._batch = _Batch()
        self._tag = 0
        self._connection = Connection(amqp_uri, "relay", self._setup, self._lost)

    @property
    def ready(self) -> bool:
        return self._connection.ready

    def wait_ready(self, seconds: float) -> bool:
        self._connection.start()
        return self._connection.wait_ready(seconds)

    def publish(self, rows: list[Row]) -> tuple[set[str], dict[str, str]]:
        """The ids that are safe in a queue, and the others with their error. Raises NoAnswer: then nothing is known."""
        batch = _Batch()
        if not self._connection.submit(partial(self._send, rows, batch)):
            raise NoAnswer("no connection to the broker")
        if not batch.done.wait(self._confirm_seconds) or batch.waiting:
            self._connection.reset()
            raise NoAnswer("not confirmed in time, or connection lost")
        return batch.published, batch.failed

    def close(self) -> None:
        self._connection.stop()

    # The rest runs on the connection's thread.

    def _setup(self, channel: Channel, ready: Callable[[], None]) -> None:
        self._tag = 0
        channel.add_on_return_callback(self._on_return)
        channel.confirm_delivery(self._on_confirm, callback=lambda _frame: ready())

    def _send(self, rows: list[Row], batch: _Batch, channel: Channel) -> None:
        self._batch = batch
        for row in rows:
            self._tag += 1
            batch.waiting[self._tag] = row.id
            properties = pika.BasicProperties(
                content_type=CONTENT_TYPE, content_encoding="utf-8", delivery_mode=PERSISTENT, message_id=row.id
            )
            channel.basic_publish(row.exchange, row.routing_key, row.body.encode(), properties, row.mandatory)

    def _on_return(self, _channel: Channel, _method: Any, properties: pika.BasicProperties, _body: bytes) -> None:
        self._batch.failed[properties.message_id] = UNROUTABLE  # its confirm follows

    def _on_confirm(self, frame: Any) -> None:
        method = frame.method
        self._batch.confirm(method.delivery_tag, method.multiple, isinstance(method, pika.spec.Basic.Ack))

    def _lost(self) -> None:
        self._batch.done.set()  # with messages still waiting


class Relay:
    """Carries one service's outbox to the broker until it is told to stop."""

    def __init__(
        self,
        database_url: str,
        amqp_uri: str,
        *,
        batch: int = BATCH,
        poll: float = POLL_SECONDS,
        confirm_seconds: float = CONFIRM_SECONDS,
    ):
        self._store: Store = open_store(database_url)
        self._publisher = BatchPublisher(amqp_uri, confirm_seconds)
        self._batch, self._poll = batch, poll
        self._purge_at = time.monotonic() + 60
        self.published = 0
        self.database_ready = False

    @property
    def broker_ready(self) -> bool:
        return self._publisher.ready

    def run(self, stop: threading.Event) -> None:
        """Returns after `stop` is set, with the batch in hand finished."""
        while not stop.is_set():
            try:
                if not self._publisher.wait_ready(1.0):
                    self._look()
                elif not (taken := self.step()):
                    self._rest()
                elif taken < self._batch:
                    stop.wait(PACE_SECONDS)
            except (Away, NoAnswer) as error:
                self._store.abort()
                self.database_ready = not isinstance(error, Away)
                log.warning("relay_waits", extra={"facts": {"reason": str(error)[:200]}})
                stop.wait(0.5)
        self._store.close()
        self._publisher.close()

    def step(self) -> int:
        """Publish one batch; how many rows it had."""
        rows = self._store.take(self._batch)
        self.database_ready = True
        if not rows:
            self._store.abort()
            return 0
        published, failed = self._publisher.publish(rows)
        self._store.settle(published, failed)
        self.published += len(published)
        if failed:
            log.error("events_not_published", extra={"facts": {"count": len(failed), "reasons": set(failed.values())}})
        return len(rows)

    def _look(self) -> None:
        """Only see whether the database is there."""
        self._store.take(0)
        self._store.abort()
        self.database_ready = True

    def _rest(self) -> None:
        if time.monotonic() >= self._purge_at:
            self._purge_at = time.monotonic() + PURGE_EVERY  # also where it fails: publishing goes first
            if self._store.purge():
                self._purge_at = time.monotonic() + 0.1
        self._store.wait(self._poll)
