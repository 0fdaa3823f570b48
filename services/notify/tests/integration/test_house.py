"""Migrations and golden samples."""

import json
from pathlib import Path

import pytest
from sqlalchemy import inspect, text

from notify.contracts import registry
from notify.domain.delivery import delivered, failure
from notify.models import Base
from runtime import tables
from runtime.messages import parse_event
from runtime.migrate import downgrade, upgrade
from runtime.testing import Databases
from services.notify.tests.builders import MIGRATIONS, Desk

SAMPLES = Path(__file__).parents[2] / "samples"


def test_migrations_go_up_down_and_up_again(databases: Databases) -> None:
    """And make exactly the tables, columns and indexes of the models."""
    db = databases.new(MIGRATIONS, "notify")
    downgrade(db.url, MIGRATIONS)
    assert set(inspect(db.engine).get_table_names()) <= {"alembic_version"}
    upgrade(db.url, MIGRATIONS)
    found = inspect(db.engine)
    assert set(found.get_table_names()) == {*Base.metadata.tables, *tables.metadata.tables, "alembic_version"}
    for name, table in Base.metadata.tables.items():
        columns = {column["name"]: column["nullable"] for column in found.get_columns(name)}
        assert columns == {column.name: column.nullable for column in table.columns}
        assert {i["name"] for i in found.get_indexes(name) if not i.get("duplicates_constraint")} == {
            i.name for i in table.indexes
        }


@pytest.mark.parametrize("type", registry.EMITS)
def test_what_we_emit_looks_like_its_golden_sample(sqlite: Databases, type: str) -> None:
    """Same fields, same kinds of values: a sample never loses a field."""
    golden = parse_event((SAMPLES / f"{type}.json").read_text())
    desk = Desk(sqlite).ready()
    channel, state = type.split(".")
    desk.happens("booked", customer={"email": "" if channel == "sms" else "x@example.com"})
    desk.texts.drain()
    desk.sender.drain()
    if state != "sent":
        desk.told(desk.messages()[0]["id"], 1, delivered() if state == "delivered" else failure("rejected"))
    with desk.db.engine.connect() as connection:
        body = connection.execute(text("select body from outbox order by seq desc")).scalars().first()
    emitted = parse_event(body)
    assert (emitted.type, emitted.source) == (golden.type, golden.source) == (type, "notify")
    shape = lambda data: {name: value.__class__.__name__ for name, value in data.items()}  # noqa: E731
    assert shape(emitted.data) == shape(golden.data)
    assert set(json.loads(body)) == set(json.loads((SAMPLES / f"{type}.json").read_text()))
