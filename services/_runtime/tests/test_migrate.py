"""Migrations wait for locks a short while at a time, so that a working service never waits long behind them."""

from pathlib import Path

import pytest
from sqlalchemy import inspect
from sqlalchemy.exc import OperationalError

from runtime import migrate
from runtime.testing import Databases

ENV = "from runtime.migrate import run_env\n\nrun_env()\n"
STEP = """
import sqlalchemy as sa
from alembic import op

revision, down_revision = {number!r}, {before!r}


def upgrade():
    {action}
"""
ACTIONS = {
    "0001": 'op.create_table("dishes", sa.Column("id", sa.Integer, primary_key=True))',
    "0002": 'op.add_column("dishes", sa.Column("name", sa.String(40)))',
}

ON_POSTGRESQL = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)


@pytest.fixture(name="migrations")
def _migrations(tmp_path: Path) -> Path:
    """A table, then a column more."""
    versions = tmp_path / "migrations" / "versions"
    versions.mkdir(parents=True)
    (versions.parent / "env.py").write_text(ENV)
    before = None
    for number, action in ACTIONS.items():
        (versions / f"{number}.py").write_text(STEP.format(number=number, before=before, action=action))
        before = number
    return versions.parent


def columns(databases: Databases) -> list[str]:
    [(database, _)] = databases.made
    return [column["name"] for column in inspect(database.engine).get_columns("dishes")]


@ON_POSTGRESQL
def test_a_lock_that_is_held_is_waited_for_again_and_again(
    databases: Databases, migrations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A long transaction holds the table: the migration lets go of its place in the queue, and comes back."""
    database = databases.new(None)
    migrate.upgrade(database.url, migrations, "0001")
    monkeypatch.setattr(migrate, "LOCK_SECONDS", 1)
    reader = database.engine.connect()
    reader.exec_driver_sql("select * from dishes")
    waits: list[float] = []

    def pause(seconds: float) -> None:
        waits.append(seconds)
        reader.close()

    monkeypatch.setattr(migrate.time, "sleep", pause)
    migrate.upgrade(database.url, migrations)
    assert len(waits) == 1
    assert columns(databases) == ["id", "name"]


@ON_POSTGRESQL
def test_a_lock_that_cannot_be_had_ends_the_migration_and_changes_nothing(
    databases: Databases, migrations: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No job hangs for ever; the next one starts where this one started."""
    database = databases.new(None)
    migrate.upgrade(database.url, migrations, "0001")
    for name, value in {"LOCK_SECONDS": 1, "TRIES": 2, "PAUSE_SECONDS": 0}.items():
        monkeypatch.setattr(migrate, name, value)
    with database.engine.connect() as reader:
        reader.exec_driver_sql("select * from dishes")
        with pytest.raises(OperationalError, match="lock timeout"):
            migrate.upgrade(database.url, migrations)
    assert columns(databases) == ["id"]


def test_a_migration_that_fails_leaves_nothing_behind(databases: Databases, migrations: Path) -> None:
    """All steps are one transaction, on SQLite as on PostgreSQL."""
    database = databases.new(None)
    migrate.upgrade(database.url, migrations, "0001")
    broken = STEP.format(number="0003", before="0002", action='op.drop_table("nothing")')
    (migrations / "versions" / "0003.py").write_text(broken)
    with pytest.raises(Exception, match="nothing"):
        migrate.upgrade(database.url, migrations)
    assert columns(databases) == ["id"]


def test_other_errors_are_not_repeated(databases: Databases, migrations: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only a lock is worth waiting for."""
    waits: list[float] = []
    monkeypatch.setattr(migrate.time, "sleep", waits.append)
    (migrations / "versions" / "0002.py").write_text(
        STEP.format(number="0002", before="0001", action='op.execute("selec")')
    )
    with pytest.raises(Exception, match="syntax error"):
        migrate.upgrade(databases.new(None).url, migrations)
    assert waits == []


def test_a_database_that_a_later_version_has_migrated_is_left_as_it_is(databases: Databases, migrations: Path) -> None:
    """The version before runs its migration job when it is rolled back to."""
    database = databases.new(None)
    migrate.upgrade(database.url, migrations)
    (migrations / "versions" / "0002.py").unlink()
    migrate.upgrade(database.url, migrations)
    assert columns(databases) == ["id", "name"]
