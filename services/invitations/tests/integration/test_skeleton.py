"""The skeleton stands: it migrates both ways, starts, and promises nothing that it does not do."""

from datetime import UTC, datetime

from sqlalchemy import inspect

from invitations.__main__ import SERVICE
from invitations.contracts import registry
from runtime.edge import procedures, subscriptions
from runtime.migrate import downgrade, upgrade
from runtime.testing import Databases, FakeClock, make_app

RUNTIME_TABLES = {"outbox", "inbox", "delivery", "starts"}


def test_migrations_go_up_down_and_up_again(databases: Databases) -> None:
    """Nothing stays behind but alembic's own table."""
    database = databases.new(SERVICE.migrations)
    tables = set(inspect(database.engine).get_table_names()) - {"alembic_version"}
    assert tables == RUNTIME_TABLES
    downgrade(database.url, SERVICE.migrations)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    upgrade(database.url, SERVICE.migrations)


def test_the_service_starts_on_its_database(sqlite: Databases) -> None:
    """Its edge can be built and its database answers: what `/readyz` asks."""
    app = make_app(SERVICE, sqlite.new(SERVICE.migrations), FakeClock(datetime(2031, 1, 1, tzinfo=UTC)))
    SERVICE.edge(app)
    app.db.ping()


def test_the_contract_names_just_what_the_edge_does() -> None:
    """An entry without a handler, or a handler without an entry, fails here."""
    assert procedures(SERVICE.edge) == registry.ANSWERS == {}
    assert subscriptions(SERVICE.name, SERVICE.edge) == list(registry.READS) == []
    assert registry.EMITS == {}
