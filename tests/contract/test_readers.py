"""Each reader with the golden samples of what others tell.

It reads them all, overlooks what it does not know, and needs no more than it has written down in `expects/`.
"""

import json
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes, policy
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import pytest
from sqlalchemy import select

from availability.__main__ import SERVICE as AVAILABILITY
from availability.models import metadata
from deploy.asyncapi.registry import registry
from deploy.docs import ROOT, readers
from deploy.house import SERVICES
from gateway import HEARD, hear
from notify.__main__ import SERVICE as NOTIFY
from notify.models import CapturedMail
from notify.sender import Sender
from runtime.edge import Endpoint, subscriptions
from runtime.expectations import Expectation, samples
from runtime.messages import Event, parse_event
from runtime.service import Service
from runtime.testing import Databases, FakeClock, FakeRpc, make_app, staff_headers

Json = dict[str, Any]
TOLD = [json.loads(file.read_text()) for service in SERVICES for file in samples(ROOT / "services" / service.name)]
BOOKED = next(event for event in TOLD if event["type"] == "appointment.booked")
PRACTICE, CALENDAR = BOOKED["practiceid"], BOOKED["data"]["calendar"]["id"]


def expectations(reader: str) -> dict[str, Expectation]:
    """What this reader expects, by source."""
    folder = ROOT / ("gateway" if reader == "gateway" else f"services/{reader}")
    return {file.stem: Expectation(file) for file in folder.glob("expects/*.json")}


def read_by(reader: str) -> Any:
    """The samples that this reader reads."""
    expected = {(source, type) for source, one in expectations(reader).items() for type in one.types}
    read = [event for event in TOLD if (event["source"], event["type"]) in expected]
    return pytest.mark.parametrize("event", read, ids=[event["type"] for event in read])


def richer(value: Any) -> Any:
    """The same with a field more in every object."""
    if isinstance(value, dict):
        return {**{name: richer(one) for name, one in value.items()}, "unheard_of": {"since": 2031}}
    return [richer(one) for one in value] if isinstance(value, list) else value


def poorer(reader: str, event: Json) -> Json:
    """The same with nothing but what the reader expects."""
    return expectations(reader)[event["source"]].least(event)


def parse(event: Json) -> Event:
    return parse_event(json.dumps(event))


class Reader:
    """A service on a new database, with a clock that stands at the event's time."""

    def __init__(self, service: Service, databases: Databases, event: Event):
        self.rpc = FakeRpc()
        self.app = make_app(service, databases.new(service.migrations, service.name), FakeClock(event.time), self.rpc)
        self._endpoint = Endpoint(self.app, service.edge)
        self._subscriptions = {one.type: one for one in subscriptions(service.name, service.edge)}

    def ask(self, method: str, payload: Json, *scopes: str) -> None:
        self._endpoint.call(method, payload, staff_headers(self.app.clock(), PRACTICE, *scopes))

    def hear(self, event: Event) -> None:
        self._endpoint.handle(self._subscriptions[event.type], event)


def projection(databases: Databases, event: Event) -> dict[str, list[tuple[Any, ...]]]:
    """What availability knows after this event."""
    reader = Reader(AVAILABILITY, databases, event)
    reader.hear(event)
    rows = {table.name: select(table).order_by(*table.primary_key) for table in metadata.sorted_tables}
    read = reader.app.db.read
    return {name: read(lambda session, of=query: list(map(tuple, session.execute(of)))) for name, query in rows.items()}


@read_by("availability")
def test_availability_reads_every_sample(sqlite: Databases, event: Json) -> None:
    """With more fields and with as few as it expects it knows the same, and it knows something."""
    known = projection(sqlite, parse(event))
    assert any(known.values())
    assert projection(sqlite, parse(richer_data(event))) == known
    assert projection(sqlite, parse(poorer("availability", event))) == known


def richer_data(event: Json) -> Json:
    return {**richer(event), "data": richer(event["data"])}


def mails(databases: Databases, shape: Callable[[Json], Json], event: Json) -> list[tuple[str, ...]]:
    """What notify sends after this event and the samples of practice and calendar, all of them in this shape."""
    notify = Reader(NOTIFY, databases, parse(event))
    notify.rpc.answers["booking.manage_links"] = lambda asked: {
        "tokens": dict.fromkeys(asked["appointment_ids"], "T" * 22)
    }
    notify.rpc.answers["invitations.join_links"] = lambda asked: {"tokens": dict.fromkeys(asked["ids"], "T" * 22)}
    for type, subject in (("practice.changed", PRACTICE), ("calendar.changed", CALENDAR)):
        known = parse(shape(next(one for one in TOLD if one["type"] == type)))
        notify.hear(replace(known, subject=subject, practice_id=PRACTICE, data={**known.data, "id": subject}))
    heard_by = {"calendar": CALENDAR, "email": "anna@journey.example", "copy_to": "desk@journey.example"}
    notify.ask("update_notification_settings", heard_by, "notify:write")
    notify.hear(parse(shape(event)))
    Sender(notify.app).drain()
    rows = notify.app.db.read(lambda session: session.scalars(select(CapturedMail.raw)).all())
    return sorted(written(raw) for raw in rows)


def written(raw: bytes) -> tuple[str, ...]:
    """A mail's headers for people and all its texts."""
    mail = message_from_bytes(raw, policy=policy.default)
    parts = [part for part in mail.walk() if not part.is_multipart()]
    return (*(str(mail[name]) for name in ("From", "To", "Subject")), *(str(part.get_content()) for part in parts))


SILENT = {"appointment.missed"}


@read_by("notify")
def test_notify_reads_every_sample(sqlite: Databases, event: Json) -> None:
    """With more fields and with as few as it expects it writes the same mails."""
    if event["source"] not in ("booking", "invitations"):
        event = BOOKED
    sent = mails(sqlite, lambda one: one, event)
    silent = event["type"] in SILENT or (event["type"] == "appointment.updated" and not event["data"].get("changed"))
    assert bool(sent) == (not silent)
    assert mails(sqlite, richer_data, event) == sent
    assert mails(sqlite, lambda one: poorer("notify", one), event) == sent


def told(event: Json) -> list[Any]:
    """What the gateway's caches and open pages hear of this event."""
    parts = {name: Mock() for name in ("slots", "practices", "revoked", "feed", "bell")}
    hear(SimpleNamespace(**parts), parse(event))  # type: ignore[arg-type]
    return [call for part in parts.values() for call in part.mock_calls]


@read_by("gateway")
def test_the_gateway_reads_every_sample(event: Json) -> None:
    """With more fields and with as few as it expects it drops the same."""
    dropped = told(event)
    assert dropped
    assert told(richer_data(event)) == told(poorer("gateway", event)) == dropped


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_a_service_expects_something_of_each_event_that_it_reads(service: Service) -> None:
    """And of no other."""
    written = {source: set(one.types) for source, one in expectations(service.name).items()}
    assert written == {source: set(types) for source, types in registry(service).READS.items()}


def test_the_gateway_expects_something_of_each_event_that_it_hears() -> None:
    """And of no other."""
    assert {type for one in expectations("gateway").values() for type in one.types} == set(HEARD)


def test_what_lies_with_the_sources_is_what_readers_expect() -> None:
    """No copy without its original: that each is fresh, tests/test_docs.py asks."""
    assert set(ROOT.glob("services/*/readers/*")) == {file for file, _ in readers()}
