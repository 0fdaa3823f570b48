"""What a guest does with the link, and what other services need of it."""

import re
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from invitations import store
from invitations.contracts import views
from invitations.domain import rules
from invitations.domain.errors import NotFound
from invitations.domain.invitation import Call, Invitation
from invitations.usecases.common import change, join_token
from runtime.db import Session
from runtime.links import fingerprint

TOKEN = re.compile(r"[A-Za-z0-9_-]{22}")


def by_token(session: Session, token: str, *, lock: bool = False) -> Invitation:
    """The link's invitation. Raises NotFound."""
    found = store.by_token(session, fingerprint(token), lock=lock) if TOKEN.fullmatch(token) else None
    if found is None:
        raise NotFound()
    return found


def join(session: Session, now: datetime, token: str) -> dict[str, Any]:
    """What the link shows. Changes nothing."""
    return views.guest(by_token(session, token), now)


def knock(session: Session, now: datetime, token: str) -> dict[str, Any]:
    """Enter the waiting room; whoever is in it or was let in stays so. Raises NotFound, InvalidTransition."""
    before = by_token(session, token, lock=True)
    rules.check_usable(before, "knock", now)
    after = before
    if before.call == Call.IDLE:
        after = change(session, before, replace(before, call=Call.WAITING), type="changed", now=now)
    return views.guest(after, now)


def join_links(session: Session, ids: Sequence[str], key: bytes) -> dict[str, Any]:
    """The tokens of these invitations' links, for another service; None where there is no such invitation."""
    valid = store.token_generations(session, ids)
    return {"tokens": {id: join_token(key, id, valid[id]) if id in valid else None for id in ids}}
