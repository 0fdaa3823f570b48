"""The two places where messages lie parked, behind one face, so that one suite can ask the same of both."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import pika
from sqlalchemy import insert, select

from runtime import tables
from runtime.clock import utc_now
from runtime.db import Database
from runtime.edge import Subscription
from runtime.embedded import LocalParking
from runtime.messages import Event
from runtime.parking import Parked, Parking
from runtime.parking_queue import BrokerParking
from runtime.topology import PARKING, declare, system

COOK = Subscription("shop", "order.placed", "kitchen", "cook")
CHARGE = Subscription("kitchen", "dish.cooked", "bank", "charge")
NOON = datetime(2031, 3, 5, 12, tzinfo=UTC)
FACTS = {"x-attempt": 6, "x-reason": "retries exhausted", "x-error": "RuntimeError: no", "x-traceback": "Traceback"}


def everything(_message: Parked) -> bool:
    return True


def event(number: int, subscription: Subscription) -> Event:
    """Its id tells its number."""
    id = f"00000000-0000-4000-8000-{number:012}"
    return Event(id, subscription.source, subscription.type, id, NOON, id, 1, {"n": number})


@dataclass(frozen=True)
class Waiting:
    """A message in front of its handler."""

    message_id: str
    body: str
    attempt: int


class Place(Protocol):
    parking: Parking

    def park(self, number: int, subscription: Subscription = COOK) -> None:
        """Park event `number`, which first failed that many seconds after noon."""

    def waiting(self, subscription: Subscription = COOK) -> list[Waiting]:
        """What lies in front of this handler."""


def facts(number: int) -> dict[str, Any]:
    return {**FACTS, "x-first-failed": int(NOON.timestamp()) + number}


class Broker:
    def __init__(self, uri: str):
        self.uri = uri
        declare(uri, system(["kitchen", "bank"], [COOK, CHARGE], (100,)))
        self.parking = BrokerParking(uri, lambda: NOON)

    @contextmanager
    def channel(self) -> Iterator[Any]:
        connection = pika.BlockingConnection(pika.URLParameters(self.uri))
        try:
            channel = connection.channel()
            channel.confirm_delivery()
            yield channel
        finally:
            connection.close()

    def park(self, number: int, subscription: Subscription = COOK) -> None:
        self.publish(PARKING, subscription.queue, event(number, subscription), facts(number))

    def publish(self, exchange: str, key: str, told: Event, headers: dict[str, Any]) -> None:
        properties = pika.BasicProperties(message_id=told.id, headers=headers, delivery_mode=2)
        with self.channel() as channel:
            channel.basic_publish(exchange, key, told.to_json().encode(), properties)

    def waiting(self, subscription: Subscription = COOK) -> list[Waiting]:
        found = []
        with self.channel() as channel:
            while True:
                method, properties, body = channel.basic_get(subscription.queue)
                if method is None:
                    return found
                attempt = (properties.headers or {}).get("x-attempt", 0)
                found.append(Waiting(properties.message_id, body.decode(), attempt))


class Local:
    def __init__(self, folder: Path):
        self.databases = {name: Database(f"sqlite:///{folder / name}.db") for name in ("kitchen", "bank")}
        for database in self.databases.values():
            tables.metadata.create_all(database.engine)
        self.parking = LocalParking(self.databases.values(), utc_now)

    def park(self, number: int, subscription: Subscription = COOK) -> None:
        told = event(number, subscription)
        row = {"consumer": subscription.consumer, "event_id": told.id, "body": told.to_json(), "not_before": NOON}
        row |= {"attempt": 6, "parked": NOON, "error": json.dumps(facts(number))}
        self.databases[subscription.service].write(lambda session: session.execute(insert(tables.delivery), row))

    def waiting(self, subscription: Subscription = COOK) -> list[Waiting]:
        delivery = tables.delivery
        ready = select(delivery).where(delivery.c.parked.is_(None), delivery.c.not_before <= utc_now())
        rows = self.databases[subscription.service].read(lambda session: session.execute(ready).all())
        return [Waiting(row.event_id, row.body, row.attempt) for row in rows if row.consumer == subscription.consumer]
