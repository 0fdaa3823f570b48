"""Staff have a customer told about an appointment, or reminded of it."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from booking.contracts import answers
from booking.domain.announcements import REMINDER, announcement
from booking.domain.appointment import Appointment, Change
from booking.domain.commands import Once
from booking.store import appointments as rows
from booking.store import practice
from booking.usecases.common import update
from booking.usecases.staff import same_version, seek
from runtime.db import Session


def announce(
    session: Session,
    now: datetime,
    practice_id: str,
    user_id: str | None,
    id: str,
    kind: str,
    channels: Sequence[str] | None,
    text: str | None,
    if_version: int | None = None,
    once: Once | None = None,
) -> dict[str, Any]:
    """Tell it as an event; notify makes messages of it. A repeat under the same key tells nothing and gets the same
    answer. Raises NotFound, PreconditionFailed, IdempotencyConflict and what `announcements.announcement` raises."""
    before = seek(session, practice_id, id, lock=True)
    if known := practice.recall(session, practice_id, once, now):
        return known
    same_version(before, if_version)
    after = _announced(session, now, user_id, before, kind, channels, text)
    answer = answers.detailed(after, rows.changes(session, after.id), now)
    practice.remember(session, practice_id, once, answer, now)
    return answer


def remind_all(
    session: Session,
    now: datetime,
    practice_id: str,
    user_id: str | None,
    ids: Sequence[str],
    channels: Sequence[str] | None,
    text: str | None,
) -> dict[str, Any]:
    """Remind of each of these, whatever their states are; of none where one cannot be reminded of. Raises as
    `announce`."""
    found = {id: seek(session, practice_id, id, lock=True) for id in sorted(set(ids))}
    told = {id: _announced(session, now, user_id, a, REMINDER, channels, text) for id, a in found.items()}
    return {"items": [answers.listed(told[id]) for id in dict.fromkeys(ids)]}


def _announced(
    session: Session,
    now: datetime,
    user_id: str | None,
    before: Appointment,
    kind: str,
    channels: Sequence[str] | None,
    text: str | None,
) -> Appointment:
    """The next version: what could be undone before still can."""
    what = announcement(before, kind, channels, text, now)
    undoable = {name: value for name, value in vars(before).items() if name.startswith("undo_")}
    after = before.changed(now, **undoable)
    by = Change(what="announced", at=now, actor="staff", via="desk", user_id=user_id)
    update(session, before, after, replace(by, announcement=what, note=what["text"]))
    return after
