"""The outbox as a relay sees it, in plain SQL: loads neither SQLAlchemy nor anything else of a service.

Both stores are used by one thread. `take` opens a transaction that `settle` commits; `abort` gives the rows back.
"""

import contextlib
import select
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Protocol
from urllib.parse import unquote
from uuid import UUID

from runtime.postgres import BOUNDED

KEEP_PUBLISHED = timedelta(days=7)  # from the day it was told, however often it is published again
KEEP_HANDLED = timedelta(days=30)  # longer than any redelivery, a replay from the parking queue included
PURGE_BATCH = 1000
LONGEST_PAUSE = 60  # seconds between two tries of a row that nobody takes
OPTIONS = "-c timezone=utc -c statement_timeout=20s -c idle_in_transaction_session_timeout=60s"


# What each batch runs: planned once per connection.
PREPARE = """
prepare take(bigint) as
    select id::text, exchange, routing_key, body, mandatory from outbox
    where published is null and (not_before is null or not_before <= now())
    order by seq limit $1 for update skip locked;
prepare done(uuid[]) as
    update outbox set published = clock_timestamp(), error = null where id = any($1);
"""


class Away(Exception):
    """The database does not answer."""


@dataclass(frozen=True)
class Row:
    id: str
    exchange: str
    routing_key: str
    body: str
    mandatory: bool


class Store(Protocol):
    def take(self, limit: int) -> list[Row]: ...

    def settle(self, published: Collection[str], failed: dict[str, str]) -> None:
        """Mark these rows published; note these errors, for a later try."""

    def abort(self) -> None: ...

    def wait(self, seconds: float) -> None:
        """Return when there may be new rows, at the latest after `seconds`."""

    def purge(self) -> int:
        """Delete one batch of old rows; how many went."""

    def backlog(self) -> tuple[int, float]:
        """How many rows are not published, and the age of the oldest in seconds."""

    def close(self) -> None: ...


def open_store(database_url: str) -> Store:
    """A store for the service's DATABASE_URL. Connects at the first use."""
    if database_url.startswith("sqlite"):
        return SqliteStore(unquote(database_url.partition("///")[2].partition("?")[0]))
    return PostgresStore(database_url.replace("postgresql+psycopg2", "postgresql", 1))


def backlog(database_url: str) -> tuple[int, float]:
    """How many rows are not published, and the age of the oldest in seconds; on its own connection. Raises Away."""
    store = open_store(database_url)
    try:
        return store.backlog()
    finally:
        store.close()


class PostgresStore:
    """Rows are locked while they are published (SKIP LOCKED: several relays share the work); NOTIFY wakes."""

    def __init__(self, dsn: str):
        self._dsn = dsn
        self._connection: Any = None
        self._listening: Any = None

    def take(self, limit: int) -> list[Row]:
        rows = self._execute("execute take(%s)", (limit,))
        return [Row(*row) for row in rows.fetchall()]

    def settle(self, published: Collection[str], failed: dict[str, str]) -> None:
        if published:
            self._execute("execute done(%s::uuid[])", (list(published),))
        for id, error in failed.items():
            later = f"""update outbox set tries = tries + 1, error = %s,
                not_before = now() + least({LONGEST_PAUSE}, power(2, least(tries, 10))) * interval '1 second'
                where id = %s"""
            self._execute(later, (error, id))
        self._commit()

    def abort(self) -> None:
        if self._connection is not None:
            with contextlib.suppress(Away):
                self._guard(self._connection.rollback)

    def wait(self, seconds: float) -> None:
        self._open()
        if select.select([self._listening], [], [], seconds)[0]:
            self._guard(self._listening.poll)
            self._listening.notifies.clear()

    def purge(self) -> int:
        gone = 0
        for table, key, over, keep in (
            ("outbox", "seq", "published is not null and created", KEEP_PUBLISHED),
            ("inbox", "ctid", "handled", KEEP_HANDLED),
        ):
            old = f"select {key} from {table} where {over} < now() - %s limit {PURGE_BATCH}"
            gone += self._execute(f"delete from {table} where {key} = any(array({old}))", (keep,)).rowcount
        self._commit()
        return gone

    def backlog(self) -> tuple[int, float]:
        age = "coalesce(extract(epoch from now() - min(created)), 0)"
        waiting, lag = self._execute(f"select count(*), {age} from outbox where published is null", ()).fetchone()
        return int(waiting), max(0.0, float(lag))

    def close(self) -> None:
        for connection in (self._connection, self._listening):
            with contextlib.suppress(Exception):
                connection.close()
        self._connection = self._listening = None

    def _execute(self, sql: str, arguments: tuple[Any, ...]) -> Any:
        self._open()
        cursor = self._connection.cursor()
        self._guard(cursor.execute, sql, arguments)
        return cursor

    def _commit(self) -> None:
        self._guard(self._connection.commit)

    def _open(self) -> None:
        import psycopg2

        if self._connection is None:
            self._connection = self._guard(psycopg2.connect, self._dsn, options=OPTIONS, **BOUNDED)
            self._listening = self._guard(psycopg2.connect, self._dsn, options=OPTIONS, **BOUNDED)
            self._listening.autocommit = True
            self._guard(self._listening.cursor().execute, "listen outbox")
            self._guard(self._connection.cursor().execute, PREPARE)
            self._commit()

    def _guard(self, action: Any, *args: Any, **kwargs: Any) -> Any:
        import psycopg2

        try:
            return action(*args, **kwargs)
        except psycopg2.Error as error:
            self.close()
            raise Away(f"{type(error).__name__}: {error}".strip()) from error


class SqliteStore:
    """One relay per file. No lock is held while publishing; `data_version` tells of commits by others."""

    def __init__(self, path: str):
        self._path = path
        self._connection: sqlite3.Connection | None = None
        self._seen = -1

    def take(self, limit: int) -> list[Row]:
        self._seen = self._version()
        rows = self._execute(
            """select id, exchange, routing_key, body, mandatory from outbox
            where published is null and (not_before is null or not_before <= ?) order by seq limit ?""",
            (_stamp(), limit),
        )
        return [Row(str(UUID(id)), exchange, key, body, bool(m)) for id, exchange, key, body, m in rows.fetchall()]

    def settle(self, published: Collection[str], failed: dict[str, str]) -> None:
        self._execute("begin immediate")
        for id in published:
            done = "update outbox set published = ?, error = null where id = ?"
            self._execute(done, (_stamp(), _key(id)))
        for id, error in failed.items():
            tries = self._execute("select tries from outbox where id = ?", (_key(id),)).fetchone()[0]
            pause = timedelta(seconds=min(LONGEST_PAUSE, 2 ** min(tries, 10)))
            later = "update outbox set tries = tries + 1, error = ?, not_before = ? where id = ?"
            self._execute(later, (error, _stamp(pause), _key(id)))
        self._execute("commit")

    def abort(self) -> None:
        if self._connection is not None and self._connection.in_transaction:
            self._connection.rollback()

    def wait(self, seconds: float) -> None:
        end = datetime.now(UTC) + timedelta(seconds=seconds)
        while self._version() == self._seen and datetime.now(UTC) < end:
            select.select([], [], [], 0.02)

    def purge(self) -> int:
        gone = 0
        done = "published is not null and created"
        for table, over, keep in (("outbox", done, KEEP_PUBLISHED), ("inbox", "handled", KEEP_HANDLED)):
            old = f"select rowid from {table} where {over} < ? limit {PURGE_BATCH}"
            gone += self._execute(f"delete from {table} where rowid in ({old})", (_stamp(-keep),)).rowcount
        return gone

    def backlog(self) -> tuple[int, float]:
        row = self._execute("select count(*), min(created) from outbox where published is null").fetchone()
        return int(row[0]), _age(row[1])

    def close(self) -> None:
        if self._connection is not None:
            self._connection.close()
        self._connection = None

    def _version(self) -> int:
        return int(self._execute("pragma data_version").fetchone()[0])

    def _execute(self, sql: str, arguments: tuple[Any, ...] = ()) -> sqlite3.Cursor:
        try:
            if self._connection is None:
                self._connection = sqlite3.connect(self._path, timeout=10, isolation_level=None)
            return self._connection.execute(sql, arguments)
        except sqlite3.OperationalError as error:
            self.close()
            raise Away(str(error)) from error


def _key(id: str) -> str:
    """An id as SQLAlchemy's Uuid stores it in SQLite."""
    return UUID(id).hex


def _age(stamp: str | None) -> float:
    """Seconds since an instant as it is stored in SQLite; 0 for none."""
    if stamp is None:
        return 0.0
    return max(0.0, (datetime.now(UTC) - datetime.fromisoformat(stamp).replace(tzinfo=UTC)).total_seconds())


def _stamp(later: timedelta = timedelta()) -> str:
    """An instant as runtime.db.UtcDateTime stores it in SQLite."""
    return (datetime.now(UTC) + later).replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
