"""What is true in a running system, read from its databases and its parking queue: plain data for the verdict."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import pika
from sqlalchemy import NullPool, create_engine, text

from runtime.messages import parse_event
from runtime.topology import PARKING
from tests.faults.customers import Wish
from tests.faults.mail import MailAccount
from tests.faults.parts import PRODUCT, READERS, Parts
from tests.faults.plan import Size
from tests.faults.tally.__main__ import NAME as TALLY
from tests.faults.web import Account

UNDER_WAY = ("queued", "sending")  # states of a mail


@dataclass(frozen=True)
class Parked:
    """A message that nobody tries any more; `number` of a counted one."""

    id: str
    queue: str
    reason: str
    number: int | None = None


@dataclass(frozen=True)
class Message:
    """A row of notify's log."""

    recipient: str
    state: str


@dataclass
class Facts:
    """Everything that a verdict needs. `handled`: (queue, event id) -> whether that reader has handled it. `injected`:
    messages that had to be parked, by reason; `specials`: the numbers among them. `sender_deaths`: when a process that
    sends mails was killed (unix time)."""

    size: Size
    wishes: list[Wish]
    booking: Account
    looking: Account
    mails: MailAccount
    appointments: list[Any] = field(default_factory=list)
    taken: int = 0
    messages: list[Message] = field(default_factory=list)
    handled: dict[tuple[str, str], bool] = field(default_factory=dict)
    unpublished: int = 0
    counts: Counter[tuple[str, int]] = field(default_factory=Counter)
    parked: list[Parked] = field(default_factory=list)
    injected: Counter[str] = field(default_factory=Counter)
    specials: set[int] = field(default_factory=set)
    sender_deaths: list[float] = field(default_factory=list)


class Inspector:
    """Asks the databases of a running system; one that is away raises."""

    def __init__(self, parts: Parts):
        self._parts = parts
        self._engines = {
            name: create_engine(parts.database_url(name), poolclass=NullPool) for name in (*PRODUCT, TALLY)
        }

    def rows(self, service: str, query: str, **values: Any) -> list[Any]:
        with self._engines[service].connect() as connection:
            return list(connection.execute(text(query), values))

    def unpublished(self) -> int:
        """Events that are still in an outbox."""
        count = "select count(*) from outbox where published is null"
        return sum(self.rows(name, count)[0][0] for name in self._engines)

    def deliveries(self) -> dict[tuple[str, str], bool]:
        """(queue, event id) of each event and each reader whom it concerns -> whether the reader has handled it."""
        handled: dict[tuple[str, str], bool] = {}
        inboxes = {name: self._inbox(name) for name in {reader.service for reader in READERS}}
        for reader in READERS:
            told = self.rows(reader.source, "select id::text, body from outbox where routing_key = :of", of=reader.type)
            for id, body in told:
                if reader.only is None or reader.concerns(parse_event(body)):
                    handled[reader.queue, id] = (reader.consumer, id) in inboxes[reader.service]
        return handled

    def _inbox(self, service: str) -> set[tuple[str, str]]:
        return {(row[0], row[1]) for row in self.rows(service, "select consumer, event_id::text from inbox")}

    def specials(self) -> set[str]:
        """Ids of the told numbers that no reader can handle."""
        return {row[0] for row in self.rows(TALLY, """select id::text from outbox where body like '%"do":%'""")}

    def counts(self) -> Counter[tuple[str, int]]:
        """(reader, number) -> how often it was counted."""
        return Counter((row[0], row[1]) for row in self.rows(TALLY, "select reader, number from counts"))

    def appointments(self) -> list[Any]:
        """id, email, calendar, start of each."""
        return self.rows("booking", "select id::text, email, calendar_id::text, starts from appointments")

    def taken(self) -> int:
        """Appointments that availability knows of."""
        return int(self.rows("availability", "select count(*) from taken where kind = 'appointment'")[0][0])

    def messages(self) -> list[Message]:
        return [Message(row[0], row[1]) for row in self.rows("notify", "select recipient, state from messages")]

    def parked(self) -> list[Parked]:
        """All of them; they stay where they are."""
        found = []
        with self._channel() as channel:
            while (got := channel.basic_get(PARKING))[0]:
                found.append(_parked(*got))
        return found

    def drained(self, queue: str) -> bool:
        """Whether somebody reads this queue, and nothing waits in it."""
        try:
            with self._channel() as channel:
                state = channel.queue_declare(queue, passive=True).method
        except pika.exceptions.AMQPError:
            return False
        return bool(state.consumer_count) and not state.message_count

    def under_way(self, poison: int) -> str:
        """What is not done yet, or nothing; `poison`: messages that will have to be parked."""
        if count := self.unpublished():
            return f"{count} events in outboxes"
        specials = self.specials()
        if count := sum(not done for (_, id), done in self.deliveries().items() if id not in specials):
            return f"{count} events on their way"
        if count := sum(message.state in UNDER_WAY for message in self.messages()):
            return f"{count} mails"
        missing = poison - len({(message.queue, message.id) for message in self.parked()})
        return f"{missing} messages to be parked" if missing > 0 else ""

    @contextmanager
    def _channel(self) -> Iterator[Any]:
        connection = pika.BlockingConnection(pika.URLParameters(self._parts.amqp_uri))
        try:
            yield connection.channel()
        finally:
            if connection.is_open:
                connection.close()  # gives back what was taken and not acknowledged


def _parked(method: Any, properties: Any, body: bytes) -> Parked:
    headers = properties.headers or {}
    death = (headers.get("x-death") or [{}])[0]  # of one that the broker parked by itself
    reason = headers.get("x-reason") or f"broker: {death.get('reason')}"
    queue = headers.get("x-queue") or death.get("queue") or method.routing_key
    try:
        number = json.loads(body)["data"].get("number")
    except (ValueError, KeyError, TypeError):
        number = None
    return Parked(properties.message_id or "", queue, reason, number)
