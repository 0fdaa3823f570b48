"""Parts for the tests of any service: real databases, a clock to turn, a caller to be, another service to answer.

Use as a pytest plugin: `pytest_plugins = ["runtime.testing"]`.
"""

import contextlib
import os
import secrets
import shutil
import urllib.request
from collections.abc import Iterator
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine, make_url, text

from runtime.db import Database
from runtime.errors import Refused
from runtime.identity import Caller, KeyRing, Signer
from runtime.migrate import upgrade
from runtime.service import App, Service

SEED = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
SERVICES = ("practice", "availability", "booking", "notify", "invitations")
ROOT = Path(__file__).parents[3]


def server_url() -> str | None:
    """The PostgreSQL server that tests may make databases on: TEST_DATABASE_URL, or the node of `make services`."""
    return _known("TEST_DATABASE_URL")


def broker_uri() -> str | None:
    """The RabbitMQ node that tests may use: TEST_AMQP_URI, or the node of `make services`."""
    return _known("TEST_AMQP_URI")


def broker_http() -> str | None:
    """Base of that node's management API: TEST_AMQP_HTTP, or the node of `make services`."""
    return _known("TEST_AMQP_HTTP")


def _known(name: str) -> str | None:
    file = ROOT / "var" / "services.env"
    if name in os.environ or not file.exists():
        return os.environ.get(name)
    lines = dict(line.split("=", 1) for line in file.read_text().splitlines() if "=" in line)
    return lines.get(name)


class Templates:
    """Databases that were migrated once, for a whole test run: a copy of one costs a fraction of its migrations."""

    def __init__(self, folder: Path):
        self._folder = folder
        self._made: dict[tuple[str, Path], str] = {}

    def _of(self, kind: str, migrations: Path) -> str:
        """The name of a migrated database of this kind, to be copied; nobody may connect to it."""
        if (kind, migrations) not in self._made:
            name = _new_name("template")
            upgrade(_create(kind, self._folder, name), migrations)
            self._made[kind, migrations] = name
        return self._made[kind, migrations]

    def copy(self, kind: str, migrations: Path, folder: Path, name: str) -> str:
        """A new database that is migrated already; its URL."""
        template = self._of(kind, migrations)
        if kind == "sqlite":
            shutil.copyfile(self._folder / f"{template}.db", folder / f"{name}.db")
            return _url(kind, folder, name)
        return _create(kind, folder, name, template)

    def close(self) -> None:
        for (kind, _), name in self._made.items():
            _drop(kind, name)


class Databases:
    """Makes fresh, migrated databases of one kind and drops them at the end."""

    def __init__(self, kind: str, folder: Path, templates: Templates | None = None):
        self.kind, self.folder, self.made = kind, folder, list[tuple[Database, str]]()
        self._templates = templates

    def new(self, migrations: Path | None, name: str = "test") -> Database:
        """A new database, migrated if `migrations` is given."""
        unique = _new_name(name)
        if migrations and self._templates:
            url = self._templates.copy(self.kind, migrations, self.folder, unique)
        else:
            url = _create(self.kind, self.folder, unique)
            if migrations:
                upgrade(url, migrations)
        database = Database(url)
        self.made.append((database, unique))
        return database

    def close(self) -> None:
        for database, name in self.made:
            database.close()
            _drop(self.kind, name)


def _new_name(purpose: str) -> str:
    return f"t_{purpose}_{secrets.token_hex(6)}"


def _url(kind: str, folder: Path, name: str) -> str:
    if kind == "sqlite":
        return f"sqlite:///{folder / name}.db"
    return make_url(str(server_url())).set(database=name).render_as_string(hide_password=False)


def _create(kind: str, folder: Path, name: str, template: str = "template1") -> str:
    """An empty database, or a copy; its URL. SQLite makes the file when it is first opened."""
    if kind == "postgresql":
        _admin(f'create database "{name}" template "{template}"')
    return _url(kind, folder, name)


def _drop(kind: str, name: str) -> None:
    """Files go with their folder."""
    if kind == "postgresql":
        _admin(f'drop database if exists "{name}" with (force)')


def _admin(statement: str) -> None:
    with _server().connect() as connection:
        connection.execute(text(statement))


@cache
def _server() -> Engine:
    """One connection for all that is made and dropped."""
    return create_engine(str(server_url()), isolation_level="AUTOCOMMIT")


@pytest.fixture(scope="session", name="templates")
def _templates(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Templates]:
    """Made as tests ask for them."""
    templates = Templates(tmp_path_factory.mktemp("templates"))
    yield templates
    templates.close()


@pytest.fixture(params=["sqlite", "postgresql"], name="databases")
def _databases(request: pytest.FixtureRequest, tmp_path: Path, templates: Templates) -> Iterator[Databases]:
    """Every test that uses this runs on SQLite and on PostgreSQL."""
    if request.param == "postgresql" and not server_url():
        pytest.skip("needs PostgreSQL: run `make services`, or set TEST_DATABASE_URL")
    databases = Databases(request.param, tmp_path, templates)
    yield databases
    databases.close()


@pytest.fixture(name="sqlite")
def _sqlite(tmp_path: Path, templates: Templates) -> Iterator[Databases]:
    """SQLite only, for tests where the database does not matter."""
    databases = Databases("sqlite", tmp_path, templates)
    yield databases
    databases.close()


class FakeClock:
    """A clock that stands until it is turned. Starts at the given aware instant."""

    def __init__(self, now: datetime):
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def forward(self, **kwargs: float) -> datetime:
        """Turn it on: `forward(minutes=5)`."""
        self.now += timedelta(**kwargs)
        return self.now


class FakeRpc:
    """Answers for other services: `rpc.answers["availability.offer"] = function(payload) or value or exception`."""

    def __init__(self) -> None:
        self.answers: dict[str, Any] = {}
        self.calls: list[tuple[str, dict[str, Any]]] = []

    def call(
        self,
        service: str,
        method: str,
        payload: dict[str, Any],
        headers: dict[str, str] | None = None,
        timeout: float = 5.0,
    ) -> Any:
        name = f"{service}.{method}"
        self.calls.append((name, payload))
        if name not in self.answers:
            raise Refused("unknown_method", {"method": name})
        answer = self.answers[name]
        if isinstance(answer, Exception):
            raise answer
        return answer(payload) if callable(answer) else answer


def keyring() -> KeyRing:
    """Public keys of all services, each with the test seed."""
    return KeyRing({name: Signer(name, SEED).public_key() for name in SERVICES})


def staff_headers(now: datetime, practice_id: str, *scopes: str, role: str = "owner") -> dict[str, str]:
    """RPC headers of a signed-in user."""
    caller = Caller(practice_id=practice_id, user_id=practice_id, role=role, scopes=frozenset(scopes))
    return {"identity": Signer("practice", SEED).user_token(caller, now)}


def service_headers(now: datetime, service: str) -> dict[str, str]:
    """RPC headers of another service."""
    return {"identity": Signer(service, SEED).service_token(now)}


def make_app(service: Service, database: Database, clock: FakeClock, rpc: Any = None, **settings: Any) -> App:
    """The service's App on this database, other services faked."""
    values = {
        "database_url": database.url,
        "identity_key": SEED,
        "identity_keys": {},
        "link_key": "test-link-key",
        **settings,
    }
    return App(
        name=service.name,
        db=database,
        clock=clock,
        settings=service.settings(**values),
        rpc=rpc or FakeRpc(),
        signer=Signer(service.name, SEED),
        keyring=keyring(),
    )


@contextlib.contextmanager
def virtual_host(uri: str = "", http: str = "") -> Iterator[str]:
    """A virtual host of its own on the test broker, or on the node at `uri` whose management API is at `http`; its
    URI. On a node of the test's own it stays: RabbitMQ 3 loses its at-least-once dead-lettering for good when such a
    queue is deleted while it elects its leader, as after a restart."""
    name, http = f"t-{secrets.token_hex(6)}", http or str(broker_http())
    _manage(http, "PUT", f"/api/vhosts/{name}")
    try:
        yield f"{(uri or str(broker_uri())).rpartition('/')[0]}/{name}"
    finally:
        if not uri:
            _manage(http, "DELETE", f"/api/vhosts/{name}")


def _manage(address: str, verb: str, path: str) -> None:
    passwords = urllib.request.HTTPPasswordMgrWithDefaultRealm()
    passwords.add_password(None, address, "guest", "guest")
    opener = urllib.request.build_opener(urllib.request.HTTPBasicAuthHandler(passwords))
    opener.open(urllib.request.Request(address + path, method=verb), timeout=120).close()
