"""The system under measurement: real processes, PostgreSQL and RabbitMQ, and a practice made to be measured."""

import json
import random
import secrets
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import Engine, Table, create_engine, delete, insert, select, text

from availability import models as availability
from booking import models as booking
from deploy.processes import Processes, free_port
from runtime.clock import utc_now
from runtime.ids import new_id
from runtime.rpcclient import BrokerRpc
from runtime.testing import broker_uri, server_url, virtual_host

OWNER = {"name": "Bench Owner", "email": "owner@bench.example", "password": "bench-owner-password"}
CALENDARS = 40
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


class House:
    """A running system with the practice `bench`: `small` is a usual practice's service (30 minutes),
    `wide` has room for many bookings (the other calendars, around the clock, 15 minutes)."""

    def __init__(self, processes: Processes, calendars: int = CALENDARS, usual: int = 3):
        self.processes = processes
        self.count, self.usual = calendars, usual
        self.practice = ""
        self.calendars: list[str] = []
        self.small = self.wide = ""
        self.token = ""

    def request(self, method: str, path: str, body: Any = None) -> Any:
        """One API call as the practice's owner; raises on an error status."""
        request = urllib.request.Request(self.processes.url + path, method=method)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        data = None if body is None else json.dumps(body).encode()
        with urllib.request.urlopen(request, data, timeout=30) as answer:
            content = answer.read()
        return json.loads(content) if content else None

    def furnish(self) -> None:
        """Make the practice, its calendars and services through the product's own doors."""
        self._provision()
        self.sign_in()
        place = self.request("GET", "/api/v1/places")["items"][0]["id"]
        for number in range(self.count):
            self.calendars.append(self._calendar(number, place))
        self.small = self._service("Small", 30, self.calendars[: self.usual], window_days=60)
        self.wide = self._service("Wide", 15, self.calendars[self.usual :], window_days=365)

    def sign_in(self) -> None:
        credentials = {"email": OWNER["email"], "password": OWNER["password"]}
        self.token = self.request("POST", "/api/v1/auth/token", credentials)["access_token"]

    def _provision(self) -> None:
        rpc = BrokerRpc(self.processes.amqp_uri)
        headers = {"identity": self.processes.secrets.operator().service_token(utc_now())}
        places = [{"name": "Bench", "address": "Bank 1, 70173 Stuttgart"}]
        practice = {
            "slug": "bench",
            "name": "Bench",
            "email": "bench@bench.example",
            "time_zone": "Europe/Berlin",
            "locale": "de",
            "currency": "EUR",
        }
        answer = rpc.call(
            "practice", "provision", {**practice, "country": "DE", "owner": OWNER, "places": places}, headers, 20
        )
        self.practice = answer["practice_id"]
        rpc.close()

    def _calendar(self, number: int, place: str) -> str:
        calendar = {"name": f"C{number}", "nickname": f"C{number}", "place": place, "time_zone": "Europe/Berlin"}
        made = self.request("POST", "/api/v1/calendars", {**calendar, "start_interval_minutes": 15, "active": True})
        usual = [{"from": "09:00", "to": "12:00"}, {"from": "13:30", "to": "17:00"}]
        periods = usual if number < self.usual else [{"from": "00:00", "to": "24:00"}]
        days = WEEKDAYS[:5] if number < self.usual else WEEKDAYS
        self.request("PUT", f"/api/v1/calendars/{made['id']}/hours", dict.fromkeys(days, periods))
        return str(made["id"])

    def _service(self, name: str, minutes: int, calendars: list[str], window_days: int) -> str:
        service = {"name": name, "duration_minutes": minutes, "description": "", "calendars": calendars}
        rules = {"released": True, "min_notice_minutes": 0, "window_days": window_days, "confirmation": "automatic"}
        return str(self.request("POST", "/api/v1/services", {**service, **rules})["id"])

    def fill(self, appointments: int) -> None:
        """Bring booking and availability to this many appointments: most in the past three years, the rest to come."""
        starts = list(self._starts(appointments))
        template = self._template()
        ids = [new_id() for _ in starts]
        rows = [self._appointment(template, *row) for row in zip(ids, starts, strict=True)]
        takes = [_taken(*row) for row in zip(ids, starts, strict=True)]
        occupied = [_occupied(*row) for row in zip(ids, starts, strict=True)]
        self._replace("booking", [booking.occupancies, booking.appointments], [occupied, rows])
        self._replace("availability", [availability.taken], [takes])

    def _starts(self, count: int) -> Iterator[tuple[str, datetime]]:
        chance = random.Random(1)
        today = utc_now().replace(hour=0, minute=0, second=0, microsecond=0)
        taken: set[tuple[str, datetime]] = set()
        while len(taken) < count:
            day = today + timedelta(
                days=chance.randrange(1, 60) if chance.random() < 0.05 else -chance.randrange(1, 1000)
            )
            start = day + timedelta(hours=8, minutes=30 * chance.randrange(18))
            taken.add((chance.choice(self.calendars[: self.usual] if chance.random() < 0.5 else self.calendars), start))
        return iter(sorted(taken))

    def _template(self) -> dict[str, Any]:
        self.book(self.wide)
        with self.engine("booking").connect() as connection:
            return dict(connection.execute(select(booking.appointments).limit(1)).mappings().one())

    def _appointment(self, template: dict[str, Any], id: str, slot: tuple[str, datetime]) -> dict[str, Any]:
        calendar, start = slot
        end = start + timedelta(minutes=30)
        times = {"starts": start, "ends": end, "occupies_from": start, "occupies_until": end}
        person = {"email": f"{id}@bench.example", "email_key": f"{id}@bench.example", "phone": None}
        return {**template, **times, **person, "id": id, "calendar_id": calendar, "token_hash": secrets.token_hex(32)}

    def engine(self, service: str) -> Engine:
        """Into this service's database."""
        return create_engine(self.processes.database_url(service))

    def _replace(self, service: str, tables: list[Table], rows: list[list[dict[str, Any]]]) -> None:
        engine = self.engine(service)
        with engine.begin() as connection:
            connection.execute(text("set constraints all deferred"))
            for table, new in zip(tables, rows, strict=True):
                connection.execute(delete(table))
                for at in range(0, len(new), 1000):
                    connection.execute(insert(table), new[at : at + 1000])
        with engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("vacuum analyze"))
        engine.dispose()

    def book(self, service: str) -> Any:
        """One booking through the gateway, somewhere free."""
        start = utc_now() + timedelta(days=300)
        body = next(self.bookings(service, start.date()))
        return self.request("POST", "/api/v1/practices/bench/appointments", body)

    def bookings(self, service: str, first: Any) -> Iterator[dict[str, Any]]:
        """Booking bodies, each for a free slot of its own, from midnight UTC of `first` on, calendar by calendar."""
        start = datetime(first.year, first.month, first.day, tzinfo=UTC)
        number = 0
        while True:
            for calendar in self.calendars[self.usual :]:
                number += 1
                person = {"first_name": "Bea", "last_name": "Bench", "phone": f"+49711{secrets.randbelow(10**7):07}"}
                customer = {**person, "email": f"b{number}-{secrets.token_hex(4)}@bench.example"}
                slot = {"service": service, "calendar": calendar, "start": start.isoformat()}
                yield {**slot, "customer": customer, "answers": {}}
            start += timedelta(minutes=15)


def _taken(id: str, slot: tuple[str, datetime]) -> dict[str, Any]:
    start = int(slot[1].timestamp())
    times = {"from_at": start, "until_at": start + 1800, "start_at": start, "end_at": start + 1800}
    return {"subject": id, "calendar_id": slot[0], "kind": "appointment", **times}


def _occupied(id: str, slot: tuple[str, datetime]) -> dict[str, Any]:
    calendar, start = slot
    return {
        "resource_id": calendar,
        "from_at": start,
        "until_at": start + timedelta(minutes=30),
        "appointment_id": id,
    }


@contextmanager
def running(calendars: int = CALENDARS, usual: int = 3, **settings: str) -> Iterator[House]:
    """A furnished house on the nodes of `make services`; it is gone afterwards."""
    server, amqp_uri = server_url(), broker_uri()
    if not server or not amqp_uri:
        raise SystemExit("needs PostgreSQL and RabbitMQ: run `make services`")
    with TemporaryDirectory() as home, virtual_host() as uri:
        prefix = f"bench_{secrets.token_hex(3)}"
        processes = Processes(server, uri, Path(home), prefix=prefix, port=free_port())
        processes.extra = {"RATE_LIMITS": "", **settings}
        processes.prepare()
        try:
            processes.start()
            house = House(processes, calendars, usual)
            house.furnish()
            yield house
        finally:
            processes.stop()
            processes.drop()
