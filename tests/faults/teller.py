"""Tells numbers through the counting service's outbox, and slips messages in that no reader can handle."""

import queue
import threading
from collections import Counter
from typing import Any

import pika

from runtime.db import AWAY, Database
from runtime.ids import new_id
from runtime.topology import work_queue
from tests.faults.parts import READERS
from tests.faults.tally.__main__ import tell

AT_ONCE = 25  # numbers per transaction
SPECIAL = 1_000_000  # numbers from here on are poison
DO = {"permanent": "refuse", "killing": "kill"}
POISONED = ("number.told", "appointment.booked")  # events whose readers get undecodable bytes


class Teller(threading.Thread):
    """Works through what was let go, in the order given; a database that is away only delays it."""

    def __init__(self, database_url: str):
        super().__init__(name="teller", daemon=True)
        self._database = Database(database_url, pool_size=1)
        self._waiting, self._done = queue.SimpleQueue[list[dict[str, Any]]](), threading.Event()
        self._promised, self._specials, self.told = 0, 0, 0

    def let_go(self, count: int) -> None:
        """Tell so many more."""
        numbers = [{"number": number} for number in range(self._promised, self._promised + count)]
        self._promised += count
        for at in range(0, count, AT_ONCE):
            self._waiting.put(numbers[at : at + AT_ONCE])

    def special(self, kind: str) -> int:
        """Tell a number that is `permanent` or `killing`; which."""
        self._specials += 1
        number = SPECIAL + self._specials
        self._waiting.put([{"number": number, "do": DO[kind]}])
        return number

    @property
    def finished(self) -> bool:
        return self.told == self._promised + self._specials

    def run(self) -> None:
        while not self._done.is_set():
            try:
                batch = self._waiting.get(timeout=0.2)
            except queue.Empty:
                continue
            self._tell(batch)
        self._database.close()

    def _tell(self, batch: list[dict[str, Any]]) -> None:
        while not self._done.is_set():
            try:
                self._database.write(tell, batch)
            except AWAY:
                self._done.wait(0.3)
            else:
                self.told += len(batch)
                return

    def stop(self) -> None:
        self._done.set()
        if self.is_alive():
            self.join()


class Poisoner:
    """Injects what has to be parked, and remembers it: reason -> how many."""

    def __init__(self, teller: Teller, amqp_uri: str):
        self._teller, self._uri = teller, amqp_uri
        self.injected = Counter[str]()
        self.numbers: set[int] = set()

    def inject(self, kind: str) -> None:
        if kind == "undecodable":
            self._injected_bytes()
        else:
            self.numbers.add(self._teller.special(kind))
            self.injected["permanent"] += 1

    def _injected_bytes(self) -> None:
        """Straight into the queues of readers, past every outbox. Needs the broker."""
        connection = pika.BlockingConnection(pika.URLParameters(self._uri))
        channel = connection.channel()
        channel.confirm_delivery()
        for reader in READERS:
            if reader.type in POISONED:
                properties = pika.BasicProperties(message_id=new_id(), delivery_mode=2)
                channel.basic_publish("", work_queue(reader).name, b"{ this is no event", properties, mandatory=True)
                self.injected["undecodable"] += 1
        connection.close()
