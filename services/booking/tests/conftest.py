"""Booking with a faked availability, as its tests need it."""

import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from booking.__main__ import SERVICE
from booking.models import occupancies
from runtime import tables
from runtime.clock import iso
from runtime.edge import Endpoint
from runtime.errors import Refused
from runtime.ids import new_id
from runtime.testing import Databases, FakeClock, FakeRpc, make_app, service_headers, staff_headers

MONDAY = datetime(2026, 12, 7, 7, tzinfo=UTC)
PRACTICE = "11111111-1111-4111-8111-111111111111"
SERVICE_ID = "22222222-2222-4222-8222-222222222222"
ANNA = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa"
BEN = "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
SCOPES = ("booking:read", "booking:write", "booking:admin")
DROP = {
    "postgresql": "alter table occupancies drop constraint occupancies_no_overlap",
    "sqlite": "drop trigger occupancies_no_overlap",
}


class Desk:
    """A booking service and everybody who calls it. Attributes turn the faked availability's answers."""

    practice, service, anna, ben = PRACTICE, SERVICE_ID, ANNA, BEN

    def __init__(self, databases: Databases, **settings: Any):
        self.kind = databases.kind
        self.db = databases.new(SERVICE.migrations, "booking")
        self.clock, self.rpc = FakeClock(MONDAY), FakeRpc()
        self.app = make_app(SERVICE, self.db, self.clock, self.rpc, **settings)
        self.endpoint = Endpoint(self.app, SERVICE.edge)
        self.minutes, self.before, self.after = 30, 0, 0
        self.confirmation, self.cancel_notice, self.move_notice = "automatic", 0, 0
        self.zone, self.limits = "Europe/Berlin", {"max_per_day": None, "max_per_week": None}
        self.calendars = [ANNA, BEN]
        self.rpc.answers["availability.offer"] = self.offer
        self.rpc.answers["availability.alternatives"] = [{"start": "later", "end": "later", "calendars": [BEN]}]

    def offer(self, asked: dict[str, Any]) -> dict[str, Any]:
        """What availability would answer: every time is offered."""
        start = datetime.fromisoformat(asked["start"])
        minutes = asked.get("duration_minutes") or self.minutes
        end = start + timedelta(minutes=minutes)
        price = {"amount": "49.00", "currency": "EUR"}
        service = {"id": asked["service"], "name": "Beratung", "duration_minutes": minutes, "price": price}
        chosen = [asked["calendar"]] if asked["calendar"] else self.calendars
        place = {"id": PRACTICE, "name": "Top Hearing (S)", "address": "Königstraße 1, Stuttgart"}
        calendar = {"nickname": "Anna", "time_zone": self.zone, "place": place, **self.limits}
        return {
            "service": {**service, "confirmation": self.confirmation},
            "start": iso(start),
            "end": iso(end),
            "occupies_from": iso(start - timedelta(minutes=self.before)),
            "occupies_until": iso(end + timedelta(minutes=self.after)),
            "cancel_notice_minutes": self.cancel_notice,
            "move_notice_minutes": self.move_notice,
            "candidates": [{"id": id, **calendar} for id in chosen],
        }

    def at(self, hours: float) -> str:
        """The instant so many hours after the clock's first one."""
        return iso(MONDAY + timedelta(hours=hours))

    def call(self, method: str, **payload: Any) -> Any:
        """As the public."""
        return self.endpoint.call(method, json.loads(json.dumps(payload)), {})

    def staff(self, method: str, /, practice_id: str = PRACTICE, **payload: Any) -> Any:
        """As a signed-in owner of a practice."""
        return self.endpoint.call(method, payload, staff_headers(self.clock(), practice_id, *SCOPES))

    def other(self, method: str, **payload: Any) -> Any:
        """As another service."""
        return self.endpoint.call(method, payload, service_headers(self.clock(), "notify"))

    def refused(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Refused:
        """The refusal of a call that must fail."""
        with pytest.raises(Refused) as caught:
            call(*args, **kwargs)
        return caught.value

    def wish(self, hours: float = 24, calendar: str | None = ANNA, **more: Any) -> dict[str, Any]:
        """A complete payload of `book`."""
        customer = {"first_name": "Erika", "last_name": "Müller", "email": "erika@example.org", "phone": "0711 123456"}
        wish = {"practice_id": PRACTICE, "service": SERVICE_ID, "calendar": calendar, "start": self.at(hours)}
        return {**wish, "customer": customer, "idempotency_key": new_id(), **more}

    def book(self, hours: float = 24, calendar: str | None = ANNA, **more: Any) -> Any:
        return self.call("book", **self.wish(hours, calendar, **more))

    def hold(self, hours: float = 24, calendar: str | None = ANNA, **more: Any) -> Any:
        wish = {"practice_id": PRACTICE, "service": SERVICE_ID, "calendar": calendar, "start": self.at(hours)}
        return self.call("hold", **wish, **more)

    def events(self, *types: str) -> list[dict[str, Any]]:
        """The CloudEvents told so far, in order."""
        query = select(tables.outbox.c.body).order_by(tables.outbox.c.seq)
        told = [json.loads(body) for body in self.db.read(lambda s: list(s.execute(query).scalars()))]
        return [event for event in told if not types or event["type"] in types]

    def sql(self, statement: str) -> None:
        self.db.write(lambda session: session.execute(text(statement)))

    def drop_constraint(self) -> None:
        """The negative control: without it nothing may prevent double bookings."""
        self.sql(DROP[self.kind])

    def overlaps(self) -> int:
        """Pairs of occupancies that take the same resource at the same time: what must never be."""
        query = select(occupancies.c.resource_id, occupancies.c.from_at, occupancies.c.until_at)
        rows = self.db.read(lambda s: list(s.execute(query)))
        pairs = ((x, y) for i, x in enumerate(rows) for y in rows[:i])
        return sum(x[0] == y[0] and x[1] < y[2] and y[1] < x[2] for x, y in pairs)

    def count(self, table: Any) -> int:
        return len(self.db.read(lambda s: list(s.execute(select(table)))))

    def race(self, *calls: Callable[[], Any]) -> list[Any]:
        """Run the calls at the same time; their answers or refusals."""

        def attempt(call: Callable[[], Any]) -> Any:
            try:
                return call()
            except Refused as refused:
                return refused

        with ThreadPoolExecutor(len(calls)) as pool:
            return list(pool.map(attempt, calls))


@pytest.fixture(name="desk")
def _desk(databases: Databases) -> Desk:
    """A booking service on SQLite and on PostgreSQL; Monday 7 December 2026, 08:00 in Berlin."""
    return Desk(databases)


@pytest.fixture(name="lite")
def _lite(sqlite: Databases) -> Desk:
    """The same on SQLite alone, where the database does not matter."""
    return Desk(sqlite)
