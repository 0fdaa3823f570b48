"""The relay's view of the outbox, on both databases."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from types import SimpleNamespace
from typing import Any

import pytest
from sqlalchemy import func, insert, inspect, select, update

from runtime import tables
from runtime.clock import utc_now
from runtime.db import Database
from runtime.ids import new_id
from runtime.outbox import emit
from runtime.outbox_store import Away, Store, open_store
from runtime.relay import Relay
from runtime.testing import Databases
from services._runtime.tests.conformance.house import prepare


@pytest.fixture(name="database")
def _database(databases: Databases) -> Database:
    database = databases.new(None)
    prepare(database)
    return database


@pytest.fixture(name="store")
def _store(database: Database) -> Iterator[Store]:
    store = open_store(database.url)
    yield store
    store.close()


def tell(database: Database) -> str:
    """One event in the outbox; its id."""
    now = utc_now()

    def write(session: Any) -> str:
        event = emit(session, "shop", "order.placed", subject="s", practice_id="p", version=1, now=now, data={"ö": 1})
        return event.id

    return database.write(write)


def test_news_for_whoever_listens_is_marked_as_such(database: Database, store: Store) -> None:
    """Everything else is mandatory: it stays while no queue takes it."""
    for mandatory in (True, False):
        about = {"subject": "s", "practice_id": "p", "version": 1, "now": utc_now(), "mandatory": mandatory}
        database.write(lambda s, about=about: emit(s, "shop", "order.placed", data={}, **about))
    assert [row.mandatory for row in store.take(2)] == [True, False]


def test_rows_come_in_order_and_once_published_never_again(database: Database, store: Store) -> None:
    """In the order of `seq`, up to the limit."""
    ids = [tell(database) for _ in range(3)]
    rows = store.take(2)
    assert [(row.id, row.exchange, row.routing_key) for row in rows] == [
        (id, "shop.events", "order.placed") for id in ids[:2]
    ]
    store.settle([row.id for row in rows], {})
    assert [row.id for row in store.take(9)] == ids[2:]
    store.abort()


def test_a_failed_row_waits_and_keeps_its_error(database: Database, store: Store) -> None:
    """Its pause doubles from one second; when it is over, the row comes again."""
    id = tell(database)
    for tries in (1, 2):
        before = utc_now()
        assert [row.id for row in store.take(9)] == [id]
        store.settle([], {id: "unroutable"})
        row: Any = database.read(lambda session: session.execute(select(tables.outbox)).one())
        assert (row.tries, row.error, row.published) == (tries, "unroutable", None)
        assert before <= row.not_before - timedelta(seconds=tries) <= utc_now()
        _due(database, utc_now() + timedelta(minutes=1))
        assert store.take(9) == []
        store.abort()
        _due(database, utc_now() - timedelta(seconds=1))


def _due(database: Database, at: datetime) -> None:
    database.write(lambda session: session.execute(update(tables.outbox).values(not_before=at)))


def test_aborted_rows_come_again(database: Database, store: Store) -> None:
    """What was taken and not settled is not lost."""
    id = tell(database)
    store.take(9)
    store.abort()
    assert [row.id for row in store.take(9)] == [id]
    store.abort()


@pytest.mark.parametrize("databases", ["postgresql"], indirect=True)
def test_two_relays_never_hold_the_same_row(database: Database, store: Store) -> None:
    """SKIP LOCKED on PostgreSQL (a SQLite file has one relay)."""
    first, second = tell(database), None
    assert [row.id for row in store.take(1)] == [first]
    second = tell(database)
    other = open_store(database.url)
    assert [row.id for row in other.take(9)] == [second]
    other.close()
    store.abort()


def test_a_commit_wakes_the_relay(database: Database, store: Store) -> None:
    """By NOTIFY, or by the file's version: `wait` returns long before its time is over."""
    import threading
    import time

    store.take(9)
    store.abort()
    begun = time.monotonic()
    threading.Timer(0.2, lambda: tell(database)).start()
    store.wait(60)
    assert time.monotonic() - begun < 30


def test_only_what_is_old_and_done_is_purged(database: Database, store: Store) -> None:
    """Told a week ago, and published, be it again and just now; handled a month ago. What is unpublished never goes."""
    old, new = tell(database), tell(database)
    again = tell(database)
    tell(database)
    long_ago = utc_now() - timedelta(days=40)

    def age(session: Any) -> None:
        outbox = tables.outbox
        session.execute(update(outbox).where(outbox.c.id != new).values(created=long_ago))
        session.execute(update(outbox).where(outbox.c.id == old).values(published=long_ago))
        session.execute(update(outbox).where(outbox.c.id.in_([new, again])).values(published=utc_now()))
        for handled in (long_ago, utc_now()):
            row = {"consumer": "kitchen.cook", "event_id": new_id(), "handled": handled}
            session.execute(insert(tables.inbox).values(row))

    database.write(age)
    assert store.purge() == 3
    counts = [select(func.count()).select_from(table) for table in (tables.outbox, tables.inbox)]
    assert [database.read(lambda session, c=c: session.scalar(c)) for c in counts] == [2, 1]


def test_tables_from_before_get_the_indexes_by_which_old_rows_are_found(database: Database) -> None:
    """A migration of each service calls it; where they are there it does nothing."""
    wanted = {"outbox": tables.outbox_done.name, "inbox": tables.inbox_handled.name}
    with database.engine.begin() as connection:
        for index in (tables.outbox_done, tables.inbox_handled):
            index.drop(connection)
        for _ in range(2):
            tables.find_what_is_over(SimpleNamespace(get_bind=lambda: connection))
    found = inspect(database.engine)
    assert all(name in {index["name"] for index in found.get_indexes(table)} for table, name in wanted.items())


class Full:
    """A store whose tables are too large to be looked through in time."""

    purged = waited = 0

    def purge(self) -> int:
        self.purged += 1
        raise Away("canceling statement due to statement timeout")

    def wait(self, seconds: float) -> None:
        self.waited += 1


def test_a_purge_that_fails_is_not_tried_at_every_rest() -> None:
    """Publishing goes first."""
    relay, store = Relay("sqlite:///unused", "amqp://unused"), Full()
    relay._store, relay._purge_at = store, 0  # type: ignore[assignment]
    with pytest.raises(Away):
        relay._rest()
    relay._rest()
    assert (store.purged, store.waited) == (1, 1)
