"""Keep a slot while a form is filled in; let it go; clear away what has expired."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from booking.contracts import answers
from booking.domain.appointment import Hold
from booking.domain.commands import Book, Offer, TakeHold
from booking.domain.errors import HoldExpired, LimitReached
from booking.store import occupancies, practice
from booking.usecases.common import resource_names, take, tell_held, tell_released
from runtime.db import Session
from runtime.ids import new_id


def hold(session: Session, now: datetime, wish: TakeHold, offer: Offer, life: timedelta) -> dict[str, Any]:
    """Keep the offered time for `life`. Raises SlotTaken, LimitReached, IdempotencyConflict."""
    names = resource_names(offer)
    occupancies.lock(session, names + ([practice.lock_name(wish.practice_id, wish.once)] if wish.once else []))
    if known := practice.recall(session, wish.practice_id, wish.once, now):
        return known
    id = new_id()
    candidate = take(session, now, offer, offer.candidates, limited=True, hold=id)
    made = Hold(
        id=id,
        practice_id=wish.practice_id,
        service_id=wish.service,
        expires_at=now + life,
        extensions=0,
        version=1,
        **vars(offer.slot(candidate)),
    )
    occupancies.insert_hold(session, made)
    tell_held(session, made, now)
    answer = answers.hold(made)
    practice.remember(session, wish.practice_id, wish.once, answer, now)
    return answer


def keeps(session: Session, now: datetime, wish: Book) -> bool:
    """Whether the hold that comes with the booking is alive and keeps the very time that is wished for."""
    found = occupancies.hold(session, wish.practice_id, wish.hold, lock=False) if wish.hold else None
    if found is None or found.expires_at <= now:
        return False
    same_calendar = wish.calendar in (None, found.calendar_id)
    return (found.service_id, found.starts) == (wish.service, wish.start) and same_calendar


def extend_hold(
    session: Session, now: datetime, practice_id: str, id: str, life: timedelta, most: int
) -> dict[str, Any]:
    """Keep it for `life` from now on, at most `most` times. Raises HoldExpired, LimitReached."""
    found = occupancies.hold(session, practice_id, id)
    if found is None or found.expires_at <= now:
        raise HoldExpired()
    if found.extensions >= most:
        raise LimitReached(per="hold", limit=most)
    longer = replace(found, expires_at=now + life, extensions=found.extensions + 1, version=found.version + 1)
    occupancies.extend(session, longer)
    tell_held(session, longer, now)
    return answers.hold(longer)


def release_hold(session: Session, now: datetime, practice_id: str, id: str) -> dict[str, Any]:
    """Let the slot go, and say whether it was still kept: nothing happens if it is gone already."""
    gone = occupancies.drop_hold(session, practice_id, id)
    tell_released(session, gone, now)
    return answers.released(bool(gone))


def sweep(session: Session, now: datetime) -> int:
    """Delete expired holds and forgotten answers; the number of holds."""
    gone = occupancies.drop_expired(session, now)
    tell_released(session, gone, now)
    practice.forget(session, now)
    return len(gone)


def sweepable(session: Session, now: datetime) -> bool:
    """Whether `sweep` would find anything to do."""
    return practice.anything_to_sweep(session, now)
