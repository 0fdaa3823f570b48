"""The planner's appointments of a stretch of time, and what changed since a moment. Reads only."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from booking.contracts import answers
from booking.store import planner
from runtime.clock import iso
from runtime.db import Session

MOST_PLANNED = 3_000  # appointments in one answer: a month of a large practice


def planned(
    session: Session, practice_id: str, since: datetime, until: datetime, calendars: Sequence[str]
) -> dict[str, Any]:
    """Appointments of every status that touch [since, until); `complete` is false when there are too many."""
    found = planner.between(session, practice_id, since, until, calendars, MOST_PLANNED + 1)
    return {
        "items": [answers.planned(row) for row in found[:MOST_PLANNED]],
        "complete": len(found) <= MOST_PLANNED,
    }


def changes_since(session: Session, now: datetime, practice_id: str, since: datetime, limit: int) -> dict[str, Any]:
    """The changes after `since`, oldest first, with nobody's data; `complete` is false when there are more than
    `limit`. `until` is the moment to ask from the next time."""
    found = planner.changes(session, practice_id, since, limit + 1)
    return {
        "items": [answers.changed(row) for row in found[:limit]],
        "complete": len(found) <= limit,
        "until": iso(now),
    }
