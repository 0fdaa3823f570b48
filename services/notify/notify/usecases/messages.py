"""A message as it is queued."""

from datetime import datetime
from typing import Any

from notify.domain.appointments import Appointment
from notify.domain.decide import Draft, Purpose, Role
from notify.domain.delivery import BEHIND_BOOKINGS, State, useful_until
from runtime.ids import stable_id
from runtime.telemetry import traceparent


def row(
    change: Appointment, draft: Draft, snapshot: dict[str, Any], now: datetime, *, occasion: str = ""
) -> dict[str, Any]:
    """The row of a message. Its id is the same each time: by version, or where an `occasion` is given by that."""
    when = f"@{occasion}" if occasion else str(change.version)
    key = (change.id, when, draft.purpose, draft.recipient, draft.channel)
    useful = _useful_until(change, draft, now)
    return {
        "id": stable_id("message", *key),
        "practice_id": change.practice_id,
        "appointment_id": change.id,
        "version": change.version,
        "purpose": draft.purpose,
        "role": draft.role,
        "channel": draft.channel,
        "recipient": draft.recipient,
        "occasion": occasion,
        "snapshot": snapshot if draft.role is not Role.COPY else {**snapshot, "comment": ""},
        "state": State.QUEUED,
        "queued_at": now,
        "changed_at": now,
        "not_before": now,
        "useful_until": useful,
        "forget_at": max(useful, change.end, change.previous_end or change.end),
        "traceparent": traceparent(),
        "priority": BEHIND_BOOKINGS if draft.purpose is Purpose.REMINDER else 0,
    }


def _useful_until(change: Appointment, draft: Draft, now: datetime) -> datetime:
    """A reminder helps until the start, a summary for as long as we try; others until the end."""
    if draft.purpose is Purpose.SUMMARY:
        return useful_until(now, None)
    if draft.purpose is Purpose.REMINDER:
        return min(useful_until(now, change.start), max(change.start, now))
    return useful_until(now, max(change.end, change.previous_end or change.end))
