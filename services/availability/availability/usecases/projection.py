"""What other services' events change here. Events come in any order and more than once: older versions are ignored."""

from datetime import datetime
from typing import Any

from availability import models
from availability.contracts.events import Claim, Practice
from availability.domain.zones import DAY, as_datetime
from availability.store import projection, settings
from availability.usecases import tell
from runtime.db import Session
from runtime.errors import Permanent
from runtime.outbox_store import KEEP_HANDLED


def practice_changed(session: Session, now: datetime, version: int, practice: Practice) -> None:
    """Keep the practice's zone and places; calendars whose place looks different now are told anew."""
    if not projection.is_news(session, practice.id, version):
        return
    projection.put_practice(session, practice.id, practice.time_zone, practice.currency)
    changed = projection.put_places(session, practice.id, practice.places)
    for id in projection.calendars_at(session, changed):
        row = settings.calendar_locked(session, practice.id, id)
        if row is not None:
            tell.calendar_changed(session, now, settings.change(session, models.calendars, row, {}))


def claimed(session: Session, now: datetime, practice: str, subject: str, version: int, claim: Claim) -> None:
    """This appointment or hold takes the time of its claim and no other. Older news than we have change nothing."""
    if not projection.is_news(session, subject, version, now + KEEP_HANDLED if claim.kind == "hold" else None):
        return
    before = projection.release(session, subject)
    after = [
        {
            "subject": subject,
            "calendar_id": one.calendar,
            "kind": claim.kind,
            "from_at": one.since,
            "until_at": one.until,
            "start_at": claim.start,
            "end_at": claim.end,
            "expires_at": claim.expires,
        }
        for one in claim.occupancies
    ]
    projection.take(session, after)
    _changed(session, now, practice, [*before, *after])


def released(session: Session, now: datetime, practice: str, subject: str, version: int) -> None:
    """A hold has ended. What was noted of others so long ago that nothing of them can come any more is forgotten."""
    if projection.is_news(session, subject, version, now + KEEP_HANDLED):
        _changed(session, now, practice, [*projection.release(session, subject)])
        projection.forget(session, now)


def _changed(session: Session, now: datetime, practice: str, rows: list[Any]) -> None:
    """Tell which slots may differ. Wider than the time itself: other slots' length and buffers reach into it, and a
    limit that is reached closes the whole day or week. Raises Permanent for a calendar of another practice."""
    if not rows:
        return
    calendars = {row["calendar_id"] for row in rows}
    touched = projection.touched(session, calendars)
    if any(calendar.practice_id != practice for calendar in touched):
        raise Permanent("a calendar of another practice")
    margin = 8 * DAY if any(calendar.limited for calendar in touched) else DAY
    tell.slots_changed(
        session,
        now,
        practice,
        calendars=calendars,
        since=as_datetime(min(row["from_at"] for row in rows) - margin),
        until=as_datetime(max(row["until_at"] for row in rows) + margin),
    )
