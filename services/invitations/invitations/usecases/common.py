"""What every change needs: the link, the limits, the messages, the event."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from invitations import store
from invitations.contracts import views
from invitations.domain import rules
from invitations.domain.errors import NotFound, TooManyInvitations
from invitations.domain.invitation import Invitation, Purpose
from runtime.db import Session
from runtime.links import token
from runtime.outbox import emit

PATIENCE = 3600  # seconds until it is worth asking again


@dataclass(frozen=True)
class Limits:
    """Messages within 24 hours: of a practice, and of a practice to one address."""

    practice: int
    address: int


def join_token(key: bytes, id: str, generation: int = 1) -> str:
    """The secret part of the guest's link."""
    return token(key, "join", id, generation)


def seek(session: Session, practice_id: str, id: str, *, lock: bool = False) -> Invitation:
    """The practice's invitation. Raises NotFound, for another practice's, too."""
    found = store.by_id(session, practice_id, id, lock=lock)
    if found is None:
        raise NotFound()
    return found


def shown(session: Session, now: datetime, invitation: Invitation, key: bytes) -> dict[str, Any]:
    """The invitation as staff see it."""
    deliveries = store.deliveries_of(session, [invitation.id])[invitation.id]
    return views.staff(invitation, deliveries, join_token(key, invitation.id, invitation.token_generation), now)


def check_limits(session: Session, now: datetime, practice_id: str, addresses: Sequence[str], limits: Limits) -> None:
    """Whether so many more messages may go out; waits for others of the practice who ask. Raises
    TooManyInvitations."""
    if not addresses:
        return
    store.lock(session, practice_id)
    since = now - rules.DAY
    if store.messages_since(session, practice_id, since) + len(addresses) > limits.practice:
        raise TooManyInvitations(per="practice", limit=limits.practice, retry_after=PATIENCE)
    for address in addresses:
        if store.messages_since(session, practice_id, since, [address]) >= limits.address:
            raise TooManyInvitations(per="address", limit=limits.address, retry_after=PATIENCE)


def change(
    session: Session,
    before: Invitation,
    after: Invitation,
    *,
    type: str,
    now: datetime,
    channels: Iterable[str] = (),
    purpose: Purpose = Purpose.INVITATION,
    limits: Limits | None = None,
) -> Invitation:
    """Store the next state of an invitation locked before, cause the messages to these channels, and tell it.

    Raises TooManyInvitations when `limits` are given and reached.
    """
    known = store.deliveries_of(session, [after.id])[after.id]
    send = rules.attempts(after, known, channels, purpose, now)
    if limits:
        check_limits(session, now, after.practice_id, [each.address for each in send], limits)
    store.progress(session, rules.overtaken(after, known, send, now))
    store.add_deliveries(session, send)
    deliveries = [*known, *send]
    after = replace(after, told=after.told + 1, mark=rules.mark(after.channels, deliveries))
    store.save(session, after, before)
    tell(session, f"invitation.{type}", after, now, views.event(after, deliveries, send, before))
    return after


def tell(session: Session, type: str, invitation: Invitation, now: datetime, data: dict[str, Any]) -> None:
    emit(
        session,
        "invitations",
        type,
        subject=invitation.id,
        practice_id=invitation.practice_id,
        version=invitation.told,
        now=now,
        data=data,
    )
