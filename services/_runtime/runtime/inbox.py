"""Handle each event once: the note that it was handled is committed together with its effect."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from runtime import tables
from runtime.messages import Event


def first_time(session: Session, consumer: str, event_id: str, now: datetime) -> bool:
    """Note in this transaction that `consumer` handles the event; False when it already did (then do nothing).

    A concurrent copy waits here for the other's commit and then gets False.
    """
    dialect = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    row = dialect.insert(tables.inbox).values(consumer=consumer, event_id=event_id, handled=now)
    return bool(session.execute(row.on_conflict_do_nothing()).rowcount)  # type: ignore[attr-defined]


def handle_once(
    session: Session, handler: Callable[[Session, Event], Any], consumer: str, event: Event, now: datetime
) -> bool:
    """Run `handler(session, event)` unless it already ran for this event; True if it ran. The caller commits."""
    fresh = first_time(session, consumer, event.id, now)
    if fresh:
        handler(session, event)
    session.execute(
        delete(tables.delivery).where(tables.delivery.c.consumer == consumer, tables.delivery.c.event_id == event.id)
    )
    return fresh
