"""Links that people get by mail. The mail itself is notify's: it hears an event, which never holds the token, and asks
for the token when it writes (`tokens`)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from practice.domain import KEEP_LINKS, LETTERS_PER, MOST_LETTERS, Link, LinkKind, NotFound, User
from practice.store import links as store
from practice.store.practices import one_at_a_time
from runtime.clock import iso
from runtime.db import Session
from runtime.ids import new_id
from runtime.links import fingerprint, token
from runtime.outbox import emit

EVENTS = {
    LinkKind.REGISTRATION: "registration.requested",
    LinkKind.KNOWN: "registration.repeated",
    LinkKind.INVITATION: "user.invited",
    LinkKind.RESET: "password.forgotten",
}


def write(
    session: Session,
    now: datetime,
    key: bytes,
    kind: LinkKind,
    email: str,
    *,
    practice_id: str,
    words: dict[str, Any],
    user: User | None = None,
    data: dict[str, Any] | None = None,
) -> bool:
    """A link of this kind for who reads mail at this address, and the event that has it written. `words`: name,
    locale, practice and by whom. False, and nothing happens, when the address has got enough letters for now."""
    email = email.lower()
    one_at_a_time(session, f"letter|{email}")
    store.forget_links(session, now - KEEP_LINKS)
    if store.written_since(session, email, now - LETTERS_PER) >= MOST_LETTERS:
        return False
    id = new_id()
    whose = user.id if user else None
    link = Link(id, kind, practice_id, whose, email, now, now + kind.life, data=data or {})
    store.add_link(session, link, fingerprint(_token(key, id)) if kind.usable else None)
    if kind in EVENTS:
        told = {"id": id, "email": email, **words, "expires_at": iso(link.expires)}
        emit(session, "practice", EVENTS[kind], subject=id, practice_id=practice_id, version=1, now=now, data=told)
    return True


def tokens(session: Session, now: datetime, key: bytes, ids: Sequence[str]) -> dict[str, str | None]:
    """The tokens of these links, for the service that writes the mails; None where a link works no more."""
    good = store.good_links(session, now, ids)
    return {id: _token(key, id) if id in good else None for id in ids}


def by_token(session: Session, now: datetime, given: str, *kinds: LinkKind, used: bool = False) -> Link:
    """The link with this token. Raises NotFound: unknown, of another kind, too old, or used up (unless `used`)."""
    link = store.link_by_fingerprint(session, fingerprint(given))
    if link is None or link.kind not in kinds or not (link.good(now) or (used and link.used)):
        raise NotFound()
    return link


def _token(key: bytes, id: str) -> str:
    return token(key, "account", id)
