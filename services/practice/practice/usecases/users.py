"""The people of a practice: invited, given roles, deactivated; and what each may change of themselves."""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from practice.domain import (
    LETTERS_PER,
    EmailTaken,
    LastOwner,
    Link,
    LinkKind,
    NotFound,
    PreconditionFailed,
    TooManyLetters,
    User,
)
from practice.store import links
from practice.store import practices as practice_rows
from practice.store import users as store
from practice.usecases import letters, practices
from practice.usecases.sessions import end_sessions, unchanged
from runtime.db import Session
from runtime.ids import new_id

BY_LINK = (LinkKind.INVITATION, LinkKind.RESET)


def listed(session: Session, practice_id: str) -> list[User]:
    """Everybody, also who is deactivated."""
    return store.users_of(session, practice_id)


def get(session: Session, practice_id: str, id: str) -> User:
    """Raises NotFound, also for another practice's user."""
    user = store.user_by_id(session, id)
    if user is None or user.practice_id != practice_id:
        raise NotFound(user=id)
    return user


def invite(session: Session, now: datetime, key: bytes, by: tuple[str, str], wish: dict[str, Any]) -> User:
    """A new user without a password, and a letter with the link to set one. `by`: practice and user who invite.

    Who the address is elsewhere makes no difference, so nobody learns it here. Raises EmailTaken (by somebody of this
    practice), TooManyLetters.
    """
    practice_id, inviting = by
    practice = practices.get(session, practice_id)
    store.hold_address(session, wish["email"])
    if store.member(session, practice_id, wish["email"]):
        raise EmailTaken()
    locale = wish.get("locale") or practice.locale
    user = User(new_id(), practice_id, wish["email"].lower(), wish["name"], wish["role"], locale, None, "")
    store.add_user(session, user)
    _send_invitation(session, now, key, user, practice.name, get(session, practice_id, inviting).name)
    return user


def invite_again(session: Session, now: datetime, key: bytes, by: tuple[str, str], id: str) -> User:
    """Another letter to who has not accepted; the links before work no more. Raises NotFound, TooManyLetters."""
    practice_id, inviting = by
    user = get(session, practice_id, id)
    if user.state != "invited":
        raise NotFound(user=id)
    links.void_links_of(session, id, now)
    practice = practices.get(session, practice_id)
    _send_invitation(session, now, key, user, practice.name, get(session, practice_id, inviting).name)
    return user


def _send_invitation(session: Session, now: datetime, key: bytes, user: User, practice: str, by: str) -> None:
    words = {"name": user.name, "locale": user.locale, "practice": practice, "by": by}
    kind = LinkKind.INVITATION
    if not letters.write(session, now, key, kind, user.email, practice_id=user.practice_id, words=words, user=user):
        raise TooManyLetters(retry_after=round(LETTERS_PER.total_seconds()))


@dataclass(frozen=True)
class Changed:
    """A user before and after."""

    old: User
    new: User


def update(
    session: Session, now: datetime, practice_id: str, id: str, changes: dict[str, Any], if_version: int | None
) -> Changed:
    """Change name, role, language, zone, or whether the user may sign in. Who may do less from now on is signed out.

    Raises NotFound, PreconditionFailed, LastOwner.
    """
    practice_rows.practice_by_id(session, practice_id, lock=True)  # two owners must not demote each other at once
    old = get(session, practice_id, id)
    new = _next(old, changes, if_version)
    leaves = old.role == "owner" and old.usable_hash and (new.role != "owner" or not new.active)
    if leaves and store.owners(session, practice_id) < 2:
        raise LastOwner()
    if new is old:
        return Changed(old, old)
    store.save_user(session, new)
    if new.role != old.role or not new.active:
        end_sessions(session, now, new)
    if not new.active:
        links.void_links_of(session, id, now)
    return Changed(old, new)


def update_own(session: Session, practice_id: str, id: str, changes: dict[str, Any], if_version: int | None) -> User:
    """Change one's own name, language, zone (None: the practice's). Raises NotFound, PreconditionFailed."""
    practice_rows.practice_by_id(session, practice_id, lock=True)  # of two changes one sees the other's version
    old = get(session, practice_id, id)
    new = _next(old, changes, if_version)
    if new is not old:
        store.save_user(session, new)
    return new


def change_password(session: Session, now: datetime, user: User, password_hash: str, stay: str | None) -> None:
    """A new password for who knew that of before; all sessions end but the one with the id `stay`. Raises Overtaken."""
    unchanged(session, user)
    store.set_password_hash(session, user.id, password_hash)
    links.void_links_of(session, user.id, now)
    end_sessions(session, now, user, but=stay)


def forgot_password(session: Session, now: datetime, key: bytes, email: str) -> str | None:
    """A letter with a link to who signs in with this address; the user's id. An unknown address gets none, and costs
    the same work."""
    user = store.user_by_email(session, email)
    if user is None or not user.active:
        letters.write(session, now, key, LinkKind.NOBODY, email, practice_id=new_id(), words={})
        return None
    practice = practices.get(session, user.practice_id)
    words = {"name": user.name, "locale": user.locale, "practice": practice.name, "by": None}
    sent = letters.write(session, now, key, LinkKind.RESET, email, practice_id=practice.id, words=words, user=user)
    return user.id if sent else None


def invited(session: Session, now: datetime, token: str) -> tuple[Link, User]:
    """Who may choose a password by this link. Raises NotFound, EmailTaken (somebody signs in with their address)."""
    link = letters.by_token(session, now, token, *BY_LINK)
    user = store.user_by_id(session, link.user_id) if link.user_id else None
    if user is None or not user.active:
        raise NotFound()
    known = store.user_by_email(session, user.email)
    if known and known.id != user.id:
        raise EmailTaken()
    return link, user


def choose_password(session: Session, now: datetime, token: str, password_hash: str) -> tuple[Link, User]:
    """The password that the link's reader chose; all links and sessions of before end. Raises NotFound, EmailTaken."""
    store.hold_address(session, letters.by_token(session, now, token, *BY_LINK).email)
    link, user = invited(session, now, token)
    if not links.use(session, link, now):
        raise NotFound()
    store.set_password_hash(session, user.id, password_hash)
    links.void_links_of(session, user.id, now)
    end_sessions(session, now, user)
    return link, user


def _next(old: User, changes: dict[str, Any], if_version: int | None) -> User:
    """The user after the changes; the same object if there are none. Raises PreconditionFailed."""
    if if_version is not None and if_version != old.version:
        raise PreconditionFailed(version=old.version)
    new = replace(old, **changes)
    return replace(new, version=old.version + 1) if new != old else old
