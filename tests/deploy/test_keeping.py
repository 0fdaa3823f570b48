"""How long parked messages are kept, on a real broker: a policy, put in force by the job that declares the topology."""

import json
from collections.abc import Iterator
from typing import Any

import pika
import pytest

from deploy import topology
from deploy.rights import Rights
from runtime import parking_queue
from runtime.parking_queue import BrokerParking
from runtime.testing import broker_http, broker_uri, virtual_host
from runtime.topology import PARKING, declare
from services._runtime.tests.conformance.transports import until

pytestmark = pytest.mark.broker
QUEUE = "evt-booking-appointment.booked--notify.appointment_changed"
SOON = {"message-ttl": 1000}


@pytest.fixture(name="uri")
def _uri(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A virtual host with the topology of the version before; users are not what this is about."""
    if not broker_uri():
        pytest.skip("needs RabbitMQ: run `make services`")
    monkeypatch.setattr(topology, "everybody", list[Rights])
    monkeypatch.setenv("BROKER_PASSWORDS", json.dumps({"nobody": "x"}))
    with virtual_host() as uri:
        declare(uri, topology.whole())
        yield uri


@pytest.fixture(name="channel")
def _channel(uri: str) -> Iterator[Any]:
    connection = pika.BlockingConnection(pika.URLParameters(uri))
    channel = connection.channel()
    channel.confirm_delivery()
    yield channel
    connection.close()


def set_up(uri: str) -> None:
    topology.set_up(topology.Settings(amqp_uri=uri, management_url=str(broker_http())))


def park(channel: Any, body: bytes) -> None:
    channel.basic_publish(PARKING, QUEUE, body, pika.BasicProperties(delivery_mode=2, message_id=body.decode()))


def lying(channel: Any, queue: str) -> int:
    return int(channel.queue_declare(queue, passive=True).method.message_count)


def test_what_is_parked_goes_when_its_time_is_over(uri: str, channel: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Also behind what came before the policy, and that itself: RabbitMQ would keep it for ever, and all behind it."""
    monkeypatch.setitem(topology.POLICIES["parked"], "definition", SOON)
    park(channel, b"before")
    set_up(uri)
    park(channel, b"after")
    until(lambda: lying(channel, PARKING) == 0)


def test_until_then_it_is_listed_and_replayed_as_ever(uri: str, channel: Any) -> None:
    """The job runs with each update, and changes no message."""
    park(channel, b"before")
    set_up(uri)
    park(channel, b"after")
    set_up(uri)
    parking = BrokerParking(uri)
    found = parking.look(lambda _: True, 10)
    assert sorted((message.queue, message.body) for message in found) == [(QUEUE, b"after"), (QUEUE, b"before")]
    until(lambda: lying(channel, PARKING) == 2)  # the look has let go
    assert parking.replay(lambda _: True) == (2, [])
    until(lambda: lying(channel, QUEUE) == 2)
    assert parking.look(lambda _: True, 10) == []


def test_a_reader_does_not_stop_the_job(
    uri: str, channel: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody looks at parked messages during an update."""
    monkeypatch.setattr(parking_queue, "TURN_SECONDS", 0.1)
    channel.queue_declare("parking.reader", exclusive=True)
    set_up(uri)
    assert "until this is run again" in capsys.readouterr().out
