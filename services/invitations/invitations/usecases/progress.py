"""What notify tells of the messages to guests."""

from datetime import datetime
from typing import Any

from invitations import store
from invitations.domain import rules
from invitations.usecases.common import change
from runtime.db import Session
from runtime.errors import Permanent


def message_told(session: Session, now: datetime, practice_id: str, at: datetime, news: dict[str, Any]) -> None:
    """Note how far a message came; news of other messages, and older ones, change nothing.

    Raises Permanent when one practice tells of another's invitation.
    """
    invitation = store.anywhere(session, news["invitation"])
    if invitation is None:
        return
    if invitation.practice_id != practice_id:
        raise Permanent("an invitation of another practice")
    known = store.deliveries_of(session, [invitation.id])[invitation.id]
    wanted = (news["channel"], news["attempt"])
    delivery = next((each for each in known if (each.channel, each.attempt) == wanted), None)
    after = rules.learned(delivery, news["state"], news["turn"], news["reason"], at) if delivery else None
    if after:
        store.progress(session, [after])
        change(session, invitation, invitation, type="changed", now=now)
