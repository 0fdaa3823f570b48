"""The tenant and its places: what it says of itself, and what the operator does."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from practice.contracts.views import place_version, practice_data
from practice.domain import EmailTaken, NotFound, Place, Practice, PreconditionFailed, User
from practice.store import practices as store
from practice.store import users
from runtime.db import Session
from runtime.ids import new_id, stable_id
from runtime.outbox import emit


def by_slug(session: Session, slug: str) -> Practice:
    """Raises NotFound."""
    practice = store.practice_by_slug(session, slug)
    if practice is None:
        raise NotFound(slug=slug)
    return practice


def get(session: Session, practice_id: str) -> Practice:
    """Raises NotFound."""
    return _known(store.practice_by_id(session, practice_id))


def update(
    session: Session, now: datetime, practice_id: str, changes: dict[str, Any], if_version: int | None = None
) -> Practice:
    """Change these fields; an event is told only if anything differs. Raises PreconditionFailed."""
    old = _known(store.practice_by_id(session, practice_id, lock=True))
    if if_version is not None and if_version != old.version:
        raise PreconditionFailed(version=old.version)
    return _change(session, now, old, replace(old, **changes))


def create_place(
    session: Session, now: datetime, practice_id: str, name: str, address: str, key: UUID | None = None
) -> Place:
    """A further place, last in the order. A repeat under the same key answers the one that was added."""
    old = _known(store.practice_by_id(session, practice_id, lock=True))
    id = stable_id("place", practice_id, str(key)) if key else new_id()
    if known := next((place for place in old.places if place.id == id), None):
        return known
    place = Place(id, name, address)
    _change(session, now, old, replace(old, places=(*old.places, place)))
    return place


def update_place(
    session: Session, now: datetime, practice_id: str, place_id: str, if_version: int | None, changes: dict[str, Any]
) -> Place:
    """Raises NotFound, also for another practice's place, and PreconditionFailed."""
    old = _known(store.practice_by_id(session, practice_id, lock=True))
    places = {place.id: place for place in old.places}
    if place_id not in places:
        raise NotFound(place=place_id)
    if if_version not in (None, version := place_version(places[place_id])):
        raise PreconditionFailed(version=version)
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
    found(session, now, practice, owner["name"], owner["email"], password_hash)
    return practice.id


def found(session: Session, now: datetime, practice: Practice, name: str, email: str, password_hash: str) -> User:
    """Store a new practice with its owner, and tell it. Raises EmailTaken."""
    users.hold_address(session, email)
    if users.user_by_email(session, email):
        raise EmailTaken()
    store.save_practice(session, practice)
    owner = User(new_id(), practice.id, email.lower(), name, "owner", practice.locale, None, password_hash)
    users.add_user(session, owner)
    _tell(session, now, practice)
    _tell_plan(session, now, practice)
    return owner


def end_first_steps(session: Session, practice_id: str) -> None:
    """The new practice is set up, or its owner needs no guide any more."""
    store.end_first_steps(session, practice_id)


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
