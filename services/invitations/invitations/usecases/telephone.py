"""Guests whom no invitation reached are called instead, and that is noted (X5)."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from invitations import store
from invitations.domain import rules
from invitations.domain.errors import NotFound
from invitations.domain.invitation import Delivery, Invitation
from invitations.usecases.common import change, seek, shown
from runtime.db import Session


def mark_called(
    session: Session, now: datetime, practice_id: str, id: str, user: tuple[str | None, str], key: bytes
) -> dict[str, Any]:
    """Note that `user` (id and name) called about what failed; it holds until something newer fails.

    Raises NotFound for a guest who is not to be called.
    """
    before, failed = _to_call(session, now, practice_id, id)
    about = {each.channel: each.attempt for each in failed}
    after = replace(before, called_at=now, called_by=user[0], called_name=user[1], called_for=about)
    return _noted(session, now, before, after, key)


def unmark_called(session: Session, now: datetime, practice_id: str, id: str, key: bytes) -> dict[str, Any]:
    """Take the note back. Raises NotFound for a guest who is not to be called."""
    before, _failed = _to_call(session, now, practice_id, id)
    after = replace(before, called_at=None, called_by=None, called_name=None, called_for=None)
    return _noted(session, now, before, after, key)


def _to_call(session: Session, now: datetime, practice_id: str, id: str) -> tuple[Invitation, list[Delivery]]:
    invitation = seek(session, practice_id, id, lock=True)
    failed = rules.to_be_called(invitation, store.deliveries_of(session, [id])[id], now)
    if not failed:
        raise NotFound()
    return invitation, failed


def _noted(session: Session, now: datetime, before: Invitation, after: Invitation, key: bytes) -> dict[str, Any]:
    """Open pages hear of it; nobody's edit becomes stale by it."""
    return shown(session, now, change(session, before, after, type="changed", now=now), key)
