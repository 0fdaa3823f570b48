"""What PostgreSQL is asked often, it plans once per connection; nobody above notices."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import bindparam, func, select, text, update

from runtime import tables
from runtime.clock import utc_now
from runtime.db import Database, Session
from runtime.ids import new_id
from runtime.outbox import emit
from runtime.prepared import OFTEN
from runtime.testing import Databases, server_url

BELOW = update(tables.outbox).where(tables.outbox.c.seq < bindparam("limit"))
AMBIGUOUS = text("select :value is null")


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    if not server_url():
        pytest.skip("needs PostgreSQL: run `make services`, or set TEST_DATABASE_URL")
    databases = Databases("postgresql", tmp_path)
    made = databases.new(None)
    tables.metadata.create_all(made.engine)
    yield made
    databases.close()


def tell(session: Session, number: int) -> int:
    emit(session, "shop", "x", subject="s", practice_id="p", version=1, now=utc_now(), data={"sale": "100 % %s"})
    found = session.execute(BELOW.values(tries=bindparam("n"), error="50 %"), {"limit": 10**12, "n": number})
    return int(found.rowcount)  # type: ignore[attr-defined]


def prepared(session: Session) -> list[str]:
    return list(session.scalars(text("select statement from pg_prepared_statements")))


def test_answers_and_counts_stay_the_same(database: Database) -> None:
    """Below and above the threshold: every row is counted, every character kept."""
    assert [database.write(tell, number) for number in range(2 * OFTEN)] == list(range(2 * OFTEN))
    rows = database.read(lambda s: s.execute(select(tables.outbox.c.body, tables.outbox.c.error)).all())
    assert all("100 % %s" in row.body for row in rows)
    assert {row.error for row in rows} == {"50 %", None}  # the last one was told after its update
    assert len(database.write(prepared)) == 2


def test_what_cannot_be_prepared_runs_as_it_is_and_hurts_no_transaction(database: Database) -> None:
    def ask(session: Session, value: Any) -> Any:
        told = session.execute(tables.outbox.insert().values(_row()))
        assert told
        return session.execute(AMBIGUOUS, {"value": value}).scalar()

    assert [database.write(ask, value) for value in (None, "a") * OFTEN] == [True, False] * OFTEN
    assert database.read(lambda s: s.scalar(select(func.count()).select_from(tables.outbox))) == 2 * OFTEN
    assert not any("is null" in statement for statement in database.write(prepared))


def _row() -> dict[str, Any]:
    return {"id": new_id(), "exchange": "e", "routing_key": "k", "body": "{}", "created": utc_now()}
