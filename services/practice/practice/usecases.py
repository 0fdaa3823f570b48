"""One function per command or question: (session, now, …) -> result. None of them commits."""

import hashlib
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from practice import store
from practice.contracts.views import practice_data
from practice.domain import (
    FORGET_FAILURES,
    LONGEST_BLOCK,
    SESSION_LIFE,
    EmailTaken,
    NotFound,
    Place,
    Practice,
    Unauthorized,
    User,
)
from runtime.db import Session
from runtime.ids import new_id
from runtime.links import fingerprint
from runtime.outbox import emit


@dataclass(frozen=True)
class SignedIn:
    """A good session: its id (for the access token), its user and practice."""

    session_id: str
    user: User
    practice: Practice


def by_slug(session: Session, slug: str) -> Practice:
    """Raises NotFound."""
    practice = store.practice_by_slug(session, slug)
    if practice is None:
        raise NotFound(slug=slug)
    return practice


def get(session: Session, practice_id: str) -> Practice:
    """Raises NotFound."""
    return _known(store.practice_by_id(session, practice_id))


def update(session: Session, now: datetime, practice_id: str, changes: dict[str, Any]) -> Practice:
    """Change these fields; an event is told only if anything differs."""
    old = _known(store.practice_by_id(session, practice_id, lock=True))
    return _change(session, now, old, replace(old, **changes))


def create_place(session: Session, now: datetime, practice_id: str, name: str, address: str) -> Place:
    """A further place, last in the order."""
    old = _known(store.practice_by_id(session, practice_id, lock=True))
    place = Place(new_id(), name, address)
    _change(session, now, old, replace(old, places=(*old.places, place)))
    return place


def update_place(session: Session, now: datetime, practice_id: str, place_id: str, changes: dict[str, Any]) -> Place:
    """Raises NotFound, also for another practice's place."""
    old = _known(store.practice_by_id(session, practice_id, lock=True))
    places = {place.id: place for place in old.places}
    if place_id not in places:
        raise NotFound(place=place_id)
    places[place_id] = replace(places[place_id], **changes)
    _change(session, now, old, replace(old, places=tuple(places.values())))
    return places[place_id]


def set_plan(session: Session, now: datetime, slug: str, plan: str) -> Practice:
    """The operator's act; tells `plan.changed` beside `practice.changed`."""
    old = _known(store.practice_by_id(session, by_slug(session, slug).id, lock=True))
    practice = _change(session, now, old, replace(old, plan=plan))
    if practice != old:
        _tell_plan(session, now, practice)
    return practice


def provision(session: Session, now: datetime, command: dict[str, Any], password_hash: str) -> str:
    """The id of the practice with this slug, made with owner and places if it is not there yet.

    Raises EmailTaken when the owner's address signs in elsewhere.
    """
    store.one_at_a_time(session, "provision")
    if known := store.practice_by_slug(session, command["slug"]):
        return known.id
    owner, places = command["owner"], command["places"]
    plain = {key: value for key, value in command.items() if key not in ("owner", "places")}
    practice = Practice(id=new_id(), **plain, places=tuple(Place(new_id(), p["name"], p["address"]) for p in places))
    if store.user_by_email(session, owner["email"]):
        raise EmailTaken()
    store.save_practice(session, practice)
    user = User(new_id(), practice.id, owner["email"], owner["name"], "owner", practice.locale, None, password_hash)
    store.add_user(session, user)
    _tell(session, now, practice)
    _tell_plan(session, now, practice)
    return practice.id


def admit_attempt(session: Session, now: datetime, email: str, address: str) -> User | None:
    """Count a sign-in attempt before it is judged, so that many at once cannot slip through; the user, if known.

    Raises TooManyAttempts.
    """
    key = _attempt_key(email, address)
    store.one_at_a_time(session, key)
    store.save_attempts(session, key, store.attempts(session, key).admit(now))
    store.forget_attempts(session, before=now - FORGET_FAILURES - LONGEST_BLOCK)
    return store.user_by_email(session, email)


def open_session(
    session: Session, now: datetime, user: User, address: str, new_hash: str | None
) -> tuple[str, SignedIn]:
    """A new session for a user whose password was right, and its token, which is told here only."""
    token, id = secrets.token_urlsafe(32), new_id()
    key = _attempt_key(user.email, address)
    store.one_at_a_time(session, key)
    store.forget_attempts(session, key=key)
    store.forget_sessions(session, now - SESSION_LIFE)
    store.add_session(session, id, user.id, fingerprint(token), now, now + SESSION_LIFE)
    if new_hash:
        store.set_password_hash(session, user.id, new_hash)
    return token, SignedIn(id, user, get(session, user.practice_id))


def set_password(session: Session, now: datetime, email: str, password_hash: str) -> None:
    """The operator's act for who forgot it; ends all sessions of the user. Raises NotFound."""
    user = store.user_by_email(session, email)
    if user is None:
        raise NotFound()
    store.set_password_hash(session, user.id, password_hash)
    _tell_revoked(session, now, store.revoke_sessions_of(session, user.id, now))


def refresh(session: Session, now: datetime, token: str) -> SignedIn:
    """The session's user; its fourteen days begin anew. Raises Unauthorized."""
    found = store.extend_session(session, fingerprint(token), now, now + SESSION_LIFE)
    user = store.user_by_id(session, found[1]) if found else None
    if found is None or user is None:
        raise Unauthorized()
    return SignedIn(found[0], user, get(session, user.practice_id))


def sign_out(session: Session, now: datetime, token: str) -> None:
    """Revoke the session and tell it; one that is not there is out already."""
    _tell_revoked(session, now, store.revoke_session(session, fingerprint(token), now))


def _attempt_key(email: str, address: str) -> str:
    return hashlib.sha256(f"{email.lower()}|{address}".encode()).hexdigest()


def _known(practice: Practice | None) -> Practice:
    if practice is None:
        raise NotFound()
    return practice


def _change(session: Session, now: datetime, old: Practice, new: Practice) -> Practice:
    if new == old:
        return old
    new = replace(new, version=old.version + 1)
    store.save_practice(session, new)
    _tell(session, now, new)
    return new


def _tell(session: Session, now: datetime, practice: Practice) -> None:
    _emit(session, "practice.changed", now, practice, practice_data(practice))


def _tell_plan(session: Session, now: datetime, practice: Practice) -> None:
    _emit(session, "plan.changed", now, practice, {"plan": practice.plan}, mandatory=False)


def _tell_revoked(session: Session, now: datetime, ended: Sequence[tuple[str, str]]) -> None:
    for id, user_id in ended:
        user = store.user_by_id(session, user_id)
        assert user is not None, "sessions refer to users"
        data = {"session": id, "user": user_id}
        emit(
            session,
            "practice",
            "session.revoked",
            subject=id,
            practice_id=user.practice_id,
            version=1,
            now=now,
            data=data,
            mandatory=False,
        )


def _emit(
    session: Session, type: str, now: datetime, practice: Practice, data: dict[str, Any], *, mandatory: bool = True
) -> None:
    emit(
        session,
        "practice",
        type,
        subject=practice.id,
        practice_id=practice.id,
        version=practice.version,
        now=now,
        data=data,
        mandatory=mandatory,
    )
