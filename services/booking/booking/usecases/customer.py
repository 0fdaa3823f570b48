"""What a customer does with the link in the mail."""

import re
from datetime import datetime
from typing import Any

from booking.contracts import answers
from booking.domain import rules
from booking.domain.appointment import CANCELLED, Appointment, Change
from booking.domain.commands import Move, Offer
from booking.domain.errors import NotFound
from booking.store import appointments as rows
from booking.usecases import moves
from booking.usecases.common import token_hash, update
from runtime.db import Session

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def by_token(session: Session, token: str, *, lock: bool = False) -> Appointment:
    """The link's appointment. Raises NotFound."""
    found = rows.by_token(session, token_hash(token), lock=lock) if TOKEN.fullmatch(token) else None
    if found is None:
        raise NotFound()
    return found


def managed(session: Session, now: datetime, token: str) -> dict[str, Any]:
    """The customer's view. Changes nothing."""
    return answers.managed(by_token(session, token), now)


def cancel_managed(session: Session, now: datetime, token: str) -> dict[str, Any]:
    """Cancel and free the time; a repeat answers the same. Raises NotFound, InvalidTransition, TooLate."""
    before = by_token(session, token, lock=True)
    if before.status == CANCELLED:
        return answers.managed(before, now)
    after = rules.cancel_by_customer(before, now)
    update(session, before, after, Change(what="cancelled", at=now, actor="customer", via="link"))
    return answers.managed(after, now)


def move_managed(session: Session, now: datetime, token: str, move: Move, offer: Offer) -> dict[str, Any]:
    """Take another time; a repeat answers the same. Raises NotFound and what `moves.relocate` raises."""
    before = by_token(session, token, lock=True)
    after = before if moves.is_there(before, move) else moves.relocate(session, now, before, move, offer)
    return answers.managed(after, now)


def undo_managed(session: Session, now: datetime, token: str) -> dict[str, Any]:
    """Take the cancellation back; a repeat answers the same. Raises NotFound and what `moves.restore` raises."""
    before = by_token(session, token, lock=True)
    return answers.managed(moves.restore(session, now, before, "customer"), now)
