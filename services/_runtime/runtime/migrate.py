"""Run a service's numbered migrations: one at a time per database, bounded in time."""

from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from sqlalchemy import Connection

from runtime.db import Database

LOCK_KEY = 0x7465726D  # "term": one migration run per database


def upgrade(url: str, migrations: Path, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`. Safe to call from several processes at once."""
    _run(url, migrations, command.upgrade, revision)


def downgrade(url: str, migrations: Path, revision: str = "base") -> None:
    """Undo migrations down to `revision`."""
    _run(url, migrations, command.downgrade, revision)


def _run(url: str, migrations: Path, action: Any, revision: str) -> None:
    database = Database(url)
    config = Config()
    config.set_main_option("script_location", str(migrations))
    try:
        with database.engine.execution_options(immediate=True).begin() as connection:
            if not database.sqlite:
                connection.exec_driver_sql("set local lock_timeout = '60s'; set local statement_timeout = '300s'")
                connection.exec_driver_sql(f"select pg_advisory_xact_lock({LOCK_KEY})")
            config.attributes["connection"] = connection
            action(config, revision)
    finally:
        database.close()


def run_env() -> None:
    """The whole of each service's `migrations/env.py`."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, transaction_per_migration=False)
    context.run_migrations()
