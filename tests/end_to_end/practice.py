"""The demo practice as a client of the API sees it."""

import itertools
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any, TypeVar

from runtime.clock import utc_now
from runtime.ids import new_id
from tests.systems import Answer, Running, until

BASE = "/api/v1/practices/top-hearing"
T = TypeVar("T")
_numbers = itertools.count(1)
_days: dict[tuple[Path, str], Iterator[int]] = defaultdict(lambda: iter(range(14, 58)))  # by system and professional


class Practice:
    """Ids by name, fresh slots, bookings."""

    def __init__(self, running: Running):
        self.running = running
        self.face = running.call("GET", BASE).json
        self.services = {service["name"]: service["id"] for service in self.face["services"]}
        self.calendars = {calendar["nickname"]: calendar["id"] for calendar in self.face["calendars"]}

    def day(self, who: str) -> date:
        """A working day of this professional that no other test uses."""
        for ahead in _days[self.running.home, who]:
            day = utc_now().date() + timedelta(days=ahead)
            if day.weekday() < 5 and self.slots("Servicetermin", who, day):
                return day
        raise AssertionError("the tests have used up the booking window")

    def slots(self, service: str, who: str, day: date) -> list[str]:
        """Starts that are offered on that day."""
        query = f"service={self.services[service]}&calendar={self.calendars[who]}&from={day}&days=1&tz=Europe/Berlin"
        days = self.running.call("GET", f"{BASE}/slots?{query}").json["days"]
        return [slot["start"] for day in days for slot in day["slots"] if slot["bookable"]]

    def body(self, service: str, who: str, start: str, **more: Any) -> dict[str, Any]:
        """A booking's body, by a customer of its own."""
        number = next(_numbers)
        customer = {
            "first_name": "Rita",
            "last_name": f"Renner {number}",
            "email": f"rita{number}@customer.example",
            "phone": f"+4971155{number:05}",
        }
        slot = {"service": self.services[service], "calendar": self.calendars[who], "start": start}
        return {**slot, "customer": customer, "answers": {}, **more}

    def book(self, service: str, who: str, start: str, **more: Any) -> Answer:
        """As a careful program does: under a key, so that it may ask again."""
        body, key = self.body(service, who, start, **more), new_id()
        return decided(lambda: self.running.call("POST", f"{BASE}/appointments", body, idempotency_key=key))

    def hold(self, service: str, who: str, start: str) -> Answer:
        body = {"service": self.services[service], "calendar": self.calendars[who], "start": start}
        return decided(lambda: self.running.call("POST", f"{BASE}/holds", body))

    def manage(self, booked: Answer, action: str, body: dict[str, Any] | None = None) -> Answer:
        """The customer's own door: cancel, reschedule, undo."""
        token = booked.json["manage_url"].rsplit("/", 1)[1]
        return decided(lambda: self.running.call("POST", f"/api/v1/manage/{token}/{action}", body or {}))


def decided(ask: Callable[[], Answer]) -> Answer:
    """The answer to this. Where a crowd on a slow machine has to wait too long it is 503, and one asks again."""
    answers: list[Answer] = until(lambda: [answer for answer in [ask()] if answer.status != 503], what="an answer")
    return answers[0]


def at(day_start: str, minutes: int) -> str:
    """That many minutes after an instant."""
    return (datetime.fromisoformat(day_start) + timedelta(minutes=minutes)).isoformat()


def race(attempts: Sequence[Callable[[], T]]) -> list[T]:
    """Run all at the same moment; their answers in the order given."""
    barrier = Barrier(len(attempts))

    def start(attempt: Callable[[], T]) -> T:
        barrier.wait(120)
        return attempt()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(start, attempts))


def statuses(answers: Sequence[Answer]) -> Counter[int]:
    return Counter(answer.status for answer in answers)
