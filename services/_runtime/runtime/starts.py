"""How often a suspect message was begun: what kills its process leaves a count behind, and so gives itself away."""

from sqlalchemy import delete
from sqlalchemy.dialects import postgresql, sqlite

from runtime import tables
from runtime.db import Session
from runtime.errors import Permanent

MAX_STARTS = 3


def begin(session: Session, consumer: str, event_id: str) -> int:
    """Count one more start; how many there were with this one. Commit it before the message is handled."""
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    row = dialect.insert(tables.starts).values(consumer=consumer, event_id=event_id)
    counted = row.on_conflict_do_update(
        index_elements=["consumer", "event_id"], set_={"count": tables.starts.c.count + 1}
    )
    return int(session.execute(counted.returning(tables.starts.c.count)).scalar_one())


def forget(session: Session, consumer: str, event_id: str) -> None:
    """The message came to an end, good or bad: its process lives."""
    starts = tables.starts.c
    session.execute(delete(tables.starts).where(starts.consumer == consumer, starts.event_id == event_id))


def killer() -> Permanent:
    """What is wrong with a message that was begun more than MAX_STARTS times."""
    return Permanent(f"ended its process {MAX_STARTS} times")
