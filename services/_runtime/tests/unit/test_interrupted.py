"""A time limit that ends a query: what was interrupted is told as such, and not done once more without a limit."""

import select
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from psycopg2 import extensions
from sqlalchemy import text

from runtime.db import Database
from runtime.deliveries import HandlerTimeout
from runtime.testing import Databases, server_url


class Limit:
    """psycopg2's wait callback, as workers have one; once it is `over`, whoever waits is interrupted."""

    def __init__(self) -> None:
        self.over = False

    def __call__(self, connection: Any) -> None:
        while (state := connection.poll()) != extensions.POLL_OK:
            if self.over:
                self.over = False
                raise HandlerTimeout("over")
            reading = [connection] if state == extensions.POLL_READ else []
            select.select(reading, [] if reading else [connection], [])


@pytest.fixture(name="limit")
def _limit() -> Iterator[Limit]:
    limit = Limit()
    extensions.set_wait_callback(limit)
    yield limit
    extensions.set_wait_callback(None)


@pytest.fixture(name="database")
def _database(tmp_path: Path) -> Iterator[Database]:
    """PostgreSQL: SQLite does not wait in this way."""
    if not server_url():
        pytest.skip("needs PostgreSQL: run `make services`, or set TEST_DATABASE_URL")
    databases = Databases("postgresql", tmp_path)
    yield databases.new(None)
    databases.close()


@pytest.mark.parametrize("kind", ["write", "read"])
def test_whoever_is_interrupted_in_a_query_hears_of_it_and_runs_once(
    database: Database, limit: Limit, kind: str
) -> None:
    """psycopg2 closes the connection; that it cannot be rolled back any more is not what went wrong."""
    runs = []

    def work(session: Any) -> None:
        runs.append(1)
        limit.over = len(runs) == 1
        session.scalar(text("select pg_sleep(0.1)"))

    with pytest.raises(HandlerTimeout):
        getattr(database, kind)(work)
    assert len(runs) == 1
    assert getattr(database, kind)(lambda session: session.scalar(text("select 1"))) == 1


def test_whoever_is_interrupted_in_the_commit_runs_once(database: Database, limit: Limit) -> None:
    """Nobody knows whether it happened."""
    runs = []

    def work(session: Any) -> None:
        runs.append(session.scalar(text("select 1")))
        limit.over = True

    with pytest.raises(HandlerTimeout):
        database.write(work)
    assert len(runs) == 1
