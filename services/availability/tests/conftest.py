"""A practice with its calendars, seen through the service's border as every transport sees it."""

from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from availability.__main__ import SERVICE
from runtime import tables
from runtime.db import Database
from runtime.edge import Endpoint, subscriptions
from runtime.errors import Refused
from runtime.ids import new_id
from runtime.messages import Event, parse_event
from runtime.testing import Databases, FakeClock, make_app, service_headers, staff_headers

NOW = datetime(2026, 6, 1, 6, 0, tzinfo=UTC)  # a Monday, 8:00 in Berlin
WORKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday")
MORNING = [{"from": "09:00", "to": "12:00"}]


class Desk:
    """One practice in Berlin with one place; calls as its staff, as a customer, as booking; tells events."""

    def __init__(self, database: Database):
        self.database, self.clock = database, FakeClock(NOW)
        self.endpoint = Endpoint(make_app(SERVICE, database, self.clock), SERVICE.edge)
        self.practice, self.place = new_id(), new_id()
        self.heard = 0
        self.subscriptions = {one.type: one for one in subscriptions(SERVICE.name, SERVICE.edge)}
        self.hear("practice.changed", self.practice, 1, self.practice_data())

    def practice_data(self, **changes: Any) -> dict[str, Any]:
        place = {"id": self.place, "name": "Top Hearing (S)", "address": "Königstraße 1, Stuttgart", **changes}
        return {"id": self.practice, "time_zone": "Europe/Berlin", "currency": "EUR", "places": [place]}

    def staff(self, method: str, *scopes: str, practice: str | None = None, **payload: Any) -> Any:
        """Call as a signed-in user, by default one who may read and write."""
        scopes = scopes or ("availability:read", "availability:write")
        headers = staff_headers(self.clock(), practice or self.practice, *scopes)
        return self.endpoint.call(method, payload, headers)

    def public(self, method: str, **payload: Any) -> Any:
        """Call as anybody."""
        return self.endpoint.call(method, {"practice_id": self.practice, **payload}, {})

    def booking(self, method: str, **payload: Any) -> Any:
        """Call as the service `booking`."""
        headers = service_headers(self.clock(), "booking")
        return self.endpoint.call(method, {"practice_id": self.practice, **payload}, headers)

    def refusal(self, ask: Any, method: str, **payload: Any) -> Refused:
        """The error with which the call is refused."""
        with pytest.raises(Refused) as caught:
            ask(method, **payload)
        return caught.value

    def calendar(self, nickname: str = "Anna", hours: Any = MORNING, **fields: Any) -> str:
        """A calendar that works these hours on workdays."""
        made = self.staff("create_calendar", name="A. Real Name", nickname=nickname, place=self.place, **fields)
        self.staff("put_hours", calendar=made["id"], hours=dict.fromkeys(WORKDAYS, hours))
        return str(made["id"])

    def service(self, *calendars: str, **fields: Any) -> str:
        """A released service of an hour."""
        fields = {"name": "Beratung", "duration_minutes": 60, "released": True, "min_notice_minutes": 0, **fields}
        return str(self.staff("create_service", calendars=list(calendars), **fields)["id"])

    def hear(self, type: str, subject: str, version: int, data: dict[str, Any]) -> bool:
        """Handle an event of another service."""
        source = "practice" if type == "practice.changed" else "booking"
        event = Event(new_id(), source, type, subject, self.clock(), self.practice, version, data)
        return self.endpoint.handle(self.subscriptions[type], event)

    def told(self, type: str | None = None) -> list[Event]:
        """The events told since the last look, by type if one is given."""
        query = select(tables.outbox.c.seq, tables.outbox.c.body).where(tables.outbox.c.seq > self.heard)
        rows = self.database.read(lambda session: session.execute(query.order_by(tables.outbox.c.seq)).all())
        self.heard = max((row.seq for row in rows), default=self.heard)
        events = [parse_event(row.body) for row in rows]
        return [event for event in events if type in (None, event.type)]


def appointment(calendar: str, start: str, end: str, **changes: Any) -> dict[str, Any]:
    """The part of an appointment event's data that this service reads."""
    occupancies = [{"resource": calendar, "from": start, "until": end}]
    return {"status": "accepted", "start": start, "end": end, "occupancies": occupancies, **changes}


@pytest.fixture(name="desk")
def _desk(databases: Databases) -> Desk:
    """On SQLite and on PostgreSQL."""
    return Desk(databases.new(SERVICE.migrations, "availability"))


@pytest.fixture(name="light_desk")
def _light_desk(sqlite: Databases) -> Desk:
    """On SQLite only, where the database does not matter."""
    return Desk(sqlite.new(SERVICE.migrations, "availability"))


@pytest.fixture(name="appointment")
def _appointment() -> Any:
    return appointment


@pytest.fixture(name="make_desk", scope="session")
def _make_desk() -> Any:
    """Makes a desk on a new database of these."""
    return lambda databases: Desk(databases.new(SERVICE.migrations, "availability"))
