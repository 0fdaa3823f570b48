"""From a service's outbox into the databases of those who read its events."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.dialects import postgresql, sqlite

from runtime import tables
from runtime.clock import Clock
from runtime.db import Database, Session

BATCH = 100
Readers = Mapping[tuple[str, str], Sequence[tuple[Database, str]]]
"""(exchange, routing key) -> where each consumer keeps its deliveries, and its name."""


class Relay:
    """Copies unpublished outbox rows to their readers in the order of `seq`, then marks them published.

    Copies are committed before the mark. Dying in between repeats the copies, which changes nothing: a delivery is
    unique by consumer and event, and one already handled is known to the consumer's inbox.
    """

    def __init__(self, source: Database, readers: Readers, tell: Callable[[str], None], clock: Clock):
        self._source = source
        self._readers = readers
        self._tell = tell
        self._clock = clock

    def batch(self) -> int:
        """Pass on up to BATCH events; answers how many there were."""
        rows = self._source.read(unpublished)
        if not rows:
            return 0
        now = self._clock()
        for database, copies in self._copies(rows, now).items():
            database.write(deliver, copies)
        self._source.write(mark_published, [row.seq for row in rows], now)
        for row in rows:
            self._tell(row.body)
        return len(rows)

    def _copies(self, rows: Sequence[Any], now: datetime) -> dict[Database, list[dict[str, Any]]]:
        copies: dict[Database, list[dict[str, Any]]] = {}
        for row in rows:
            for database, consumer in self._readers.get((row.exchange, row.routing_key), ()):
                copy = {"consumer": consumer, "event_id": row.id, "body": row.body, "not_before": now}
                copies.setdefault(database, []).append(copy)
        return copies


def unpublished(session: Session) -> Sequence[Any]:
    outbox = tables.outbox
    todo = select(outbox.c.seq, outbox.c.id, outbox.c.exchange, outbox.c.routing_key, outbox.c.body)
    return session.execute(todo.where(outbox.c.published.is_(None)).order_by(outbox.c.seq).limit(BATCH)).all()


def deliver(session: Session, copies: list[dict[str, Any]]) -> None:
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    session.execute(dialect.insert(tables.delivery).on_conflict_do_nothing(), copies)


def mark_published(session: Session, seqs: list[int], now: datetime) -> None:
    session.execute(update(tables.outbox).where(tables.outbox.c.seq.in_(seqs)).values(published=now, error=None))
