"""A message that nobody can read, on any queue of a running house: parked with its reason, and the others flow on."""

import json
from collections.abc import Callable
from typing import Any

import pika
import pytest
from sqlalchemy import insert

from deploy.docs import ROOT
from deploy.house import all_subscriptions
from runtime import tables
from runtime.clock import utc_now
from runtime.db import Database
from runtime.edge import Subscription
from runtime.embedded.parking import LocalParking
from runtime.ids import new_id
from runtime.messages import MAX_BYTES
from runtime.parking import Parked, Parking
from runtime.parking_queue import BrokerParking
from tests.end_to_end.mailserver import MailServer
from tests.end_to_end.practice import BASE, Practice
from tests.systems import Running, until

Json = dict[str, Any]
OTHER = {"type": "nobody.asked", "dataschema": "urn:terminfluss:booking:nobody.asked:1", "source": "booking"}
BAD: dict[str, Callable[[Json], str]] = {
    "cut off": lambda event: json.dumps(event)[:-1],
    "another CloudEvents": lambda event: json.dumps({**event, "specversion": "2.0"}),
    "of no practice": lambda event: json.dumps({name: event[name] for name in event if name != "practiceid"}),
    "of another version": lambda event: json.dumps({**event, "dataschema": event["dataschema"][:-1] + "2"}),
    "of another queue": lambda event: json.dumps({**event, **OTHER}),
    "without data": lambda event: json.dumps({**event, "data": None}),
    "too large": lambda event: json.dumps({**event, "padding": "x" * MAX_BYTES}),
}


def sample(subscription: Subscription) -> Json:
    """The golden sample of what this queue holds, under an id of its own."""
    file = ROOT / "services" / subscription.source / "samples" / f"{subscription.type}.json"
    return {**json.loads(file.read_text()), "id": new_id()}


def deliver(running: Running, subscription: Subscription, id: str, body: str) -> None:
    """Put these bytes in front of one handler."""
    if running.processes:
        connection = pika.BlockingConnection(pika.URLParameters(running.processes.amqp_uri))
        connection.channel().basic_publish(
            "", subscription.queue, body.encode(), pika.BasicProperties(message_id=id, delivery_mode=2)
        )
        connection.close()
    else:
        row = {"consumer": subscription.consumer, "event_id": id, "body": body, "not_before": utc_now()}
        database = Database(running.database_url(subscription.service))
        database.write(lambda session: session.execute(insert(tables.delivery), row))
        database.close()


def parking(running: Running) -> Parking:
    if running.processes:
        return BrokerParking(running.processes.amqp_uri)
    services = {one.service for one in all_subscriptions()}
    return LocalParking([Database(running.database_url(service)) for service in services], utc_now)


@pytest.mark.slow
@pytest.mark.parametrize("bad", BAD)
def test_a_bad_message_on_any_queue_is_parked(
    running: Running, practice: Practice, server: MailServer, bad: str
) -> None:
    """Each with its reason; a booking made behind them reaches grid and mail all the same."""
    sent = {}
    for subscription in all_subscriptions():
        event = sample(subscription)
        deliver(running, subscription, event["id"], BAD[bad](event))
        sent[event["id"]] = subscription
    here = lambda message: any(id.encode() in message.body for id in sent)  # noqa: E731
    found: list[Parked] = until(lambda: all_of(parking(running).look(here, 1000), len(sent)), what="parking")
    assert {(message.reason, message.error.partition(":")[0]) for message in found} == {("undecodable", "Undecodable")}
    assert {message.service for message in found} == {one.service for one in sent.values()}
    parking(running).drop(here)
    assert_flow(running, practice, server)


def all_of(found: list[Parked], number: int) -> list[Parked]:
    """All, or nothing while some are still to come."""
    return found if len(found) == number else []


def assert_flow(running: Running, practice: Practice, server: MailServer) -> None:
    """A booking goes all its way."""
    day = practice.day("Anna")
    start = practice.slots("Servicetermin", "Anna", day)[0]
    body = practice.body("Servicetermin", "Anna", start)
    booked = running.call("POST", f"{BASE}/appointments", body)
    assert booked.status == 201, booked
    until(lambda: start not in practice.slots("Servicetermin", "Anna", day), what="the grid's change")
    server.wait(body["customer"]["email"])
