"""The broker as an outside team meets it: it hears events, in the form that is promised, and can do nothing else."""

import json
import time
from collections.abc import Iterator
from typing import Any

import pika
import pytest
from pika.exceptions import ChannelClosedByBroker

from tests.compose.stack import Stack
from tests.end_to_end.practice import Practice
from tests.end_to_end.test_mails import booked
from tests.test_rights import TRESPASSES

QUEUE = "reader-probe.appointments"


@pytest.fixture(name="probe")
def _probe(stack: Stack) -> Iterator[Any]:
    """A channel of the user that the operator makes for an outside team."""
    said = stack.compose("run", "--rm", "-T", "topology", "python", "-m", "deploy.topology", "reader", "probe")
    made = json.loads(said.splitlines()[-1])
    connection = pika.BlockingConnection(pika.URLParameters(stack.amqp(made["user"], made["password"])))
    yield connection.channel()
    connection.close()


def test_an_outside_team_hears_of_a_booking_and_its_end(probe: Any, practice: Practice) -> None:
    """CloudEvents in JSON; one event per change, versions rising; nothing in it opens the customer's door."""
    probe.queue_declare(QUEUE, exclusive=True)
    probe.queue_bind(QUEUE, "booking.events", "appointment.*")
    answer, body = booked(practice)
    practice.manage(answer, "cancel")
    events = list(heard(probe, answer.json["id"], 2))
    assert [event["type"] for event in events] == ["appointment.booked", "appointment.cancelled"]
    assert [event["specversion"] for event in events] == ["1.0", "1.0"]
    assert events[0]["objectversion"] < events[1]["objectversion"]
    assert events[0]["data"]["customer"]["email"] == body["customer"]["email"]
    assert answer.json["manage_url"].rsplit("/", 1)[1] not in json.dumps(events)


def heard(channel: Any, subject: str, number: int, seconds: float = 60) -> Iterator[dict[str, Any]]:
    """That many events about this object."""
    end = time.monotonic() + seconds
    while number and time.monotonic() < end:
        method, properties, content = channel.basic_get(QUEUE, auto_ack=True)
        if method is None:
            time.sleep(0.05)
            continue
        assert properties.content_type == "application/cloudevents+json"
        event = json.loads(content)
        assert event["type"] == method.routing_key
        if event["subject"] == subject:
            number -= 1
            yield event


@pytest.fixture(scope="module", name="stolen")
def _stolen(stack: Stack) -> str:
    """What somebody finds who has taken over notify's container: its way into the broker."""
    return stack.amqp_as("notify")


@pytest.mark.parametrize("trespass", TRESPASSES.values(), ids=TRESPASSES.keys())
def test_a_services_own_password_opens_no_other_door(stolen: str, trespass: Any) -> None:
    """The rights in the real house: whoever is in notify stays in notify."""
    connection = pika.BlockingConnection(pika.URLParameters(stolen))
    channel = connection.channel()
    channel.confirm_delivery()
    try:
        with pytest.raises(ChannelClosedByBroker) as refused:
            trespass(channel)
        assert refused.value.reply_code == 403
    finally:
        connection.close()
