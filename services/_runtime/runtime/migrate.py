"""Run a service's numbered migrations: one at a time per database, bounded in time, beside a service that works."""

import logging
import sqlite3
import time
from pathlib import Path
from typing import Any

from alembic import command, context
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlalchemy.exc import OperationalError

from runtime.db import Database

log = logging.getLogger(__name__)
LOCK_KEY = 0x7465726D  # "term": one migration run per database
LOCK_NOT_AVAILABLE = "55P03"
# Whoever waits for a table's lock makes all that come later wait, too: give up soon, and try again.
LOCK_SECONDS = 3
TRIES = 20
PAUSE_SECONDS = 1.0


def upgrade(url: str, migrations: Path, revision: str = "head") -> None:
    """Bring the database at `url` up to `revision`, all steps in one transaction. Safe to call from several processes
    at once. A database that a later version has migrated is left as it is: that version may be rolled back. Raises
    OperationalError when a lock could not be had in any of the tries, a minute or so."""
    _run(url, migrations, _upgrade, revision)


def downgrade(url: str, migrations: Path, revision: str = "base") -> None:
    """Undo migrations down to `revision`."""
    _run(url, migrations, command.downgrade, revision)


def _upgrade(config: Config, revision: str) -> None:
    found = MigrationContext.configure(config.attributes["connection"]).get_current_heads()
    known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
    if set(found) <= known:
        command.upgrade(config, revision)
    else:
        log.warning("database_is_ahead", extra={"facts": {"revision": ", ".join(found)}})


def _run(url: str, migrations: Path, action: Any, revision: str) -> None:
    database = Database(url)
    try:
        for left in reversed(range(TRIES)):
            try:
                return _once(database, migrations, action, revision)
            except OperationalError as error:
                if not (_is_locked(error) and left):
                    raise
                log.warning("migration_waits_for_a_lock", extra={"facts": {"tries_left": left}})
                time.sleep(PAUSE_SECONDS)
    finally:
        database.close()


def _is_locked(error: OperationalError) -> bool:
    """Another works there now. SQLite says so without waiting while it makes a new file a write-ahead one."""
    busy = getattr(error.orig, "sqlite_errorcode", None) == sqlite3.SQLITE_BUSY
    return busy or getattr(error.orig, "pgcode", None) == LOCK_NOT_AVAILABLE


def _once(database: Database, migrations: Path, action: Any, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(migrations))
    with database.engine.execution_options(immediate=True).begin() as connection:
        if not database.sqlite:
            limits = f"set local lock_timeout = '{LOCK_SECONDS}s'; set local statement_timeout = '300s'"
            connection.exec_driver_sql(limits)
            connection.exec_driver_sql(f"select pg_advisory_xact_lock({LOCK_KEY})")
        config.attributes["connection"] = connection
        action(config, revision)


def run_env() -> None:
    """The whole of each service's `migrations/env.py`."""
    connection: Connection = context.config.attributes["connection"]
    context.configure(connection=connection, transaction_per_migration=False)
    context.run_migrations()
