"""Signing in and out."""

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from practice.domain import (
    FORGET_FAILURES,
    LONGEST_BLOCK,
    SESSION_LIFE,
    BadCredentials,
    NotFound,
    Practice,
    Unauthorized,
    User,
)
from practice.store import links, users
from practice.store import sessions as store
from practice.store.practices import one_at_a_time
from practice.usecases.practices import get
from runtime.db import Session
from runtime.ids import new_id
from runtime.links import fingerprint
from runtime.outbox import emit


class Overtaken(BadCredentials):
    """The password was right when it was judged; the user's hash is another by now, or they may sign in no more."""


@dataclass(frozen=True)
class SignedIn:
    """A good session: its id (for the access token), its user and practice."""

    session_id: str
    user: User
    practice: Practice


def admit_attempt(session: Session, now: datetime, email: str, address: str) -> User | None:
    """Count a sign-in attempt before it is judged, so that many at once cannot slip through; the user, if known.

    Raises TooManyAttempts.
    """
    key = _attempt_key(email, address)
    one_at_a_time(session, key)
    store.save_attempts(session, key, store.attempts(session, key).admit(now))
    store.forget_attempts(session, before=now - FORGET_FAILURES - LONGEST_BLOCK)
    return users.user_by_email(session, email)


def known(session: Session, email: str) -> User | None:
    """Who signs in with this address."""
    return users.user_by_email(session, email)


def forget_attempts(session: Session, email: str, address: str) -> None:
    """The password was right."""
    key = _attempt_key(email, address)
    one_at_a_time(session, key)
    store.forget_attempts(session, key=key)


def open_session(
    session: Session, now: datetime, user: User, address: str, new_hash: str | None
) -> tuple[str, SignedIn]:
    """A new session for a user whose password was right, and its token, which is told here only. Raises Overtaken."""
    user = unchanged(session, user)
    token, id = secrets.token_urlsafe(32), new_id()
    forget_attempts(session, user.email, address)
    store.forget_sessions(session, now - SESSION_LIFE)
    store.add_session(session, id, user.id, fingerprint(token), now, now + SESSION_LIFE)
    if new_hash:
        users.set_password_hash(session, user.id, new_hash)
    return token, SignedIn(id, user, get(session, user.practice_id))


def unchanged(session: Session, seen: User) -> User:
    """The user whose password was judged, as they are now, kept from changes until this transaction ends: judging takes
    long, and a new password or a deactivation may come meanwhile. Raises Overtaken."""
    user = users.user_by_id(session, seen.id, lock=True)
    if user is None or user.usable_hash is None or user.usable_hash != seen.usable_hash:
        raise Overtaken()
    return user


def set_password(session: Session, now: datetime, email: str, password_hash: str) -> None:
    """The operator's act for who forgot it, or cannot get the invitation; ends all sessions and links of the user.
    Raises NotFound, also when several practices wait for this address."""
    users.hold_address(session, email)
    user = users.user_by_email(session, email) or users.only_invited(session, email)
    if user is None:
        raise NotFound()
    users.set_password_hash(session, user.id, password_hash)
    links.void_links_of(session, user.id, now)
    end_sessions(session, now, user)


def refresh(session: Session, now: datetime, token: str) -> SignedIn:
    """The session's user; its fourteen days begin anew. Raises Unauthorized."""
    found = store.extend_session(session, fingerprint(token), now, now + SESSION_LIFE)
    user = users.user_by_id(session, found[1]) if found else None
    if found is None or user is None or not user.active:
        raise Unauthorized()
    return SignedIn(found[0], user, get(session, user.practice_id))


def sign_out(session: Session, now: datetime, token: str) -> None:
    """Revoke the session and tell it; one that is not there is out already."""
    for id, user_id in store.revoke_session(session, fingerprint(token), now):
        user = users.user_by_id(session, user_id)
        assert user is not None, "sessions refer to users"
        _tell_revoked(session, now, user, [id])


def end_sessions(session: Session, now: datetime, user: User, but: str | None = None) -> None:
    """Sign the user out everywhere, but in the session with the id `but`."""
    _tell_revoked(session, now, user, [id for id, _ in store.revoke_sessions_of(session, user.id, now, but)])


def _attempt_key(email: str, address: str) -> str:
    return hashlib.sha256(f"{email.lower()}|{address}".encode()).hexdigest()


def _tell_revoked(session: Session, now: datetime, user: User, ended: Iterable[str]) -> None:
    for id in ended:
        emit(
            session,
            "practice",
            "session.revoked",
            subject=id,
            practice_id=user.practice_id,
            version=1,
            now=now,
            data={"session": id, "user": user.id},
            mandatory=False,
        )
