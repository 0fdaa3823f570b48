"""A line of the log does not tell what an error quotes of people. With the errors of a real PostgreSQL."""

import json
import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from runtime.db import Database
from runtime.discretion import HIDDEN
from runtime.telemetry import JsonFormatter
from runtime.testing import Databases, server_url

RULES = "id int primary key, email text not null unique, name text check (length(name) < 60), born date"
INSERT = text("insert into guest values (:id, :email, :name, :born)")
NAME = "Jo (geb. Klein).\n\nEine Stimme"
GUEST = {"id": 1, "email": "jo.gross@example.org", "name": NAME, "born": "1950-01-02"}


@pytest.fixture(name="guests")
def _guests(tmp_path: Path) -> Iterator[Database]:
    """A table with one guest."""
    if not server_url():
        pytest.skip("needs PostgreSQL: run `make services`, or set TEST_DATABASE_URL")
    databases = Databases("postgresql", tmp_path)
    made = databases.new(None)
    made.write(lambda session: session.execute(text(f"create table guest ({RULES})")))
    add(made, GUEST)
    yield made
    databases.close()


def add(guests: Database, guest: dict[str, Any]) -> None:
    guests.write(lambda session: session.execute(INSERT, guest))


def line(error: Exception) -> dict[str, Any]:
    """The log's line of this error, which tells it twice."""
    record = logging.LogRecord("x", logging.ERROR, "x", 1, "failed", None, (type(error), error, error.__traceback__))
    record.facts = {"reason": f"{type(error).__name__}: {error}", "count": 2, "all": {f"{error}"}}
    return dict(json.loads(JsonFormatter("booking").format(record)))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"id": 2}, 'unique constraint "guest_email_key"'),
        ({"id": 2, "email": None}, 'null value in column "email"'),
        ({"id": 2, "email": "x", "name": NAME * 3}, 'check constraint "guest_name_check"'),
        ({"id": 2, "email": "x", "born": "31.02.1950"}, "date/time field value out of range"),
    ],
    ids=["unique", "not null", "check", "date"],
)
def test_a_refused_row_stays_out_of_the_log(guests: Database, wrong: dict[str, Any], told: str) -> None:
    """Which rule refused it stays, and where."""
    with pytest.raises(DBAPIError) as refused:
        add(guests, GUEST | wrong)
    logged = line(refused.value)
    assert told in logged["exception"]
    assert told in logged["reason"]
    assert "in add" in logged["exception"]
    assert "[SQL: insert into guest" in logged["exception"]
    assert HIDDEN in logged["all"]
    assert logged["count"] == 2
    assert not [secret for secret in ("gross", "Jo", "Klein", "Stimme", "1950") if secret in json.dumps(logged)]
