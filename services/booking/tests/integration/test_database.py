"""Migrations, the constraint itself, the sweeper, and speed that does not depend on how much there is."""

from datetime import timedelta
from threading import Event as Stop

import pytest
from sqlalchemy import insert, inspect, select
from sqlalchemy.exc import DBAPIError, IntegrityError

from booking.__main__ import SERVICE
from booking.models import holds, idempotency, metadata, occupancies
from booking.sweeper import sweep, sweep_once
from runtime import tables
from runtime.ids import new_id
from runtime.migrate import downgrade, upgrade


def test_migrations_go_up_down_and_up_again(databases):
    """Down leaves nothing but alembic's own table."""
    database = databases.new(SERVICE.migrations, "booking")
    downgrade(database.url, SERVICE.migrations)
    assert set(inspect(database.engine).get_table_names()) <= {"alembic_version"}
    upgrade(database.url, SERVICE.migrations)
    expected = set(metadata.tables) | set(tables.metadata.tables) | {"alembic_version"}
    assert set(inspect(database.engine).get_table_names()) == expected


def test_the_migrated_tables_are_those_of_the_models(databases):
    """Columns, what may be null, and indexes; `during` belongs to the constraint alone."""
    found = inspect(databases.new(SERVICE.migrations, "booking").engine)
    for table in metadata.tables.values():
        columns = {c["name"]: c["nullable"] for c in found.get_columns(table.name) if c["name"] != "during"}
        assert columns == {c.name: c.nullable for c in table.c}
        indexes = {i["name"] for i in found.get_indexes(table.name) if not i.get("duplicates_constraint")}
        assert indexes - {"occupancies_no_overlap"} == {i.name for i in table.indexes}


def row(desk, start, end, resource=None):
    at = desk.clock.now
    times = {"from_at": at + timedelta(minutes=start), "until_at": at + timedelta(minutes=end)}
    return {"resource_id": resource or desk.anna, **times, "hold_id": new_id(), "appointment_id": None}


def add(desk, *rows):
    def write(session):
        for one in rows:
            times = {"starts": one["from_at"], "ends": one["until_at"]}
            span = {"occupies_from": one["from_at"], "occupies_until": one["until_at"], "expires_at": one["until_at"]}
            ids = {"id": one["hold_id"], "practice_id": desk.practice, "service_id": desk.service}
            counts = {"extensions": 0, "version": 1}
            session.execute(insert(holds).values(**ids, calendar_id=one["resource_id"], **times, **span, **counts))
            session.execute(insert(occupancies).values(one))

    desk.db.write(write)


@pytest.mark.parametrize(
    ("start", "end", "free"),
    [
        (0, 60, True),
        (90, 120, True),
        (200, 210, True),
        (30, 61, False),
        (89, 120, False),
        (70, 80, False),
        (60, 90, False),
        (0, 300, False),
        (150, 300, False),
        (199, 201, False),
    ],
)
def test_the_database_itself_refuses_overlaps_whoever_inserts(desk, start, end, free):
    """Beside [60, 90) and [120, 200): before, between, after, across a bound, within, the same, around."""
    add(desk, row(desk, 120, 200), row(desk, 60, 90), row(desk, 0, 300, desk.ben))
    if free:
        add(desk, row(desk, start, end))
        return
    with pytest.raises(IntegrityError, match="occupancies_no_overlap"):
        add(desk, row(desk, start, end))


@pytest.mark.parametrize("wrong", ["empty", "backwards", "no owner", "unknown owner"])
def test_an_occupancy_that_would_evade_the_constraint_is_refused(desk, wrong):
    """An empty range overlaps nothing, and an ownerless one would never end."""
    values = row(desk, 60, 60 if wrong == "empty" else 30 if wrong == "backwards" else 90)
    if wrong == "no owner":
        values["hold_id"] = None
    with pytest.raises(DBAPIError, match=r"occupancies_(last|owner)|range lower bound|(?i:foreign key)"):
        desk.db.write(lambda session: session.execute(insert(occupancies).values(values)))


def test_no_update_carries_an_occupancy_over_another(desk):
    """PostgreSQL checks the update, SQLite refuses it altogether."""
    add(desk, row(desk, 0, 30), row(desk, 60, 90))
    first = desk.db.read(lambda s: s.execute(select(occupancies.c.id).order_by(occupancies.c.id)).scalar())
    later = desk.clock.now + timedelta(minutes=100)
    change = occupancies.update().where(occupancies.c.id == first).values(until_at=later)
    with pytest.raises(DBAPIError, match="occupancies_no_"):
        desk.db.write(lambda session: session.execute(change))


def test_the_sweeper_releases_expired_holds_and_forgets_old_answers(desk):
    """Each hold is told once; live ones stay; an idle round does nothing."""
    desk.hold(24)
    desk.hold(26)
    desk.clock.forward(minutes=3)
    desk.hold(28)
    assert sweep_once(desk.app) == 0
    desk.clock.forward(minutes=2)
    assert sweep_once(desk.app) == 2
    assert sweep_once(desk.app) == 0
    assert desk.count(holds) == desk.count(occupancies) == 1
    assert len(desk.events("slot.released")) == 2
    desk.book(30)
    desk.clock.forward(hours=24)
    sweep_once(desk.app)
    assert desk.count(idempotency) == desk.count(holds) == 0


def test_several_sweepers_at_once_tell_each_hold_once(desk):
    """Copies of the service do not disturb each other."""
    for number in range(10):
        desk.hold(24 + number)
    desk.clock.forward(minutes=6)
    assert sum(desk.race(*[lambda: sweep_once(desk.app)] * 8)) == 10
    assert len(desk.events("slot.released")) == 10


def test_the_sweeper_stops_when_told(lite):
    """And survives a database that is away for a round."""
    lite.app.settings.__dict__["sweep_seconds"] = 0.001
    stop = Stop()
    rounds = []

    def clock():
        rounds.append(1)
        if len(rounds) > 3:
            stop.set()
        return lite.clock.now

    lite.app.clock = clock
    lite.sql("alter table holds rename to away")
    sweep(lite.app, stop)
    assert len(rounds) == 4
