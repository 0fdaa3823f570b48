"""Old rows go, and with them the people's data in them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import Table, delete, func, select
from sqlalchemy.sql.elements import ColumnElement

from runtime import tables
from runtime.db import Database, Session
from runtime.outbox_store import KEEP_HANDLED, KEEP_PUBLISHED
from runtime.parking import KEEP_PARKED

KEEP = KEEP_PUBLISHED


def purge(databases: Sequence[Database], now: datetime) -> None:
    """Drop published outbox rows KEEP after they were told, inbox notes after KEEP_HANDLED, parked deliveries after
    KEEP_PARKED.

    An inbox note outlives every event that might still be copied again: none younger than the oldest unpublished
    event goes, wherever that lies.
    """
    unpublished = [found for database in databases if (found := database.read(oldest_unpublished))]
    notes_before = min([now - KEEP_HANDLED, *unpublished])
    for database in databases:
        database.write(_purge, now, notes_before)


def oldest_unpublished(session: Session) -> datetime | None:
    created = select(func.min(tables.outbox.c.created)).where(tables.outbox.c.published.is_(None))
    oldest: datetime | None = session.scalar(created)
    return oldest


def _purge(session: Session, now: datetime, notes_before: datetime) -> None:
    _drop(session, tables.outbox, tables.outbox.c.published.is_not(None) & (tables.outbox.c.created < now - KEEP))
    _drop(session, tables.inbox, tables.inbox.c.handled < notes_before)
    _drop(session, tables.delivery, tables.delivery.c.parked < now - KEEP_PARKED)


def _drop(session: Session, table: Table, condition: ColumnElement[bool]) -> None:
    session.execute(delete(table).where(condition))
