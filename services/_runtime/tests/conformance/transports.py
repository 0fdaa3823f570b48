"""The two transports behind one face, so that one suite can ask the same of both."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pika
from sqlalchemy import insert, select

from runtime.clock import utc_now
from runtime.db import Database
from runtime.edge import Subscription, subscriptions
from runtime.identity import KeyRing
from runtime.ids import new_id
from runtime.relay import Relay
from runtime.rpcclient import BrokerRpc
from runtime.service import Rpc
from runtime.tables import delivery
from runtime.testing import SEED, SERVICES, Databases, Signer, broker_http, broker_uri, server_url
from runtime.topology import declare, system
from services._runtime.tests.conformance import house

LADDER_MS = (100, 200)
WORKER = "services._runtime.tests.conformance.worker"
EVERYTHING = [s for name, edge in house.EDGES.items() for s in subscriptions(name, edge)]
COOK = next(s for s in EVERYTHING if s.method == "cook")


def until(condition: Callable[[], Any], seconds: float = 60) -> Any:
    """Wait for the condition; its value, or a failure."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if value := condition():
            return value
        time.sleep(0.01)
    raise AssertionError("did not happen in time")


@dataclass(frozen=True)
class Parked:
    """A message that nobody tries any more."""

    consumer: str
    body: str
    error: str
    tries: int


class Transport(Protocol):
    """What the suite needs of a transport. `databases` and `diary` as in the house."""

    rpc: Rpc
    databases: dict[str, Database]
    diary: Path

    def deliver(self, subscription: Subscription, body: str, event_id: str) -> None:
        """Put these bytes in front of one handler, as if they had come from the event's source."""

    def parked(self) -> list[Parked]: ...

    def stop(self) -> None: ...


def identity() -> dict[str, Any]:
    names = {*SERVICES, *house.EDGES}
    return {"identity_key": SEED, "identity_keys": {n: Signer(n, SEED).public_key() for n in names}}


def house_settings(databases: dict[str, Database], diary: Path, amqp_uri: str = "") -> dict[str, dict[str, Any]]:
    """The settings of each service, as plain data."""
    common = {"amqp_uri": amqp_uri, "diary": str(diary), **identity()}
    return {name: {**common, "database_url": database.url} for name, database in databases.items()}


class EmbeddedTransport:
    """Everything in this process, SQLite files."""

    def __init__(self, folder: Path):
        from runtime.embedded import EmbeddedBus, dispatch

        self._dispatch, self._usual = dispatch, dispatch.LADDER
        dispatch.LADDER = tuple(timedelta(milliseconds=ms) for ms in LADDER_MS)
        self.diary = folder / "diary"
        self.databases = {name: Database(f"sqlite:///{folder / name}.db") for name in house.EDGES}
        settings = house_settings(self.databases, self.diary)
        services = []
        for name, service in house.SERVICES.items():
            house.prepare(self.databases[name])
            app = service.build(house.Settings(**settings[name]), None, utc_now)  # type: ignore[arg-type]
            app.db, app.keyring = self.databases[name], KeyRing(identity()["identity_keys"])
            services.append((service, app))
        self._bus = EmbeddedBus(services, utc_now, poll=0.05)
        self.rpc = self._bus.rpc
        self._bus.start()

    def deliver(self, subscription: Subscription, body: str, event_id: str) -> None:
        row = {"consumer": subscription.consumer, "event_id": event_id, "body": body, "not_before": utc_now()}
        self.databases[subscription.service].write(lambda session: session.execute(insert(delivery), row))

    def parked(self) -> list[Parked]:
        found = []
        for database in self.databases.values():
            rows = database.read(lambda s: s.execute(select(delivery).where(delivery.c.parked.is_not(None))).all())
            found += [Parked(row.consumer, row.body, row.error, row.attempt) for row in rows]
        return found

    def stop(self) -> None:
        self._dispatch.LADDER = self._usual
        self._bus.stop()


class PatientRpc(BrokerRpc):
    """Where nothing else is said, a call has the time that a busy machine may need."""

    def call(self, *asked: Any, timeout: float = 60.0) -> Any:
        return super().call(*asked, timeout=timeout)


class BrokerTransport:
    """The services in one nameko process of its own, a relay thread for each in this one, PostgreSQL databases."""

    def __init__(self, folder: Path, amqp_uri: str, limit: float = 60):
        self.diary, self.uri, self.folder = folder / "diary", amqp_uri, folder
        self._servers = Databases("postgresql", folder)
        self.databases = {name: self._servers.new(None, name) for name in house.EDGES}
        for database in self.databases.values():
            house.prepare(database)
        declare(amqp_uri, system(house.EDGES, EVERYTHING, LADDER_MS))
        self._house = house_settings(self.databases, self.diary, amqp_uri) | {"ladder": LADDER_MS, "limit": limit}
        self._stop = threading.Event()
        self._relays: list[threading.Thread] = []
        self._parked: list[Parked] = []
        self.workers: list[subprocess.Popen[bytes]] = []
        self.rpc: BrokerRpc = PatientRpc(amqp_uri, "test")

    def start(self) -> "BrokerTransport":
        for name in self.databases:
            self.start_relay(name)
        self.start_worker()
        self.wait_for("shop", "kitchen")
        return self

    def start_relay(self, name: str) -> None:
        relay = Relay(self.databases[name].url, self.uri, poll=0.2, confirm_seconds=3)
        thread = threading.Thread(target=relay.run, args=(self._stop,), daemon=True)
        thread.start()
        self._relays.append(thread)

    def start_worker(self, *names: str, **environ: str) -> subprocess.Popen[bytes]:
        command = [sys.executable, "-W", "ignore", "-m", WORKER, *(names or house.EDGES)]
        environ = {**os.environ, "HOUSE": json.dumps(self._house), **environ}
        with (self.folder / "worker.log").open("ab") as log:
            worker = subprocess.Popen(command, env=environ, stderr=log, stdout=log)
        self.workers.append(worker)
        return worker

    def wait_for(self, *services: str) -> None:
        """Until they answer calls."""

        def answers(service: str) -> bool:
            from runtime.errors import Refused, Unavailable

            try:
                self.rpc.call(service, "are_you_there", {}, timeout=5)
            except Unavailable:
                return False
            except Refused:
                return True
            return True

        for service in services:
            until(lambda service=service: answers(service), 60)

    def deliver(self, subscription: Subscription, body: str, event_id: str) -> None:
        properties = pika.BasicProperties(message_id=event_id, delivery_mode=2)
        with self.channel() as channel:
            channel.basic_publish("", subscription.queue, body.encode(), properties)

    def parked(self) -> list[Parked]:
        with self.channel() as channel:
            while True:
                method, properties, body = channel.basic_get("parking", auto_ack=True)
                if method is None:
                    return self._parked
                headers = properties.headers or {}
                consumer = str(headers.get("x-queue", method.routing_key)).partition("--")[2]
                reason = f"{headers.get('x-reason', '')} {headers.get('x-error', '')}"
                tries = int(headers.get("x-attempt", 0))
                self._parked.append(Parked(consumer, body.decode(errors="replace"), reason, tries))

    @contextlib.contextmanager
    def channel(self) -> Iterator[Any]:
        connection = pika.BlockingConnection(pika.URLParameters(self.uri))
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            yield channel
        finally:
            connection.close()

    def stop(self) -> None:
        self._stop.set()
        for worker in self.workers:
            if worker.poll() is None:
                worker.terminate()
        for worker in self.workers:
            try:
                worker.wait(60)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()
        for relay in self._relays:
            relay.join(60)
        self.rpc.close()
        self._servers.close()


def missing_server() -> str:
    """Why the broker transport cannot run here; empty if it can."""
    if not broker_uri() or not server_url() or not broker_http():
        return "needs RabbitMQ and PostgreSQL: run `make services` (or set TEST_AMQP_URI, _HTTP, TEST_DATABASE_URL)"
    return ""


def event_body(data: dict[str, Any], subject: str | None = None) -> tuple[str, str, str]:
    """An order.placed as it lies on the wire: (event id, subject, body)."""
    from runtime.messages import Event

    subject, id = subject or new_id(), new_id()
    event = Event(id, "shop", "order.placed", subject, utc_now(), subject, 1, data)
    return id, subject, event.to_json()
