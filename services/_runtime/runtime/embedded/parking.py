"""Parked messages of the one-process mode: the parked rows of each service's `delivery` table."""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, delete, select, update

from runtime import tables
from runtime.clock import Clock
from runtime.db import AWAY, Database, Session
from runtime.edge import Subscription
from runtime.embedded.dispatch import noted
from runtime.errors import Unavailable
from runtime.messages import Undecodable, parse_event
from runtime.parking import Parked, Replayed, Wanted, by_age, parked

DELIVERY = tables.delivery.c


class LocalParking:
    """`runtime.parking.Parking` on these services' own files. It may work beside the process that serves them: that
    looks for new deliveries every second."""

    def __init__(self, databases: Iterable[Database], clock: Clock):
        self._databases = list(databases)
        self._clock = clock

    def look(self, wanted: Wanted, most: int) -> list[Parked]:
        with _answering():
            found = [message for database in self._databases for _, message in _rows(database) if wanted(message)]
        return sorted(found, key=by_age)[:most]

    def replay(self, wanted: Wanted) -> Replayed:
        with _answering():
            return Replayed(sum(database.write(_again, seqs, self._clock()) for database, seqs in self._of(wanted)), [])

    def drop(self, wanted: Wanted) -> int:
        with _answering():
            return sum(database.write(_gone, seqs) for database, seqs in self._of(wanted))

    def _of(self, wanted: Wanted) -> Iterator[tuple[Database, list[int]]]:
        for database in self._databases:
            yield database, [seq for seq, message in _rows(database) if wanted(message)]


def _rows(database: Database) -> list[tuple[int, Parked]]:
    return [(row.seq, _parked(row)) for row in database.read(_lying)]


def _lying(session: Session) -> Sequence[Any]:
    return session.execute(select(tables.delivery).where(DELIVERY.parked.is_not(None)).order_by(DELIVERY.seq)).all()


def _parked(row: Any) -> Parked:
    return parked(_queue(row), row.event_id, noted(row), row.body.encode())


def _queue(row: Any) -> str:
    """The work queue that would hold it on a broker."""
    service, _, method = row.consumer.partition(".")
    try:
        event = parse_event(row.body)
    except Undecodable:
        return f"evt-unknown--{row.consumer}"
    return Subscription(event.source, event.type, service, method).queue


def _again(session: Session, seqs: list[int], now: datetime) -> int:
    fresh = update(tables.delivery).values(parked=None, attempt=0, error=None, not_before=now)
    return _changed(session, fresh.where(_still_parked(seqs)))


def _gone(session: Session, seqs: list[int]) -> int:
    return _changed(session, delete(tables.delivery).where(_still_parked(seqs)))


def _still_parked(seqs: list[int]) -> ColumnElement[bool]:
    return DELIVERY.seq.in_(seqs) & DELIVERY.parked.is_not(None)


def _changed(session: Session, statement: Any) -> int:
    result: CursorResult[Any] = session.execute(statement)  # type: ignore[assignment]
    return result.rowcount


@contextmanager
def _answering() -> Iterator[None]:
    try:
        yield
    except AWAY as error:
        raise Unavailable(f"a database: {error}"[:300]) from error
