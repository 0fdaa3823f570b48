"""Tell an event: a row in the same transaction as the change it reports. A relay publishes it afterwards."""

from datetime import datetime
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from runtime import tables
from runtime.db import at_end
from runtime.ids import new_id
from runtime.messages import Event
from runtime.telemetry import traceparent

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
) -> Event:
    """Add an event of service `source` to the outbox. `data` must be JSON-able; instants in it are ISO strings. All
    events of a transaction are written together, just before it commits.

    Nothing is sent here: if the transaction rolls back, the event never was.
    """
    event = Event(
        id=new_id(),
        source=source,
        type=type,
        subject=subject,
        time=now,
        practice_id=practice_id,
        version=version,
        data=data,
        traceparent=traceparent(),
    )
    row = {"id": event.id, "exchange": f"{source}.events", "routing_key": type, "body": event.to_json(), "created": now}
    at_end(session, ADD, row)
    return event
