"""A practice service on each kind of database, with one practice in it."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from practice.__main__ import SERVICE
from practice.passwords import Passwords
from runtime import tables
from runtime.edge import Endpoint
from runtime.identity import KeyRing, Signer
from runtime.messages import Event, parse_event
from runtime.testing import SEED, SERVICES, Databases, FakeClock, make_app, staff_headers

OWNER = {"name": "Dora Demo", "email": "demo@top-hearing.example", "password": "correct horse"}
NEW: dict[str, Any] = {
    "slug": "top-hearing",
    "name": "Top Hearing",
    "email": "info@top-hearing.example",
    "time_zone": "Europe/Berlin",
    "country": "DE",
    "currency": "EUR",
    "plan": "standard",
    "owner": OWNER,
    "places": [{"name": "Top Hearing (S)", "address": "Königstraße 1, 70173 Stuttgart"}],
}


class Desk:
    """The service as its callers see it."""

    def __init__(self, databases: Databases):
        self.clock = FakeClock(datetime(2031, 3, 5, 12, tzinfo=UTC))
        self.app = make_app(SERVICE, databases.new(SERVICE.migrations), self.clock)
        self.app.keyring = KeyRing({n: Signer(n, SEED).public_key() for n in (*SERVICES, "operator")})
        self.endpoint = Endpoint(self.app, SERVICE.edge)

    def ask(self, method: str, payload: dict[str, Any], headers: dict[str, str] | None = None) -> Any:
        return self.endpoint.call(method, payload, headers or {})

    def as_service(self, method: str, payload: dict[str, Any], name: str = "operator") -> Any:
        return self.ask(method, payload, {"identity": Signer(name, SEED).service_token(self.clock())})

    def as_staff(self, method: str, payload: dict[str, Any], practice_id: str, *scopes: str) -> Any:
        return self.ask(method, payload, staff_headers(self.clock(), practice_id, *scopes))

    def as_user(self, method: str, payload: dict[str, Any] | None = None, **who: Any) -> Any:
        """As who signs in with this e-mail (the owner) and password."""
        return self.ask(method, payload or {}, {"identity": self.sign_in(**who)["access_token"]})

    def token(self, type: str) -> str | None:
        """The token of the newest letter's link: what notify puts into the mail."""
        letter = [event for event in self.told() if event.type == type][-1]
        answer = self.as_service("account_tokens", {"ids": [letter.subject]}, "notify")
        found: str | None = answer["tokens"][letter.subject]
        return found

    def told(self) -> list[Event]:
        """Every event so far."""
        query = select(tables.outbox.c.body).order_by(tables.outbox.c.seq)
        return [parse_event(body) for body in self.app.db.read(lambda session: session.scalars(query).all())]

    def provision(self, **changes: Any) -> str:
        return str(self.as_service("provision", {**NEW, **changes})["practice_id"])

    def sign_in(
        self, password: str = "correct horse", email: str = "demo@top-hearing.example", address: str = ""
    ) -> Any:
        return self.ask("sign_in", {"email": email, "password": password, "address": address})


@pytest.fixture(name="desk")
def _desk(databases: Databases) -> Desk:
    return Desk(databases)


@pytest.fixture(name="meanwhile")
def _meanwhile(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], Any]], None]:
    """Have something happen between the next judgement of a password and what comes of it."""
    real, waiting = Passwords.verify, list[Callable[[], Any]]()

    def verify(self: Passwords, stored: str | None, password: str) -> bool:
        right = real(self, stored, password)
        if waiting:
            waiting.pop()()
        return right

    monkeypatch.setattr(Passwords, "verify", verify)
    return waiting.append
