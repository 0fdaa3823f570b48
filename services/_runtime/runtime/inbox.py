"""Handle each event once: the note that it was handled is committed together with its effect."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from time import perf_counter
from typing import Any

from sqlalchemy.dialects import postgresql, sqlite

from runtime import metrics, tables
from runtime.db import Session
from runtime.messages import Event
from runtime.telemetry import event_span, tracing

HANDLERS = metrics.histogram("handler_seconds", "Time of an event's handler, without its commit", "consumer", "outcome")
Key = tuple[str, str]  # consumer, event id
NOTE = {
    dialect.dialect.name: dialect.insert(tables.inbox)
    .on_conflict_do_nothing()
    .returning(tables.inbox.c.consumer, tables.inbox.c.event_id)
    for dialect in (postgresql, sqlite)
}


@dataclass(frozen=True)
class Task:
    """One event for one handler. `consumer` is the handler's name in the inbox."""

    consumer: str
    event: Event
    handler: Callable[[Session, Event], Any]

    @property
    def key(self) -> Key:
        return self.consumer, self.event.id


def first_times(session: Session, keys: Iterable[Key], now: datetime) -> set[Key]:
    """Note in this transaction that these consumers handle these events; answers those that never did before.

    A concurrent copy waits here for the other's commit and then is not among them.
    """
    note = NOTE[session.dialect]
    rows = [{"consumer": consumer, "event_id": id, "handled": now} for consumer, id in sorted(set(keys))]
    return {(row.consumer, row.event_id) for row in session.execute(note, rows)}


def handle_once(
    session: Session, tasks: Sequence[Task], now: datetime, settle: Callable[[Session], Any] | None = None
) -> int:
    """Run the handlers that have not run for their event yet, in the order given; how many ran. The caller commits.

    `settle(session)` runs in any case: it strikes the delivery off where a table of this database holds it.
    """
    fresh = first_times(session, [task.key for task in tasks], now) if tasks else set()
    ran = 0
    for task in tasks:
        if task.key in fresh:
            fresh.discard(task.key)  # the same delivery may be here twice
            _run(session, task)
            ran += 1
    if settle:
        settle(session)
    return ran


def _run(session: Session, task: Task) -> None:
    event, outcome = task.event, "failed"
    began = perf_counter()
    try:
        with tracing(event.traceparent, *event_span(event.source, event.type, event.id, task.consumer)):
            task.handler(session, event)
        outcome = "ok"
    finally:
        HANDLERS(task.consumer, outcome).observe(perf_counter() - began)
