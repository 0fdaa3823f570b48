"""Statements that come again and again are planned once per connection: PREPARE and EXECUTE of PostgreSQL.

For our statements planning costs more than running (measured: a third of the server's CPU remains). Connections must
therefore be a client's own for as long as it holds them: directly to PostgreSQL, or through a pool in session mode.
"""

import re
from collections import Counter
from datetime import date, datetime, timedelta
from typing import Any

import psycopg2
from sqlalchemy import Connection, Engine, event

OFTEN = 5  # executions before a statement is worth preparing
MOST = 200  # prepared statements per connection
REMEMBERED = 2_000  # texts that are counted
PARAMETER = re.compile(r"%\(([^)]+)\)s")
# What psycopg2 writes with a type; everything else is text whose type PostgreSQL infers.
TYPES = {datetime: "timestamptz", date: "date", timedelta: "interval", bool: "boolean", int: "bigint", float: "float8"}


def prepare_often_used(engine: Engine) -> None:
    """From now on this engine (psycopg2) prepares what it executes often. A statement that cannot be prepared runs
    as it is."""
    event.listen(engine, "before_cursor_execute", _Prepared().rewrite, retval=True)


class _Prepared:
    """Which statements an engine has seen how often, and which are unfit: a parameter's type is ambiguous."""

    def __init__(self) -> None:
        self._seen = Counter[str]()
        self._unfit: set[str] = set()

    def rewrite(
        self, connection: Connection, cursor: Any, statement: str, parameters: Any, context: Any, executemany: bool
    ) -> tuple[str, Any]:
        """The statement to send instead: its EXECUTE, if this connection has it prepared."""
        if executemany or not isinstance(parameters, dict) or context is None or context.compiled is None:
            return statement, parameters
        known: dict[str, str] = connection.info.setdefault("prepared", {})
        if (call := known.get(statement)) is not None:
            return call, parameters
        if len(self._seen) >= REMEMBERED:  # lists of every length, say
            self._seen.clear()
        self._seen[statement] += 1
        if self._seen[statement] < OFTEN or statement in self._unfit or len(known) >= MOST:
            return statement, parameters
        name = f"often_{len(known)}"
        if not _prepare(cursor.connection, name, statement, parameters):
            self._unfit.add(statement)
            return statement, parameters
        known[statement] = f"execute {name}{_list(f'%({key})s' for key in _keys(statement))}"
        return known[statement], parameters


def _prepare(connection: Any, name: str, statement: str, parameters: dict[str, Any]) -> bool:
    """Whether it worked. If not, a transaction under way goes on all the same."""
    keys = _keys(statement)
    types = _list(TYPES.get(type(parameters[key]), "unknown") for key in keys)
    body = statement % {key: f"${number}" for number, key in enumerate(keys, 1)}
    cursor = connection.cursor()
    try:
        if not connection.autocommit:
            cursor.execute("savepoint preparing")
        try:
            cursor.execute(f"prepare {name}{types} as {body}")
        except (psycopg2.ProgrammingError, psycopg2.NotSupportedError):
            if not connection.autocommit:
                cursor.execute("rollback to savepoint preparing")
            return False
        return True
    finally:
        cursor.close()


def _keys(statement: str) -> list[str]:
    """The names of the parameters, each once, in the order of their first use."""
    return list(dict.fromkeys(PARAMETER.findall(statement)))


def _list(items: Any) -> str:
    """SQL's list in brackets, or nothing when it is empty."""
    joined = ", ".join(items)
    return f"({joined})" if joined else ""
