"""The app with its services played by `house`, at a Monday in March, behind the strict client."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Flask

from gateway import create_app, forget
from gateway.context import EXTENSION
from gateway.practices import Practices
from gateway.ratelimit import Limiter, parse
from gateway.settings import GatewaySettings
from gateway.tests.pages.house import House
from gateway.tests.pages.strict import Page, StrictClient
from runtime.identity import Signer
from runtime.testing import SEED, FakeClock

NOW = datetime(2026, 3, 23, 7, 0, tzinfo=UTC)
KEYS = {"practice": Signer("practice", SEED).public_key()}


@pytest.fixture(name="clock")
def _clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture(name="house")
def _house(clock: FakeClock) -> House:
    return House(clock)


class Stage:
    """The services and the clock of whichever test is running: one app, whose templates compile once, serves all."""

    house: House
    clock: FakeClock

    def call(self, *args: Any, **options: Any) -> Any:
        return self.house.call(*args, **options)

    def now(self) -> datetime:
        return self.clock()


@pytest.fixture(name="stage", scope="session")
def _stage() -> Stage:
    return Stage()


@pytest.fixture(name="only_app", scope="session")
def _only_app(stage: Stage) -> Flask:
    settings = GatewaySettings(secret_key="x" * 40, identity_keys=KEYS, dev_pages=True, slots_ttl=0, rate_limits="")
    listener: Any = SimpleNamespace(start=lambda on_event, on_gap: None, stop=lambda: None)
    return create_app(settings, stage, listener, stage.now)


@pytest.fixture(name="app")
def _app(only_app: Flask, stage: Stage, house: House, clock: FakeClock) -> Flask:
    stage.house, stage.clock = house, clock
    parts = only_app.extensions[EXTENSION]
    forget(parts)
    parts.practices = Practices(parts.services)
    return only_app


@pytest.fixture(name="client")
def _client(app: Flask) -> StrictClient:
    return StrictClient(app)


@pytest.fixture(name="book")
def _book(client: StrictClient, house: House, clock: FakeClock) -> Callable[[], str]:
    """Book the first free slot of the first service; answers the token of the customer's link."""

    def book() -> str:
        page = form_page(client, house)
        clock.forward(seconds=30)
        action, fields = page.form("/book")
        done = client.post(action, fields | CUSTOMER | {"action": "book"})
        assert done.status == 303, done.text
        return str(done.location).rsplit("a=", 1)[1].split("&")[0]

    return book


Limits = Callable[[str], None]


@pytest.fixture(name="limits")
def _limits(app: Flask) -> Iterator[Limits]:
    """Sets RATE_LIMITS for this test."""
    parts = app.extensions[EXTENSION]
    unlimited = parts.limiter

    def limit(text: str) -> None:
        parts.limiter = Limiter(parse(text))

    yield limit
    parts.limiter = unlimited


CUSTOMER = {"first_name": "Jürgen", "last_name": "Groß", "email": "j@example.com", "phone": "0151 23456789"}


def form_page(client: StrictClient, house: House, number: int = 0) -> Page:
    """The form after a click on the first free slot of this service."""
    week = client.get(f"/p/top-hearing/book?service={house.services[number]['id']}")
    action, fields = week.form("/hold")
    held = client.post(action, fields)
    assert held.status == 303, held.text
    return client.get(str(held.location))


def week_of(house: House, number: int = 0) -> str:
    """The address of a service's week grid."""
    return f"/p/top-hearing/book?service={house.services[number]['id']}"
