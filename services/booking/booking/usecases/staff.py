"""What the practice's staff and other services do. Every query is scoped by the practice."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from booking.contracts import answers
from booking.domain import rules
from booking.domain.announcements import ways
from booking.domain.appointment import Appointment, Change
from booking.domain.commands import Move, Offer, Search
from booking.domain.customers import Customer
from booking.domain.errors import NotFound, PreconditionFailed
from booking.store import appointments as rows
from booking.store import practice as practices
from booking.usecases import moves
from booking.usecases.common import edit, manage_token, update
from runtime.db import Session
from runtime.fields import cursor_at
from runtime.versions import content_version, one_at_a_time


def seek(session: Session, practice_id: str, id: str, *, lock: bool = False) -> Appointment:
    """The practice's appointment. Raises NotFound, for another practice's, too."""
    found = rows.by_id(session, practice_id, id, lock=lock)
    if found is None:
        raise NotFound()
    return found


def same_version(found: Appointment | Customer, if_version: int | None) -> None:
    """Raises PreconditionFailed when the caller has seen another version; None: the caller does not mind."""
    if if_version is not None and if_version != found.version:
        raise PreconditionFailed(version=found.version)


def for_change(
    session: Session, practice_id: str, id: str, if_version: int | None, found: Appointment | None = None
) -> Appointment:
    """The practice's appointment, locked (`found`: already), as the caller has seen it. Raises NotFound,
    PreconditionFailed."""
    found = found or seek(session, practice_id, id, lock=True)
    same_version(found, if_version)
    return found


def appointments(session: Session, now: datetime, practice_id: str, wanted: Search) -> dict[str, Any]:
    """A page of the practice's appointments."""
    found = rows.search(session, practice_id, wanted, now)
    return _page(found, wanted.limit, lambda a: a.starts)


def inbox(session: Session, practice_id: str, limit: int, cursor: tuple[datetime, str] | None) -> dict[str, Any]:
    """A page of the online bookings that nobody has handled, newest first."""
    return _page(rows.inbox(session, practice_id, limit, cursor), limit, lambda a: a.created_at)


def inbox_count(session: Session, practice_id: str) -> dict[str, Any]:
    """How many online bookings nobody has handled, counted up to 100."""
    return {"count": rows.count_inbox(session, practice_id, 100)}


def _page(found: list[Appointment], limit: int, key: Any) -> dict[str, Any]:
    shown = found[:limit]
    more = len(found) > limit
    return {
        "items": [answers.listed(a) for a in shown],
        "next": cursor_at(key(shown[-1]), shown[-1].id) if more else None,
    }


def appointment(session: Session, now: datetime, practice_id: str, id: str) -> dict[str, Any]:
    """Everything about one appointment, with its history."""
    return details(session, now, seek(session, practice_id, id))


def details(session: Session, now: datetime, found: Appointment) -> dict[str, Any]:
    """Everything about this appointment, with its history."""
    return answers.detailed(found, rows.changes(session, found.id), now)


def change_status(
    session: Session,
    now: datetime,
    practice_id: str,
    id: str,
    action: str,
    *,
    user_id: str | None,
    notify: bool,
    note: str | None,
    channels: Sequence[str] | None = None,
    if_version: int | None = None,
) -> dict[str, Any]:
    """Accept, decline, cancel, complete or miss. Raises NotFound, PreconditionFailed, InvalidTransition, and Invalid
    when the customer has no address for a channel."""
    before = for_change(session, practice_id, id, if_version)
    after = rules.apply(before, action, now)
    change = Change(what=after.status, at=now, actor="staff", via="desk", user_id=user_id, notify=notify, note=note)
    update(session, before, after, replace(change, channels=ways(before, channels) if notify else None))
    return details(session, now, after)


def move(
    session: Session,
    now: datetime,
    practice_id: str,
    id: str,
    wanted: Move,
    offer: Offer,
    if_version: int | None = None,
) -> dict[str, Any]:
    """Give it another time; a repeat answers the same. Raises NotFound, PreconditionFailed and what `moves.relocate`
    raises."""
    before = seek(session, practice_id, id, lock=True)
    if moves.is_there(before, wanted):
        return details(session, now, before)
    same_version(before, if_version)
    return details(session, now, moves.relocate(session, now, before, wanted, offer))


def undo(
    session: Session,
    now: datetime,
    practice_id: str,
    id: str,
    user_id: str | None,
    if_version: int | None = None,
    *,
    notify: bool = True,
) -> dict[str, Any]:
    """Take the last change of status back; a repeat answers the same. Raises NotFound, PreconditionFailed and what
    `moves.restore` raises."""
    before = seek(session, practice_id, id, lock=True)
    if not rules.undone_before(before, "staff", now):
        same_version(before, if_version)
    return details(session, now, moves.restore(session, now, before, "staff", user_id, notify=notify))


def acknowledge(
    session: Session, now: datetime, practice_id: str, id: str, user_id: str | None, if_version: int | None = None
) -> dict[str, Any]:
    """Take it from the inbox; nothing happens if it was handled already. Raises NotFound, PreconditionFailed."""
    before = seek(session, practice_id, id, lock=True)
    if before.handled_at is not None:
        return details(session, now, before)
    same_version(before, if_version)
    changed = {"handled": {"from": False, "to": True}}
    return details(session, now, edit(session, now, before, user_id, changed=changed, handled_at=now))


def form(session: Session, practice_id: str) -> dict[str, Any]:
    """The fields that the practice added to the booking form, and its limit of open bookings."""
    fields_, most = practices.rules(session, practice_id)
    found = {"fields": fields_, "max_open_bookings": most}
    return {**found, "version": content_version(found)}


def update_form(
    session: Session,
    practice_id: str,
    fields_: list[dict[str, Any]],
    most: int | None,
    if_version: int | None = None,
) -> dict[str, Any]:
    """Replace the form. Appointments made before keep their answers and labels. Raises PreconditionFailed."""
    one_at_a_time(session, f"form|{practice_id}")
    version = form(session, practice_id)["version"]
    if if_version not in (None, version):
        raise PreconditionFailed(version=version)
    practices.save_rules(session, practice_id, fields_, most)
    return form(session, practice_id)


def manage_links(session: Session, ids: Sequence[str], key: bytes) -> dict[str, Any]:
    """The tokens of these appointments' manage links, for another service; None where there is no such appointment."""
    valid = rows.token_generations(session, ids)
    return {"tokens": {id: manage_token(key, id, valid[id]) if id in valid else None for id in ids}}
