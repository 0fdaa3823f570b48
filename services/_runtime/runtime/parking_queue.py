"""Parked messages on the broker: the queue `parking`, whose routing keys are the names of the work queues.

To look is to take messages without acknowledging them, and to let go: the broker takes them back, all of them but in
any order, which nobody relies on (a look sorts them). It counts that, and RabbitMQ 4 throws away what it had to take
back more than twenty times; so a message that was taken back often is renewed long before (published again with a fresh
count, then acknowledged). One reader works at a time, or each would see a part only.

Messages are kept for KEEP_PARKED: a policy of the broker (`deploy.topology`) lets them expire, and one that is renewed
takes along what it has left. RabbitMQ looks at the head of the queue only; what came before the policy never expires,
nor does anything behind it: so `renew` puts the policy in force.
"""

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pika
from pika.exceptions import AMQPError, ChannelClosedByBroker, NackError, UnroutableError

from runtime.clock import Clock, utc_now
from runtime.connection import Channel, parameters
from runtime.errors import Unavailable
from runtime.parking import KEEP_PARKED, Parked, Replayed, Wanted, by_age, parked, printable
from runtime.topology import PARKING

RENEW_AFTER = 10  # times taken back
TURN = "parking.reader"  # an exclusive queue: who holds it reads
TURN_SECONDS = 5.0
RESOURCE_LOCKED = 405
PERSISTENT = 2
MILLISECOND = timedelta(milliseconds=1)


@dataclass(frozen=True)
class _Held:
    """A message that was taken and not yet acknowledged."""

    tag: int
    properties: pika.BasicProperties
    body: bytes
    message: Parked

    @property
    def taken_back(self) -> int:
        count = (self.properties.headers or {}).get("x-delivery-count", 0)
        return count if isinstance(count, int) else 0


class BrokerParking:
    """`runtime.parking.Parking` on RabbitMQ; connects for each piece of work. Its user reads `parking`, publishes to it
    and to the default exchange, and declares `parking.reader`."""

    def __init__(self, amqp_uri: str, clock: Clock = utc_now):
        self._parameters = parameters(amqp_uri)
        self._clock = clock

    def look(self, wanted: Wanted, most: int) -> list[Parked]:
        found: list[Parked] = []
        with self._turn() as channel:
            for held in _each(channel):
                if wanted(held.message):
                    found.append(held.message)
                _keep(channel, held, self._clock())
                if len(found) == most:
                    break
        return sorted(found, key=by_age)

    def replay(self, wanted: Wanted) -> Replayed:
        done, refused = 0, []
        with self._turn() as channel:
            for held in _matching(channel, wanted, self._clock()):
                try:
                    _give_back(channel, held)
                    done += 1
                except (UnroutableError, NackError) as error:
                    why = "there is no such queue" if isinstance(error, UnroutableError) else "the queue takes no more"
                    refused.append(f"{held.message.id}: {held.message.queue}: {why}")
                    _keep(channel, held, self._clock())
        return Replayed(done, refused)

    def drop(self, wanted: Wanted) -> int:
        dropped = 0
        with self._turn() as channel:
            for held in _matching(channel, wanted, self._clock()):
                channel.basic_ack(held.tag)
                dropped += 1
        return dropped

    def renew(self) -> int:
        """Throw away what is kept too long already, and let each of the others expire when its time is over; how many
        those are."""
        with self._turn() as channel:
            return sum(_renew(channel, held, self._clock()) for held in _each(channel))

    @contextmanager
    def _turn(self) -> Iterator[Channel]:
        """A channel with confirms, when no other reader is at work. What was not acknowledged goes back at the end."""
        try:
            connection = pika.BlockingConnection(self._parameters)
            try:
                _wait_for_turn(connection)
                channel = connection.channel()
                channel.confirm_delivery()
                yield channel
            finally:
                if connection.is_open:
                    connection.close()
        except (AMQPError, OSError) as error:
            raise Unavailable(f"the broker's parking queue: {type(error).__name__}: {error}"[:300]) from error


def _wait_for_turn(connection: Any) -> None:
    end = time.monotonic() + TURN_SECONDS
    while True:
        try:
            connection.channel().queue_declare(TURN, exclusive=True)
            return
        except ChannelClosedByBroker as error:
            if error.reply_code != RESOURCE_LOCKED or time.monotonic() > end:
                raise
        time.sleep(0.1)


def _each(channel: Channel) -> Iterator[_Held]:
    """As many messages as there are now, so that none that comes back in the meantime is met again."""
    for _ in range(channel.queue_declare(PARKING, passive=True).method.message_count):
        method, properties, body = channel.basic_get(PARKING)
        if method is None:
            return
        queue, id = printable(method.routing_key), printable(properties.message_id or "")
        message = parked(queue, id, properties.headers or {}, body)
        yield _Held(method.delivery_tag, properties, body, message)


def _matching(channel: Channel, wanted: Callable[[Parked], bool], now: datetime) -> Iterator[_Held]:
    for held in _each(channel):
        if wanted(held.message):
            yield held
        else:
            _keep(channel, held, now)


def _keep(channel: Channel, held: _Held, now: datetime) -> None:
    """Leave it parked: it goes back by itself, unless that happened too often already."""
    if held.taken_back >= RENEW_AFTER:
        _renew(channel, held, now)


def _renew(channel: Channel, held: _Held, now: datetime) -> bool:
    """Publish it again for what is left of its time; False if nothing is, and it goes."""
    since = held.message.first_failed or now
    left = KEEP_PARKED - max(now - since, timedelta(0))
    if left < MILLISECOND:
        channel.basic_ack(held.tag)
        return False
    headers = {name: value for name, value in (held.properties.headers or {}).items() if name != "x-delivery-count"}
    _move(channel, held, PARKING, headers, str(left // MILLISECOND))
    return True


def _give_back(channel: Channel, held: _Held) -> None:
    """Without the headers of its failures: it begins anew."""
    headers = {name: value for name, value in (held.properties.headers or {}).items() if not str(name).startswith("x-")}
    _move(channel, held, "", headers)


def _move(channel: Channel, held: _Held, exchange: str, headers: dict[str, Any], expiration: str | None = None) -> None:
    """Publish, wait for the broker's word, only then acknowledge: a copy is harmless, a gap is not."""
    properties = copy(held.properties)
    properties.headers, properties.delivery_mode, properties.expiration = headers, PERSISTENT, expiration
    channel.basic_publish(exchange, held.message.queue, held.body, properties, mandatory=True)
    channel.basic_ack(held.tag)
