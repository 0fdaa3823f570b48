"""Tell an event: a row in the same transaction as the change it reports. A relay publishes it afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert

from runtime import tables
from runtime.db import Session
from runtime.ids import new_id
from runtime.messages import Event
from runtime.telemetry import event_span, step

ADD = insert(tables.outbox).inline()  # nobody needs the new `seq`


def emit(
    session: Session,
    source: str,
    type: str,
    *,
    subject: str,
    practice_id: str,
    version: int,
    now: datetime,
    data: dict[str, Any],
    mandatory: bool = True,
) -> Event:
    """Add an event of service `source` to the outbox. `data` must be JSON-able; instants in it are ISO strings. All
    events of a transaction are written together, just before it commits.

    `mandatory` as in AMQP: while no queue takes the event it stays in the outbox and is tried again. Not so is news for
    whoever happens to listen (caches, live feeds).

    Nothing is sent here: if the transaction rolls back, the event never was.
    """
    id = new_id()
    with step(*event_span(source, type, id)) as traceparent:
        event = Event(
            id=id,
            source=source,
            type=type,
            subject=subject,
            time=now,
            practice_id=practice_id,
            version=version,
            data=data,
            traceparent=traceparent,
        )
    route = {"exchange": f"{source}.events", "routing_key": type, "mandatory": mandatory}
    row = {"id": event.id, **route, "body": event.to_json(), "created": now}
    session.at_end(ADD, row)
    return event
