"""The service stands: it migrates both ways, and its contract names just what it does."""

from sqlalchemy import inspect

from invitations.__main__ import SERVICE
from invitations.contracts import registry
from runtime.edge import procedures, subscriptions
from runtime.migrate import downgrade, upgrade
from runtime.testing import Databases


def test_migrations_go_up_down_and_up_again(databases: Databases) -> None:
    """Nothing stays behind but alembic's own table."""
    database = databases.new(SERVICE.migrations)
    assert {"invitations", "deliveries", "outbox"} <= set(inspect(database.engine).get_table_names())
    downgrade(database.url, SERVICE.migrations)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    upgrade(database.url, SERVICE.migrations)


def test_the_contract_names_just_what_the_edge_does() -> None:
    """An entry without a handler, or a handler without an entry, fails here."""
    assert set(procedures(SERVICE.edge)) == set(registry.ANSWERS)
    read = {(each.source, each.type) for each in subscriptions(SERVICE.name, SERVICE.edge)}
    assert read == {(source, type) for source, types in registry.READS.items() for type in types}
