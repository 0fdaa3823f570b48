"""A PostgreSQL server that is there and cannot work, or is gone without a word."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.exc import DBAPIError

from runtime.db import Database, Session, is_away
from runtime.postgres import BOUNDED
from runtime.testing import Databases

pytestmark = pytest.mark.parametrize("databases", ["postgresql"], indirect=True)


def run(session: Session, *statements: str) -> None:
    for statement in statements:
        session.execute(text(statement))


@pytest.mark.parametrize(("code", "away"), [("53100", True), ("53200", True), ("58030", True), ("P0001", False)])
def test_a_server_without_disk_or_memory_is_away(databases: Databases, code: str, away: bool) -> None:
    """An event waits for its return and uses up no try; any other complaint about a statement counts as one."""
    complaint = f"do $$ begin raise exception 'so it is' using errcode = '{code}'; end $$"
    with pytest.raises(DBAPIError) as error:
        databases.new(None).write(run, complaint)
    assert is_away(error.value) == away


@contextmanager
def read_only(database: Database) -> Iterator[None]:
    """For everybody who connects from now on."""
    name = make_url(database.url).database
    database.read(run, f"alter database {name} set default_transaction_read_only = on")
    database.close()
    yield
    writing = "set default_transaction_read_only = off"
    database.read(run, writing, f"alter database {name} reset default_transaction_read_only")


def test_a_server_that_takes_no_writes_is_away_and_left(databases: Databases) -> None:
    """It was the primary once, or is being looked after. The next write goes over a new connection."""
    database = databases.new(None)
    with read_only(database):
        with pytest.raises(DBAPIError) as error:
            database.write(run, "create table noted (word text)")
        assert is_away(error.value)
    database.write(run, "create table noted (word text)")


def test_nobody_waits_for_minutes_on_a_server_that_is_gone(databases: Databases) -> None:
    """What is sent must arrive, and silence is asked about."""
    with databases.new(None).engine.connect() as connection:
        driver = connection.connection.driver_connection
        assert driver is not None
        used = driver.info.dsn_parameters
    assert {name: used[name] for name in BOUNDED} == {name: str(value) for name, value in BOUNDED.items()}
