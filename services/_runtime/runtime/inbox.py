"""Handle each event once: the note that it was handled is committed together with its effect."""

from collections.abc import Callable
from datetime import datetime
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from runtime import tables
from runtime.messages import Event

NOTE = {
    dialect.dialect.name: dialect.insert(tables.inbox).inline().on_conflict_do_nothing()
    for dialect in (postgresql, sqlite)
}


def first_time(session: Session, consumer: str, event_id: str, now: datetime) -> bool:
    """Note in this transaction that `consumer` handles the event; False when it already did (then do nothing).

    A concurrent copy waits here for the other's commit and then gets False.
    """
    note = NOTE[session.get_bind().dialect.name]
    row = {"consumer": consumer, "event_id": event_id, "handled": now}
    return bool(session.execute(note, row).rowcount)  # type: ignore[attr-defined]


def handle_once(
    session: Session,
    handler: Callable[[Session, Event], Any],
    consumer: str,
    event: Event,
    now: datetime,
    settle: Callable[[Session], Any] | None = None,
) -> bool:
    """Run `handler(session, event)` unless it already ran for this event; True if it ran. The caller commits.

    `settle(session)` runs in any case: it strikes the delivery off where a table of this database holds it.
    """
    fresh = first_time(session, consumer, event.id, now)
    if fresh:
        handler(session, event)
    if settle:
        settle(session)
    return fresh
