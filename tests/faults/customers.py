"""People who book at the same time, as careful programs do: whoever got no answer, or 503, asks again under the same
Idempotency-Key until there is a 201 or a 409. And somebody who only looks."""

import queue
import random
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from runtime.ids import new_id
from tests.faults.mail import UNKNOWN
from tests.faults.web import Gateway

CUSTOMERS = 8  # at the same time
PATIENCE = 240.0  # seconds until a wish must have been decided
ASKS_AGAIN = 0.1  # share of those who ask again after their 201, as if it had been lost
LOOKS_EVERY = 0.5  # seconds


@dataclass
class Wish:
    """One customer's booking. `ids` holds the appointment of every 201, `refused` the code of a 409."""

    body: dict[str, Any]
    rival: bool = False
    again: bool = False
    key: str = field(default_factory=new_id)
    ids: list[str] = field(default_factory=list)
    refused: str = ""

    @property
    def email(self) -> str:
        return str(self.body["customer"]["email"])

    @property
    def slot(self) -> tuple[str, str]:
        return self.body["calendar"], self.body["start"]

    @property
    def decided(self) -> bool:
        return bool(self.ids or self.refused)


def wishes(
    bodies: Iterator[dict[str, Any]], bookings: int, rivals: int, unknown: int, chance: random.Random
) -> list[list[Wish]]:
    """For each slot the wish of a customer, for some that of a rival, too; some addresses do not exist."""
    contested = set(chance.sample(range(bookings), rivals))
    nobodies = set(chance.sample(range(bookings), unknown))
    found = []
    for number in range(bookings):
        slot = next(bodies)
        name = f"{UNKNOWN}-{number}" if number in nobodies else f"customer-{number}"
        crowd = ("a", "b") if number in contested else ("a",)
        found.append([_wish(slot, f"{name}-{who}", len(crowd) > 1, chance) for who in crowd])
    return found


def _wish(slot: dict[str, Any], name: str, rival: bool, chance: random.Random) -> Wish:
    customer = {**slot["customer"], "email": f"{name}@faults.example"}
    return Wish({**slot, "customer": customer}, rival, again=chance.random() < ASKS_AGAIN)


class Customers:
    """Serve the wishes that have been let go, several at a time."""

    def __init__(self, gateway: Gateway, path: str, wanted: list[list[Wish]]):
        self._gateway, self._path = gateway, path
        self.wishes = [wish for slot in wanted for wish in slot]
        self._slots, self._waiting = iter(wanted), queue.SimpleQueue[Wish]()
        self._stop = threading.Event()
        self.booked_at: list[float] = []

    def start(self) -> None:
        for _ in range(CUSTOMERS):
            threading.Thread(target=self._work, daemon=True).start()

    def stop(self) -> None:
        self._stop.set()

    def let_go(self, slots: int) -> None:
        """The customers of so many more slots, rivals side by side."""
        for _, crowd in zip(range(slots), self._slots, strict=False):
            for wish in crowd:
                self._waiting.put(wish)

    @property
    def undecided(self) -> int:
        return sum(not wish.decided for wish in self.wishes)

    def _work(self) -> None:
        while not self._stop.is_set():
            try:
                self._serve(self._waiting.get(timeout=0.2))
            except queue.Empty:
                continue

    def _serve(self, wish: Wish) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._stop.is_set() and time.monotonic() < deadline:
            answer = self._gateway.ask("POST", self._path, wish.body, **{"Idempotency-Key": wish.key})
            if answer.status == 201:
                wish.ids.append(answer.body["id"])
                self.booked_at.append(time.monotonic())
            elif answer.status == 409:
                wish.refused = str(answer.body.get("code"))
            else:
                self._stop.wait(answer.pause)
            if wish.refused or len(wish.ids) > wish.again:
                return


class Visitor(threading.Thread):
    """Looks at the free times every now and then, and never again before it may."""

    def __init__(self, gateway: Gateway, path: str):
        super().__init__(name="visitor", daemon=True)
        self._gateway, self._path, self._stop_it = gateway, path, threading.Event()

    def run(self) -> None:
        while not self._stop_it.wait(LOOKS_EVERY):
            self._gateway.ask("GET", self._path)

    def stop(self) -> None:
        self._stop_it.set()
