"""Parked messages that are not anywhere, and a gateway that shows them."""

from datetime import UTC, datetime, timedelta
from types import SimpleNamespace
from typing import Any

from flask import Flask

from gateway import create_app
from gateway.settings import GatewaySettings
from runtime.errors import Unavailable
from runtime.parking import Parked, Replayed, Wanted, parked
from runtime.testing import FakeClock

NOW = datetime(2026, 3, 23, 7, 0, tzinfo=UTC)
PASSWORD = "a password of the operator"
QUEUE = "evt-booking-appointment.booked--notify.appointment_changed"
BODY = b'{"type": "appointment.booked", "data": {"customer": {"first_name": "Erika", "email": "erika@example.com"}}}'
HEADERS = {
    "x-reason": "retries exhausted",
    "x-error": "RuntimeError: <b>erika@example.com</b> is no address",
    "x-traceback": "Traceback (most recent call last): …",
    "x-first-failed": int((NOW - timedelta(hours=2)).timestamp()),
    "x-attempt": 6,
}


class FakeParking:
    """Remembers what it was asked to do."""

    def __init__(self) -> None:
        self.messages = [parked(QUEUE, "1", HEADERS, BODY), parked("elsewhere", "2", {}, b"\xff")]
        self.replayed: list[str] = []
        self.full = self.away = False

    def look(self, wanted: Wanted, most: int) -> list[Parked]:
        if self.away:
            raise Unavailable("away")
        return [message for message in self.messages if wanted(message)][:most]

    def replay(self, wanted: Wanted) -> Replayed:
        found = self.look(wanted, 100)
        if self.full:
            return Replayed(0, [message.id for message in found])
        self.replayed += [message.id for message in found]
        return Replayed(self.drop(wanted), [])

    def drop(self, wanted: Wanted) -> int:
        before = len(self.messages)
        self.messages = [message for message in self.messages if not wanted(message)]
        return before - len(self.messages)


def app_with(parking: FakeParking | None, clock: FakeClock, **settings: Any) -> Flask:
    listener: Any = SimpleNamespace(start=lambda on_event, on_gap: None)
    given = {"secret_key": "x" * 40, "identity_keys": {}, "rate_limits": "", "operator_password": PASSWORD, **settings}
    return create_app(GatewaySettings(**given), SimpleNamespace(), listener, clock, parking)  # type: ignore[arg-type]
