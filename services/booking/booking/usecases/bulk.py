"""The same change of status for several appointments: all of them, or none; and what is possible of it taken back."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from booking.contracts import answers
from booking.domain import rules
from booking.domain.announcements import leading
from booking.domain.appointment import Appointment, Change
from booking.domain.errors import InvalidTransition, MixedStatus, NotFound, PreconditionFailed, SlotTaken, TooLate
from booking.store import appointments as rows
from booking.store import occupancies
from booking.usecases import moves
from booking.usecases.common import update
from booking.usecases.staff import same_version
from runtime.db import Session


def bulk(
    session: Session,
    now: datetime,
    practice_id: str,
    ids: Sequence[str],
    action: str,
    *,
    user_id: str | None,
    notify: bool,
    note: str | None,
    if_versions: Mapping[str, int],
    channels: Sequence[str] | None = None,
) -> dict[str, Any]:
    """Each customer is told by those of the channels that reach them, else as usual. Raises NotFound (any of them),
    PreconditionFailed, MixedStatus, InvalidTransition, and changes nothing then."""
    found = _all(session, practice_id, ids)
    for each in found.values():
        same_version(each, if_versions.get(each.id))
    if len(statuses := sorted({each.status for each in found.values()})) > 1:
        raise MixedStatus(statuses=statuses)
    for id, before in found.items():
        after = found[id] = rules.apply(before, action, now)
        how: dict[str, Any] = {"notify": notify, "channels": leading(before, channels) if notify else None}
        change = Change(what=after.status, at=now, actor="staff", via="desk", user_id=user_id, note=note, **how)
        update(session, before, after, change)
    return {"items": [answers.listed(found[id]) for id in dict.fromkeys(ids)]}


def undo_all(
    session: Session,
    now: datetime,
    practice_id: str,
    ids: Sequence[str],
    *,
    user_id: str | None,
    notify: bool,
    if_versions: Mapping[str, int],
) -> dict[str, Any]:
    """Take the last change of status of each of these back where that is still possible; of the others it says why
    not. A repeat answers the same. Raises NotFound (any of them), and changes nothing then."""
    found = _all(session, practice_id, ids)
    occupancies.lock(session, [occupancies.resource(id) for each in found.values() for id in each.slot.resources])
    restored, refused = [], []
    for before in (found[id] for id in dict.fromkeys(ids)):
        try:
            if not rules.undone_before(before, "staff", now):
                same_version(before, if_versions.get(before.id))
            after = moves.restore(session, now, before, "staff", user_id, notify=notify)
            restored.append(answers.listed(after))
        except (InvalidTransition, PreconditionFailed, SlotTaken, TooLate) as error:
            refused.append({"code": error.code, "appointment": answers.listed(before)})
    return {"items": restored, "refused": refused}


def _all(session: Session, practice_id: str, ids: Sequence[str]) -> dict[str, Appointment]:
    """The practice's appointments, locked. Raises NotFound when one of them is not there."""
    found = {each.id: each for each in rows.several(session, practice_id, ids)}
    if missing := sorted(set(ids) - set(found)):
        raise NotFound(ids=missing)
    return found
