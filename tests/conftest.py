"""The whole house in one process, for tests that no single service can own."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from deploy import demo
from deploy.embedded import House, build, migrate
from deploy.home import Home
from runtime.clock import utc_now

PASSWORD = "a password of the tests"
UNLIMITED = {"RATE_LIMITS": "", "DEMO_PASSWORD": PASSWORD, "LOG_LEVEL": "ERROR"}


@dataclass(frozen=True)
class Stack:
    """Every service on its own SQLite file, the demo practice, and the gateway in front."""

    house: House
    app: Flask

    def client(self) -> FlaskClient:
        """A browser, or an API client, without cookies yet."""
        return self.app.test_client()

    def bearer(self) -> dict[str, str]:
        """Headers of the demo practice's owner."""
        credentials = {"email": demo.OWNER, "password": PASSWORD}
        answer = self.client().post("/api/v1/auth/token", json=credentials)
        return {"Authorization": f"Bearer {answer.get_json()['access_token']}"}


@contextmanager
def house_in(folder: Path) -> Iterator[House]:
    """Every service in this process, on SQLite files in the folder, at work; without the demo practice."""
    home = Home(folder)
    migrate(home)
    house = build(home, UNLIMITED)
    house.bus.start()
    try:
        yield house
    finally:
        house.stop()


@contextmanager
def stack_in(folder: Path) -> Iterator[Stack]:
    """The same with the demo practice, and the gateway in front."""
    with house_in(folder) as house:
        app = house.web()
        app.testing = False  # errors are answered, as in production
        demo.seed(house.bus.rpc, house.secrets.operator(), PASSWORD, utc_now())
        yield Stack(house, app)


@pytest.fixture(scope="session")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """One house for all tests of a run: leave others' data alone."""
    with stack_in(tmp_path_factory.mktemp("home")) as stack:
        yield stack
