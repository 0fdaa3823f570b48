"""The same change of status for several appointments: all of them, or none."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from booking.contracts import answers
from booking.domain import rules
from booking.domain.appointment import Change
from booking.domain.errors import MixedStatus, NotFound
from booking.store import appointments as rows
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
) -> dict[str, Any]:
    """Raises NotFound (any of them), PreconditionFailed, MixedStatus, InvalidTransition, and changes nothing then."""
    found = {each.id: each for each in rows.several(session, practice_id, ids)}
    if missing := sorted(set(ids) - set(found)):
        raise NotFound(ids=missing)
    for each in found.values():
        same_version(each, if_versions.get(each.id))
    if len(statuses := sorted({each.status for each in found.values()})) > 1:
        raise MixedStatus(statuses=statuses)
    for id, before in found.items():
        after = found[id] = rules.apply(before, action, now)
        change = Change(what=after.status, at=now, actor="staff", via="desk", user_id=user_id, notify=notify, note=note)
        update(session, before, after, change)
    return {"items": [answers.listed(found[id]) for id in dict.fromkeys(ids)]}
