"""What the planner and the live feed read: few columns of many appointments."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from booking.models import appointments, history
from booking.store.appointments import LONGEST
from runtime.db import Session

a, h = appointments.c, history.c
_PLANNED = (
    a.id, a.version, a.status, a.starts, a.ends, a.calendar_id, a.service["name"].as_string().label("service"),
    a.first_name, a.last_name, a.customer_id, a.online, a.handled_at, a.occupies_from, a.occupies_until,
)  # fmt: skip
_CHANGED = (
    a.id, h.version, h.what, h.at, h.actor, h.to_status, h.to_start, h.from_start, a.starts, a.ends, a.calendar_id,
    a.online, a.handled_at,
)  # fmt: skip


def between(
    session: Session, practice_id: str, since: datetime, until: datetime, calendars: Sequence[str], limit: int
) -> list[RowMapping]:
    """Up to `limit` appointments of whatever status that touch [since, until), in order of time."""
    query = select(*_PLANNED).where(
        a.practice_id == practice_id, a.ends > since, a.starts > since - LONGEST, a.starts < until
    )
    if calendars:
        query = query.where(a.calendar_id.in_(calendars))
    return list(session.execute(query.order_by(a.starts, a.id).limit(limit)).mappings())


def changes(session: Session, practice_id: str, since: datetime, limit: int) -> list[Any]:
    """Up to `limit` changes after `since`, oldest first. A change after it belongs to an appointment that was last
    changed after it, so the index on that finds all."""
    query = (
        select(*_CHANGED)
        .join(history, h.appointment_id == a.id)
        .where(a.practice_id == practice_id, a.changed_at > since, h.at > since)
        .order_by(h.at, a.id, h.version)
        .limit(limit)
    )
    return list(session.execute(query).mappings())
