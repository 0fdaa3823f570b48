"""What is special about the broker's parking queue. With negative controls."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pika
import pytest

from runtime import parking_queue
from runtime.discretion import HIDDEN
from runtime.errors import Unavailable
from runtime.parking import readable
from runtime.parking_queue import TURN, BrokerParking
from runtime.topology import PARKING
from services._runtime.tests.conformance.transports import until
from services._runtime.tests.parking.places import COOK, Broker, event, everything, facts

pytestmark = pytest.mark.broker
DAY = 86_400
REPLAY = "services._runtime.tests.parking.dying_replay"


@pytest.fixture(name="forgetful")
def _forgetful(broker: Broker) -> Broker:
    """A broker that throws away what it had to take back more than twenty times, as RabbitMQ 4 does by itself."""
    with broker.channel() as channel:
        channel.queue_delete(PARKING)
        channel.queue_declare(PARKING, durable=True, arguments={"x-queue-type": "quorum", "x-delivery-limit": 20})
        channel.queue_bind(PARKING, PARKING, "#")
    broker.park(1)
    return broker


def test_sixty_looks_outlive_a_limit_of_twenty(forgetful: Broker) -> None:
    """The message is renewed in time, and stays what it was."""
    [first] = forgetful.parking.look(everything, 10)
    for _ in range(60):
        until(lambda: forgetful.parking.look(everything, 10) == [first])


def test_without_renewal_the_same_looks_lose_it(forgetful: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The negative control."""
    monkeypatch.setattr(parking_queue, "RENEW_AFTER", 1000)
    for _ in range(25):
        forgetful.parking.look(everything, 10)
    assert forgetful.parking.look(everything, 10) == []


def test_a_renewed_message_takes_along_what_it_has_left(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """Not another thirty days with each tenth look; what has nothing left goes."""
    for number, days in enumerate((29, 31)):
        broker.publish(PARKING, COOK.queue, event(number, COOK), facts(-days * DAY))
    monkeypatch.setattr(parking_queue, "RENEW_AFTER", 0)
    assert len(broker.parking.look(everything, 10)) == 2
    assert broker.parking.renew() == 1
    with broker.channel() as channel:
        _, properties, body = channel.basic_get(PARKING)
    assert (properties.expiration, body) == (str(DAY * 1000), event(0, COOK).to_json().encode())


def test_a_message_that_the_broker_gave_up_tells_where_it_came_from(broker: Broker) -> None:
    """No handler wrote headers: it was taken back too often."""
    broker.publish("", COOK.queue, event(1, COOK), {})
    with broker.channel() as channel:
        for tag in range(1, 22):
            until(lambda: channel.basic_get(COOK.queue)[0])
            channel.basic_nack(tag)
    [found] = until(lambda: broker.parking.look(everything, 10))
    assert (found.reason, found.queue, found.type) == ("delivery_limit", COOK.queue, "order.placed")
    assert found.first_failed
    assert found.first_failed.tzinfo


def test_a_message_whose_queue_is_gone_stays_parked(broker: Broker) -> None:
    """The others go their way."""
    broker.publish(PARKING, "evt-shop-order.placed--kitchen.gone", event(1, COOK), facts(1))
    broker.park(2)
    done, refused = broker.parking.replay(everything)
    assert done == 1
    assert "there is no such queue" in refused[0]
    assert [found.queue for found in broker.parking.look(everything, 10)] == ["evt-shop-order.placed--kitchen.gone"]


def test_what_comes_back_at_once_is_replayed_once(broker: Broker) -> None:
    """A replay ends, even of messages that are parked again before it does."""
    for number in range(3):
        broker.publish(PARKING, PARKING, event(number, COOK), facts(number))
    assert broker.parking.replay(everything).done == 3
    assert len(broker.parking.look(everything, 10)) == 3


def test_the_header_of_a_queue_is_not_believed(broker: Broker) -> None:
    """A service may park under its own queues' names only; where a replay goes, the routing key says."""
    broker.publish(PARKING, COOK.queue, event(1, COOK), {**facts(1), "x-queue": "evt-kitchen-dish.cooked--bank.charge"})
    broker.parking.replay(everything)
    assert len(broker.waiting(COOK)) == 1


def test_a_message_that_means_no_good_hides_no_other(broker: Broker) -> None:
    """No header, key or body of a foreign sender ends a look."""
    headers = {"x-first-failed": 2**62, "x-death": "soon", "x-delivery-count": "many", "x-error": b"\xff", b"\xff": 1}
    with broker.channel() as channel:
        properties = pika.BasicProperties(message_id=b"\xff", headers=headers)  # type: ignore[arg-type]
        channel.basic_publish(PARKING, b"\xff", b"[" * 100_000, properties)
    broker.park(1)
    [_, foreign] = broker.parking.look(everything, 10)
    assert foreign.first_failed is None
    assert HIDDEN in readable(foreign.body, reveal=False)
    assert broker.parking.replay(everything).done == 1
    assert broker.parking.drop(everything) == 1


@contextmanager
def reading(broker: Broker) -> Iterator[None]:
    """Somebody else is at work."""
    with broker.channel() as channel:
        channel.queue_declare(TURN, exclusive=True)
        yield


def test_two_readers_do_not_halve_each_others_view(broker: Broker, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second waits, and gives up after a while."""
    monkeypatch.setattr(parking_queue, "TURN_SECONDS", 0.3)
    broker.park(1)
    with reading(broker), pytest.raises(Unavailable, match=r"parking\.reader"):
        broker.parking.look(everything, 10)
    assert len(broker.parking.look(everything, 10)) == 1


def test_a_broker_that_is_away_is_unavailable() -> None:
    """In a moment, not for ever."""
    with pytest.raises(Unavailable):
        BrokerParking("amqp://guest:guest@127.0.0.1:1/x").look(everything, 10)


def kill(broker: Broker, how: str) -> tuple[int, int]:
    """Let a replay die between its two steps; how many copies are parked, and how many waiting, then."""
    broker.park(1)
    ended = subprocess.run([sys.executable, "-m", REPLAY, broker.uri, how], timeout=60, check=False)
    assert ended.returncode == 9
    return len(broker.parking.look(everything, 10)), len(broker.waiting())


def test_a_replay_killed_after_publishing_leaves_a_copy_and_no_gap(broker: Broker) -> None:
    """Both lie there, under one id: the reader's inbox absorbs the second."""
    assert kill(broker, "publish first") == (1, 1)


def test_a_replay_that_acknowledges_first_loses_it(broker: Broker) -> None:
    """The negative control: the same kill between the two steps in the wrong order."""
    assert kill(broker, "acknowledge first") == (0, 0)
