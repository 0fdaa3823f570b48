"""Parts for the tests: an invitation and its attempts, as they might be, and a service with all who call it."""

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from invitations.__main__ import SERVICE
from invitations.domain import rules
from invitations.domain.invitation import Delivery, Invitation
from runtime import tables
from runtime.clock import iso
from runtime.edge import Endpoint, subscriptions
from runtime.errors import Refused
from runtime.ids import new_id
from runtime.messages import Event
from runtime.testing import Databases, FakeClock, FakeRpc, make_app, service_headers, staff_headers

NOW = datetime(2026, 12, 7, 8, tzinfo=UTC)
START = datetime(2026, 12, 9, 9, tzinfo=UTC)
PRACTICE = "11111111-1111-4111-8111-111111111111"
ID = "33333333-3333-4333-8333-333333333333"
BERLIN = "Europe/Berlin"
ANNA, BEN = "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "bbbbbbbb-bbbb-4bbb-8bbb-bbbbbbbbbbbb"
SCOPES = ("invitations:read", "invitations:write", "notify:write")
MIGRATIONS = Path(SERVICE.migrations)


def some(**changes: Any) -> Invitation:
    """Erika is invited to half an hour in two days, by e-mail."""
    values: dict[str, Any] = {
        "id": ID,
        "practice_id": PRACTICE,
        "version": 1,
        "told": 1,
        "status": "active",
        "calendar_id": "aaaaaaaa-aaaa-4aaa-8aaa-aaaaaaaaaaaa",
        "nickname": "Anna",
        "time_zone": BERLIN,
        "host_id": "44444444-4444-4444-8444-444444444444",
        "first_name": "Erika",
        "last_name": "Müller",
        "email": "erika@example.org",
        "phone": "+4915112345678",
        "channels": ["email"],
        "starts": START,
        "ends": START + timedelta(minutes=30),
        "locale": "de",
        "guest_zone": None,
        "consent_at": NOW,
        "consent_by": "44444444-4444-4444-8444-444444444444",
        "consent_text": "1",
        "token_hash": "f" * 64,
        "token_generation": 1,
        "mark": "pending",
        "call": "idle",
        "digest": "d" * 64,
        "last_key": None,
        "created_at": NOW,
        "changed_at": NOW,
    }
    values |= changes
    values.setdefault("valid_until", rules.valid_until(values["ends"], values["time_zone"]))
    return Invitation(**values)


def attempt(number: int = 1, state: str = "queued", channel: str = "email", **changes: Any) -> Delivery:
    """One attempt of the invitation above."""
    values = {
        "invitation_id": ID,
        "channel": channel,
        "attempt": number,
        "practice_id": PRACTICE,
        "purpose": "invitation",
        "address": "erika@example.org" if channel == "email" else "+4915112345678",
        "state": state,
        "reason": None,
        "turn": 1 if state != "queued" else 0,
        "at": NOW,
        "created_at": NOW,
    }
    return Delivery(**(values | changes))


class Desk:
    """An invitations service and everybody who calls it. Attributes turn what other services answer."""

    def __init__(self, databases: Databases, **settings: Any):
        self.db = databases.new(MIGRATIONS, "invitations")
        self.clock, self.rpc = FakeClock(NOW), FakeRpc()
        self.app = make_app(SERVICE, self.db, self.clock, self.rpc, **settings)
        self.endpoint = Endpoint(self.app, SERVICE.edge)
        self.plan, self.country = "standard", "DE"
        self.calendars = [
            {"id": ANNA, "nickname": "Anna", "time_zone": BERLIN},
            {"id": BEN, "nickname": "Ben", "time_zone": "America/New_York"},
        ]
        self.rpc.answers["practice.by_id"] = self._practice
        self.rpc.answers["availability.catalogue"] = lambda asked: {"services": [], "calendars": self.calendars}

    def _practice(self, asked: dict[str, Any]) -> dict[str, Any]:
        face = {"name": "Top Hearing", "locale": "de", "time_zone": BERLIN}
        return {"id": asked["id"], "plan": self.plan, "country": self.country, **face}

    def staff(self, method: str, /, practice_id: str = PRACTICE, **payload: Any) -> Any:
        """As a signed-in owner of a practice."""
        return self.endpoint.call(method, payload, staff_headers(self.clock(), practice_id, *SCOPES))

    def call(self, method: str, **payload: Any) -> Any:
        """As anybody."""
        return self.endpoint.call(method, payload, {})

    def other(self, method: str, **payload: Any) -> Any:
        """As another service."""
        return self.endpoint.call(method, payload, service_headers(self.clock(), "notify"))

    def refused(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Refused:
        """The refusal of a call that must fail."""
        with pytest.raises(Refused) as caught:
            call(*args, **kwargs)
        return caught.value

    def wish(self, **more: Any) -> dict[str, Any]:
        """A complete payload of `create_invitation`."""
        guest = {"first_name": "Erika", "last_name": "Müller", "email": "erika@example.org"}
        when = {"start": iso(START), "duration_minutes": 30}
        return {**guest, **when, "channels": ["email"], "consent": True, "idempotency_key": new_id(), **more}

    def invite(self, **more: Any) -> Any:
        return self.staff("create_invitation", **self.wish(**more))

    def show(self, id: str) -> Any:
        return self.staff("invitation", id=id)

    def events(self, *types: str) -> list[dict[str, Any]]:
        """The CloudEvents told so far, in order."""
        query = select(tables.outbox.c.body).order_by(tables.outbox.c.seq)
        told = [json.loads(body) for body in self.db.read(lambda s: list(s.execute(query).scalars()))]
        return [event for event in told if not types or event["type"] in types]

    def hear(self, invitation: str, type: str, attempt: int = 1, turn: int = 1, **more: Any) -> None:
        """notify tells how far a message has come."""
        news = {"invitation": invitation, "invitation_attempt": attempt, "attempt": turn}
        failed = type.endswith("failed")
        self.hear_raw(type, {**news, "reason": "Diese E-Mail-Adresse gibt es nicht." if failed else None, **more})

    def hear_raw(self, type: str, data: dict[str, Any], practice_id: str = PRACTICE) -> None:
        subject = new_id()
        event = Event(new_id(), "notify", type, subject, self.clock(), practice_id, 1, {"message": subject, **data})
        readers = {each.type: each for each in subscriptions(SERVICE.name, SERVICE.edge)}
        self.endpoint.handle(readers[type], event)
