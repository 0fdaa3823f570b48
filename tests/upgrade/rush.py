"""Customers who book all the time, over RPC as the gateway does, whatever is replaced meanwhile."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from deploy import demo
from runtime.clock import utc_now
from runtime.errors import Refused, Unavailable
from runtime.ids import new_id
from runtime.rpcclient import BrokerRpc
from tests.systems import until

CUSTOMERS = 3  # who book at the same time
PAUSE = 0.3  # seconds between two bookings of one of them
PATIENCE = 180.0  # seconds until the last one must have an answer
RETRYABLE = (Unavailable.code, "deadline_exceeded")
WEEKS = 3
DOMAIN = "rush.example"
Time = tuple[str, datetime]  # whose, and when
TIMES = ("09:00", "09:30", "10:00", "10:30", "11:00", "11:30", "13:30", "14:00", "14:30", "15:00", "15:30", "16:00")


@dataclass
class Booked:
    """What a customer was told. `reference` is None if a version answered that knows none; `begun` is monotonic."""

    begun: float
    email: str
    ids: set[str]
    reference: str | None
    token: str
    cancelled: bool = False


class Rush:
    """`errors` are answers that no repetition helps; `repeated` counts those that one did."""

    def __init__(self, amqp_uri: str, practice_id: str, service: str, times: Iterator[tuple[int, Time]]):
        self._rpc = BrokerRpc(amqp_uri, "customers")
        self._practice, self._service = practice_id, service
        self._free = times
        self._next = threading.Lock()
        self._stop = threading.Event()
        self.quoting = False  # customers bring references of their own: all that answer must know the field
        self.booked: list[Booked] = []
        self.errors: list[str] = []
        self.repeated = 0

    @contextmanager
    def running(self) -> Iterator[None]:
        """While the block runs, people book; afterwards everybody has been served."""
        threads = [threading.Thread(target=self._serve) for _ in range(CUSTOMERS)]
        for thread in threads:
            thread.start()
        try:
            yield
        finally:
            self._stop.set()
            for thread in threads:
                thread.join()
            self._rpc.close()

    def more(self, number: int) -> list[Booked]:
        """Wait for so many that begin from now on; fails at once when somebody was refused."""
        now = time.monotonic()
        until(lambda: self.errors or len(self._since(now)) >= number, PATIENCE, f"{number} more bookings")
        assert not self.errors, self.errors
        return self._since(now)

    def _since(self, instant: float) -> list[Booked]:
        return [booked for booked in self.booked if booked.begun >= instant]

    def cancel(self, some: list[Booked]) -> None:
        """These customers think better of it."""
        for booked in some:
            booked.cancelled = bool(self._ask("cancel_managed", {"token": booked.token}))

    def _serve(self) -> None:
        try:
            while not self._stop.is_set():
                with self._next:
                    number, (calendar, start) = next(self._free)
                self._book(number, calendar, start)
                time.sleep(PAUSE)
        except Exception as error:
            self.errors.append(repr(error))

    def _book(self, number: int, calendar: str, start: datetime) -> None:
        begun = time.monotonic()
        customer = {"first_name": "Kim", "last_name": f"No{number}", "email": f"kim{number}@{DOMAIN}"}
        command = {
            "practice_id": self._practice,
            "service": self._service,
            "calendar": calendar,
            "start": start.isoformat(),
            "customer": {**customer, "phone": "+49 711 123456"},
            "idempotency_key": new_id(),
            "locale": "de",
            **({"reference": f"own-{number}"} if self.quoting else {}),
        }
        answers = [self._ask("book", command), self._ask("book", command)]  # the second may reach another version
        if None in answers:
            return
        ids, told = {answer["id"] for answer in answers}, answers[0]
        self.booked.append(Booked(begun, customer["email"], ids, told.get("reference"), told["manage_token"]))

    def _ask(self, method: str, payload: dict[str, Any]) -> Any:
        """The answer, after repetitions if need be; None when it was refused for good."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                return self._rpc.call("booking", method, payload)
            except (Refused, Unavailable) as error:
                if error.code not in RETRYABLE:
                    self.errors.append(f"{method}: {error.code}")
                    return None
                self.repeated += 1
                time.sleep(0.2)
        self.errors.append(f"{method}: no answer within {PATIENCE} s")
        return None


def free_times(calendars: list[str], first_week: int) -> Iterator[tuple[int, Time]]:
    """Numbered times of every calendar in some weeks, the first one so many weeks from now; the demo has booked within
    the first two."""
    today = utc_now().date()
    days = [today + timedelta(weeks=first_week, days=n) for n in range(7 * WEEKS)]
    workdays = [day for day in days if day.weekday() < 5]
    times = ((calendar, _at(day, at)) for day, at, calendar in itertools.product(workdays, TIMES, calendars))
    return enumerate(times, first_week * 1000)


def _at(day: date, at: str) -> datetime:
    hour, minute = map(int, at.split(":"))
    return datetime(day.year, day.month, day.day, hour, minute, tzinfo=ZoneInfo(demo.ZONE))
