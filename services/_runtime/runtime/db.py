"""One database per service: PostgreSQL, or a SQLite file. Transactions are functions; nothing below them commits."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any, TypeVar

from sqlalchemy import Connection, CursorResult, DateTime, Engine, Insert, ScalarResult, create_engine, event, orm
from sqlalchemy.engine import ExceptionContext
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.types import TypeDecorator

from runtime.postgres import BOUNDED

T = TypeVar("T")
PG_OPTIONS = "-c timezone=utc -c lock_timeout=10s -c statement_timeout=20s"
# PostgreSQL's codes
RETRYABLE = {"40P01", "40001"}  # deadlock_detected, serialization_failure
READ_ONLY = "25006"
NOT_NOW = ("53", "57P", "58", READ_ONLY)  # no disk or memory left, an administrator at work, errors of the system


class OutcomeUnknown(Exception):
    """The connection died during the commit: whether it happened is open. Never repeated here; idempotency keys and
    inbox rows make the caller's own repetition safe."""


AWAY = (OperationalError, InterfaceError, PoolTimeout, OutcomeUnknown)
"""What is raised while the database does not answer, or not in time."""


def is_away(error: BaseException) -> bool:
    """Whether the database server itself was not there, or could not work, rather than one statement failing on it."""
    if isinstance(error, OperationalError):
        code = getattr(error.orig, "pgcode", None)
        return error.connection_invalidated or code is None or code.startswith(NOT_NOW)
    return isinstance(error, AWAY)


class UtcDateTime(TypeDecorator[datetime]):
    """An aware instant. Stored as timestamptz, in SQLite as UTC wall time; read back aware in UTC."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("naive datetime: instants are aware")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Session:
    """What a transaction's function works with: a connection, without the weight of a unit of work.

    `orm` is SQLAlchemy's session in the same transaction, for who maps classes to tables.
    """

    def __init__(self, connection: Connection):
        self.connection = connection
        self.execute = connection.execute
        self._at_end: dict[Insert, list[dict[str, Any]]] = {}
        self._orm: orm.Session | None = None

    @property
    def dialect(self) -> str:
        """postgresql or sqlite."""
        return self.connection.dialect.name

    def scalar(self, statement: Any, parameters: Any = None) -> Any:
        return self.execute(statement, parameters).scalar()

    def scalars(self, statement: Any, parameters: Any = None) -> ScalarResult[Any]:
        return self.execute(statement, parameters).scalars()

    def rowcount(self, statement: Any, parameters: Any = None) -> int:
        """Execute it; the number of rows that it changed."""
        result = self.execute(statement, parameters)
        assert isinstance(result, CursorResult)
        return result.rowcount

    def at_end(self, statement: Insert, row: dict[str, Any]) -> None:
        """Insert the row just before the transaction commits, in one statement with the others of its kind."""
        self._at_end.setdefault(statement, []).append(row)

    @property
    def orm(self) -> orm.Session:
        if self._orm is None:
            self._orm = orm.Session(self.connection, expire_on_commit=False)
        return self._orm

    def finish(self) -> None:
        """Send what is still to be written."""
        if self._orm is not None:
            self._orm.flush()
        for statement, rows in self._at_end.items():
            self.execute(statement, rows)


class Database:
    """The engine and its two kinds of transaction.

    `write(fn, *args)` runs `fn(session, *args)` in a transaction and commits; in SQLite it opens with BEGIN IMMEDIATE,
    so nothing may yield or call out inside it. `read(fn, *args)` is for questions only: on PostgreSQL each statement
    sees what is committed when it runs, without BEGIN and ROLLBACK around them. Both return what `fn` returns, and try
    a deadlock, a serialization failure or a dead pooled connection once more.
    """

    def __init__(self, url: str, pool_size: int = 10):
        self.url = url
        self.engine = _engine(url, pool_size)
        self._writing = self.engine.execution_options(immediate=True)
        self._reading = self.engine if self.sqlite else _engine(url, pool_size, isolation_level="AUTOCOMMIT")
        self.after_write: Callable[[], None] = lambda: None  # the embedded relay hangs its wake-up call here

    @property
    def sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    def write(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        result: T = _twice(self._write, fn, *args, **kwargs)
        self.after_write()
        return result

    def _write(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        with self._writing.connect() as connection, connection.begin() as transaction, _first_error(connection):
            session = Session(connection)
            result = fn(session, *args, **kwargs)
            session.finish()
            try:
                transaction.commit()
            except DBAPIError as error:
                if error.connection_invalidated:
                    raise OutcomeUnknown from error
                raise
            return result

    def read(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        result: T = _twice(self._read, fn, *args, **kwargs)
        return result

    def _read(self, fn: Callable[..., T], *args: Any, **kwargs: Any) -> T:
        with self._reading.connect() as connection, _first_error(connection):
            return fn(Session(connection), *args, **kwargs)

    def ping(self) -> None:
        """Raises when the database does not answer."""
        with self.engine.connect() as connection:
            connection.exec_driver_sql("select 1")

    def close(self) -> None:
        self.engine.dispose()
        self._reading.dispose()


@contextmanager
def _first_error(connection: Connection) -> Iterator[None]:
    """What is raised here leaves the transaction as it is. Whoever is interrupted while the driver waits, by a time
    limit say, finds the connection closed. Rolling back would fail on that, and its error would pass for a connection
    that had died in the pool: the work would run again, without its limit."""
    try:
        yield
    except BaseException:
        if not connection.invalidated and getattr(connection.connection.dbapi_connection, "closed", False):
            connection.invalidate()
        raise


def _twice(transaction: Callable[..., T], *args: Any, **kwargs: Any) -> T:
    """Run it, and once more if it certainly changed nothing and the trouble may be over: a deadlock, a serialization
    failure, a connection that had died in the pool (cheaper than asking each connection whether it lives)."""
    try:
        return transaction(*args, **kwargs)
    except DBAPIError as error:
        if not error.connection_invalidated and getattr(error.orig, "pgcode", None) not in RETRYABLE:
            raise
    return transaction(*args, **kwargs)


def _leave_a_read_only_server(context: ExceptionContext) -> BaseException | None:
    """It was the primary once, or is being looked after; whoever has taken over is found by connecting anew."""
    error = context.original_exception
    if getattr(error, "pgcode", None) != READ_ONLY:
        return None
    context.is_disconnect = True
    return OperationalError(context.statement, None, error, hide_parameters=True, connection_invalidated=True)


def _engine(url: str, pool_size: int, **options: Any) -> Engine:
    if not url.startswith("sqlite"):
        from runtime.prepared import prepare_often_used  # here: SQLite needs no psycopg2

        engine = create_engine(
            url,
            pool_size=pool_size,
            max_overflow=0,
            pool_use_lifo=True,  # few connections that know our statements, rather than many that do not
            hide_parameters=True,  # people's data stay out of logged errors
            connect_args={**BOUNDED, "options": PG_OPTIONS},
            **options,
        )
        prepare_often_used(engine)
        event.listen(engine, "handle_error", _leave_a_read_only_server, retval=True)
        return engine
    engine = create_engine(url, hide_parameters=True, connect_args={"timeout": 15, "check_same_thread": False})

    @event.listens_for(engine, "connect")
    def configure(connection: Any, _record: Any) -> None:
        connection.isolation_level = None  # SQLAlchemy, not the driver, opens transactions: see `begin` below
        for pragma in ("journal_mode=wal", "synchronous=full", "foreign_keys=on"):
            connection.execute(f"pragma {pragma}")

    @event.listens_for(engine, "begin")
    def begin(connection: Any) -> None:
        immediate = connection.get_execution_options().get("immediate")
        connection.exec_driver_sql("begin immediate" if immediate else "begin")

    return engine
