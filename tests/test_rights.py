"""What each user of the broker can do and cannot: its own work, and no trespass. On a real RabbitMQ, as real users."""

import re
import secrets
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any
from uuid import uuid4

import pika
import pytest
from pika.exceptions import AMQPError, ChannelClosedByBroker

from deploy import rights
from deploy.management import Management
from deploy.topology import NAMES, everybody, whole
from runtime.errors import NotSent, Unavailable
from runtime.rpcclient import BrokerRpc
from runtime.testing import broker_http, broker_uri, virtual_host
from runtime.topology import LADDER_MS, PARKING, RPC_EXCHANGE, declare

pytestmark = pytest.mark.broker
ROOT = Path(__file__).resolve().parents[1]
ASKED = re.compile(r"\.ask\(\s*\"([a-z]+)\", \"([a-z_]+)\"")
FORBIDDEN, PERSISTENT = 403, 2
OTHERS = "evt-booking-appointment.booked--availability.appointment_changed"
OWN = "evt-booking-appointment.booked--notify.appointment_changed"
OTHERS_RETRY, OWN_RETRY = f"availability.retry.{LADDER_MS[0]}", f"notify.retry.{LADDER_MS[0]}"
REPLIES = "rpc.reply-notify-of-a-test"


@dataclass(frozen=True)
class Broker:
    """A virtual host with the whole topology; `uri_of` signs in as one of its users."""

    admin: str
    uris: dict[str, str]

    def uri_of(self, user: str) -> str:
        return self.uris[user]


@pytest.fixture(scope="module", name="broker")
def _broker() -> Iterator[Broker]:
    """Every user of the system, and one of an outside team, under names that no other test has."""
    if not broker_uri():
        pytest.skip("needs RabbitMQ: run `make services`")
    with virtual_host() as uri:
        declare(uri, whole())
        management = Management(broker_http(), uri)
        wanted = {each.user: each for each in [*everybody(), rights.reader("reader-team", NAMES)]}
        users = {name: (f"t-{name}-{secrets.token_hex(4)}", secrets.token_hex(8)) for name in wanted}
        try:
            for name, (user, password) in users.items():
                management.put_user(user, password)
                management.put_rights(replace(wanted[name], user=user))
            where = uri.partition("@")[2]
            yield Broker(uri, {name: f"amqp://{user}:{password}@{where}" for name, (user, password) in users.items()})
        finally:
            for user, _ in users.values():
                management.drop_user(user)


def channel_of(uri: str) -> Any:
    """A channel with confirms, on a connection of its own."""
    channel = pika.BlockingConnection(pika.URLParameters(uri)).channel()
    channel.confirm_delivery()
    return channel


@pytest.fixture(name="admin")
def _admin(broker: Broker) -> Iterator[Any]:
    """Sees everything; the queues of these tests are empty before and after."""
    channel = channel_of(broker.admin)
    empty(channel)
    yield channel
    empty(channel)
    channel.connection.close()


def empty(channel: Any) -> None:
    for queue in whole().queues:
        channel.queue_purge(queue.name)


@pytest.fixture(name="sign_in")
def _sign_in(broker: Broker) -> Iterator[Callable[[str], Any]]:
    """Channels of users, closed at the end."""
    channels = []

    def sign_in(user: str) -> Any:
        channels.append(channel_of(broker.uri_of(user)))
        return channels[-1]

    yield sign_in
    for channel in channels:
        if channel.connection.is_open:
            channel.connection.close()


def persistent(**headers: Any) -> pika.BasicProperties:
    return pika.BasicProperties(delivery_mode=PERSISTENT, headers=headers or None)


def with_replies(channel: Any, **arguments: Any) -> None:
    channel.queue_declare(REPLIES, exclusive=True, auto_delete=True, arguments=arguments)


# As notify, which may do more than any other service: it reads events and asks others.
TRESPASSES: dict[str, Callable[[Any], Any]] = {
    "tell another's event": lambda c: c.basic_publish("booking.events", "appointment.booked", b"{}"),
    "put into another's queue": lambda c: c.basic_publish("", OTHERS, b"{}"),
    "put into its own queue around the exchange": lambda c: c.basic_publish("", OWN, b"{}"),
    "put into another's queue through its ladder": lambda c: c.basic_publish(OTHERS_RETRY, OTHERS, b"{}"),
    "put into the end of another's ladder": lambda c: c.basic_publish("availability.retry", OTHERS, b"{}"),
    "park in another's name": lambda c: c.basic_publish(PARKING, OTHERS, b"{}"),
    "ask what it has no reason to": lambda c: c.basic_publish(RPC_EXCHANGE, "practice.provision", b"{}"),
    "ask more of whom it asks": lambda c: c.basic_publish(RPC_EXCHANGE, "booking.cancel", b"{}"),
    "consume another's events": lambda c: c.basic_consume(OTHERS, print),
    "consume another's calls": lambda c: c.basic_consume("rpc-booking", print),
    "look into parked messages": lambda c: c.basic_get(PARKING),
    "take another's events": lambda c: c.basic_get(OTHERS),
    "purge another's queue": lambda c: c.queue_purge(OTHERS),
    "delete another's queue": lambda c: c.queue_delete(OTHERS),
    "delete its own queue": lambda c: c.queue_delete(OWN),
    "declare another's queue": lambda c: c.queue_declare("evt-x-y--availability.z", durable=True),
    "declare a lasting queue of its own": lambda c: c.queue_declare("evt-x-y--notify.z", durable=True),
    "declare an exchange": lambda c: c.exchange_declare("other", "fanout"),
    "delete its own exchange": lambda c: c.exchange_delete("notify.events"),
    "unbind another's queue": lambda c: c.queue_unbind(OTHERS, "booking.events", "appointment.booked"),
    "bind its own queue to more": lambda c: c.queue_bind(OWN, "booking.events", "#"),
    "hear another's events": lambda c: [with_replies(c), c.queue_bind(REPLIES, "booking.events", "#")],
    "hear others' calls": lambda c: [with_replies(c), c.queue_bind(REPLIES, RPC_EXCHANGE, "practice.*")],
    "hear all answers": lambda c: [with_replies(c), c.queue_bind(REPLIES, RPC_EXCHANGE, "#")],
    "let dead letters fall into another's queue": lambda c: with_replies(
        c, **{"x-dead-letter-exchange": "", "x-dead-letter-routing-key": OTHERS}
    ),
    "let dead letters fall into another's ladder": lambda c: with_replies(
        c, **{"x-dead-letter-exchange": OTHERS_RETRY, "x-dead-letter-routing-key": OTHERS}
    ),
}


@pytest.mark.parametrize("trespass", TRESPASSES.values(), ids=TRESPASSES.keys())
def test_a_service_cannot_reach_into_another(sign_in: Any, admin: Any, trespass: Callable[[Any], Any]) -> None:
    """Refused by the broker itself, whatever the service's code wants."""
    channel = sign_in("notify")
    with pytest.raises(ChannelClosedByBroker) as refused:
        trespass(channel)
    assert refused.value.reply_code == FORBIDDEN
    assert admin.queue_declare(OTHERS, passive=True).method.message_count == 0


@pytest.mark.parametrize("user", [*NAMES, rights.GATEWAY, "reader-team"])
def test_nobody_takes_from_others_queues_or_tells_in_their_name(sign_in: Any, user: str) -> None:
    """Every user against every queue and every exchange of every service."""
    for queue in [each.name for each in whole().queues if not mine(user, each.name)]:
        assert refused(sign_in(user), lambda c, q=queue: c.basic_get(q)), f"{user} takes from {queue}"
    for exchange in [f"{name}.events" for name in NAMES if name != user]:
        assert refused(sign_in(user), lambda c, e=exchange: c.basic_publish(e, "x", b"")), f"{user} tells in {exchange}"


def mine(user: str, queue: str) -> bool:
    return f"--{user}." in queue or queue == f"rpc-{user}"


def refused(channel: Any, attempt: Callable[[Any], Any]) -> bool:
    try:
        attempt(channel)
    except ChannelClosedByBroker as error:
        return bool(error.reply_code == FORBIDDEN)
    finally:
        channel.connection.close()
    return False


ROUNDABOUT: dict[str, pika.BasicProperties] = {
    "a second recipient": persistent(CC=[OTHERS]),
    "a hidden recipient": persistent(BCC=[OTHERS]),
}


@pytest.mark.parametrize("properties", ROUNDABOUT.values(), ids=ROUNDABOUT.keys())
def test_what_waits_on_a_ladder_falls_into_its_owners_queues_only(sign_in: Any, admin: Any, properties: Any) -> None:
    """RabbitMQ before 4.0 does not look at CC and BCC when it judges routing keys; so the ladders are apart."""
    channel = sign_in("notify")
    channel.basic_publish(OWN_RETRY, OWN, b"own", properties, mandatory=True)
    assert until_message(admin, OWN) == b"own"
    assert admin.basic_get(OTHERS)[2] is None


def test_no_detour_leads_into_anothers_queue(sign_in: Any, admin: Any) -> None:
    """An exchange that a service may declare for its answers, bound to its own ladder: still its own queues only."""
    channel = sign_in("notify")
    detour = f"{REPLIES}-detour"
    channel.exchange_declare(detour, "fanout", auto_delete=True)
    channel.exchange_bind(OWN_RETRY, detour)
    channel.basic_publish(detour, OTHERS, b"forged", persistent())
    channel.basic_publish(detour, OWN, b"own", persistent())
    assert until_message(admin, OWN) == b"own"
    assert admin.basic_get(OTHERS)[2] is None


def until_message(channel: Any, queue: str) -> bytes:
    """The next message of the queue, which may still be on its way."""
    end = time.monotonic() + 20
    while time.monotonic() < end:
        if (body := channel.basic_get(queue, auto_ack=True)[2]) is not None:
            return bytes(body)
        time.sleep(0.05)
    raise AssertionError(f"nothing came into {queue}")


def test_a_service_does_its_own_work(sign_in: Any, admin: Any) -> None:
    """Tell an event, take one from the own queue, let it wait on the ladder, take it again, park it."""
    sign_in("booking").basic_publish("booking.events", "appointment.booked", b"{}", persistent(), mandatory=True)
    channel = sign_in("notify")
    assert until_message(channel, OWN) == b"{}"
    channel.basic_publish(OWN_RETRY, OWN, b"again", persistent(), mandatory=True)
    assert until_message(channel, OWN) == b"again"
    channel.basic_publish(PARKING, OWN, b"parked", persistent(), mandatory=True)
    assert until_message(sign_in(rights.OPERATOR), PARKING) == b"parked"
    assert until_message(sign_in("availability"), OTHERS) == b"{}"


def test_the_operator_gives_parked_messages_back(sign_in: Any, admin: Any) -> None:
    """One reader at a time, and straight into the queue that the message came from."""
    channel = sign_in(rights.OPERATOR)
    channel.queue_declare("parking.reader", exclusive=True)
    channel.basic_publish("", OWN, b"again", persistent(), mandatory=True)
    assert until_message(admin, OWN) == b"again"


def test_calls_and_answers_pass_where_they_are_meant_to(broker: Broker, sign_in: Any) -> None:
    """booking asks availability; availability answers whoever asked. Another question is refused before it is sent."""
    rpc = BrokerRpc(broker.uri_of("booking"), "booking")
    try:
        with ThreadPoolExecutor(1) as pool:
            served = pool.submit(answer_one, sign_in("availability"))
            assert rpc.call("availability", "offer", {}, timeout=60) == {"offered": True}
            served.result()
        with pytest.raises((NotSent, Unavailable)):
            rpc.call("practice", "sign_in", {}, timeout=3)
    finally:
        rpc.close()


def answer_one(channel: Any) -> None:
    for method, properties, _ in channel.consume("rpc-availability", inactivity_timeout=60):
        answer = pika.BasicProperties(correlation_id=properties.correlation_id)
        channel.basic_publish(RPC_EXCHANGE, properties.reply_to, b'{"result":{"offered":true},"error":null}', answer)
        channel.basic_ack(method.delivery_tag)
        return


def test_an_outside_team_hears_everything_and_tells_nothing(sign_in: Any, admin: Any) -> None:
    """It binds a queue of its own to any event; no exchange takes a message from it."""
    team = sign_in("reader-team")
    team.queue_declare("reader-team.all", exclusive=True)
    team.queue_bind("reader-team.all", "booking.events", "appointment.*")
    sign_in("booking").basic_publish("booking.events", "appointment.booked", b"{}", persistent(), mandatory=True)
    assert until_message(team, "reader-team.all") == b"{}"
    for exchange, key in (("booking.events", "x"), ("", OWN), (RPC_EXCHANGE, "booking.book"), (OWN_RETRY, OWN)):
        assert refused(sign_in("reader-team"), lambda c, e=exchange, k=key: c.basic_publish(e, k, b"")), exchange


def test_users_cannot_administrate(broker: Broker) -> None:
    """None has a tag: the management API lets nobody in."""
    with pytest.raises(Exception, match="401"):
        Management(broker_http(), broker.uri_of("notify")).put_user(f"t-{uuid4().hex}", "x")


def test_a_wrong_password_is_refused(broker: Broker) -> None:
    """The control: these users are real."""
    with pytest.raises(AMQPError):
        pika.BlockingConnection(pika.URLParameters(broker.uri_of("notify").replace("@", "x@")))


def test_the_list_of_calls_is_what_the_services_ask() -> None:
    """`rights.CALLS` is written by hand; whoever asks something new must be permitted."""
    asked = {
        name: tuple(sorted({f"{service}.{method}" for service, method in ASKED.findall(source(name))}))
        for name in NAMES
    }
    assert {name: calls for name, calls in asked.items() if calls} == rights.CALLS


def source(service: str) -> str:
    return "\n".join(path.read_text() for path in (ROOT / "services" / service / service).rglob("*.py"))
