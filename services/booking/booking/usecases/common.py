"""What every change needs: the time, the lock, the record, the event."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import Any

from booking.contracts import events
from booking.domain import rules
from booking.domain.announcements import ways
from booking.domain.appointment import Appointment, Change, Contact, Hold, Slot
from booking.domain.commands import Candidate, Offer
from booking.domain.differences import differences
from booking.domain.errors import LimitReached, SlotTaken
from booking.store import appointments as rows
from booking.store import occupancies
from runtime.clock import iso
from runtime.db import Session
from runtime.links import fingerprint, token
from runtime.outbox import emit


def manage_token(key: bytes, id: str, generation: int = 1) -> str:
    """The secret part of the customer's link."""
    return token(key, "manage", id, generation)


def token_hash(manage: str) -> str:
    """What the database keeps of it."""
    return fingerprint(manage)


def create(session: Session, appointment: Appointment, change: Change) -> None:
    """Store a new appointment, its first history row and its event."""
    rows.insert_new(session, appointment)
    _tell(session, appointment, change)


def update(session: Session, before: Appointment, appointment: Appointment, change: Change) -> None:
    """Store the next version of an appointment locked before, its history row and its event."""
    change = replace(change, before=before, changed={**differences(before, appointment), **change.changed})
    if before.occupying and not appointment.occupying:
        occupancies.vacate(session, appointment=before.id)
    rows.save(session, appointment, before)
    _tell(session, appointment, change)


def edit(
    session: Session,
    now: datetime,
    before: Appointment,
    user_id: str | None,
    *,
    notify: bool = False,
    channels: Sequence[str] | None = None,
    changed: dict[str, Any] | None = None,
    **values: Any,
) -> Appointment:
    """The appointment, locked before, with these values: `appointment.updated`. What could be undone still can."""
    after = before.changed(now, **before.undoable, **values)
    change = Change(what="updated", at=now, actor="staff", via="desk", user_id=user_id, notify=notify)
    change = replace(change, channels=ways(before, channels) if notify else None)
    update(session, before, after, replace(change, changed=changed or {}))
    return after


def _tell(session: Session, appointment: Appointment, change: Change) -> None:
    rows.record(session, appointment, change)
    _emit(
        session,
        f"appointment.{change.what}",
        appointment.id,
        appointment.practice_id,
        appointment.version,
        change.at,
        events.appointment(appointment, change),
    )


def tell_payment(session: Session, appointment: Appointment, data: dict[str, Any], now: datetime) -> None:
    """`payment.recorded`, beside the appointment's own event and with its version."""
    _emit(session, "payment.recorded", appointment.id, appointment.practice_id, appointment.version, now, data)


def tell_linked(session: Session, after: Appointment, previous: str | None, now: datetime) -> None:
    """`customer.linked`: this version of the appointment has another customer than before, or none."""
    data = events.linked(after, previous)
    _emit(session, "customer.linked", after.id, after.practice_id, after.version, now, data, mandatory=False)


def tell_held(session: Session, hold: Hold, now: datetime) -> None:
    _emit(session, "slot.held", hold.id, hold.practice_id, hold.version, now, events.held(hold))


def tell_released(session: Session, gone: Sequence[Hold], now: datetime) -> None:
    """One `slot.released` for each hold that was deleted."""
    for hold in gone:
        data = events.released(hold)
        _emit(session, "slot.released", hold.id, hold.practice_id, hold.version + 1, now, data)


def _emit(
    session: Session,
    type: str,
    subject: str,
    practice_id: str,
    version: int,
    now: datetime,
    data: dict[str, Any],
    *,
    mandatory: bool = True,
) -> None:
    about: dict[str, Any] = {"subject": subject, "practice_id": practice_id, "version": version}
    emit(session, "booking", type, **about, now=now, data=data, mandatory=mandatory)


def resource_names(offer: Offer) -> list[str]:
    """The names to lock before one of the offer's candidates is given the time."""
    slots = (offer.slot(candidate) for candidate in offer.candidates)
    return [occupancies.resource(id) for slot in slots for id in slot.resources]


def customer_names(practice_id: str, contact: Contact | Appointment) -> list[str]:
    """The names to lock before the customer's open appointments are counted."""
    ways = (rows.email_key(contact.email), contact.phone)
    return [f"customer|{practice_id}|{value}" for value in ways if value]


def take(
    session: Session,
    now: datetime,
    offer: Offer,
    candidates: Sequence[Candidate],
    *,
    limited: bool,
    appointment: str | None = None,
    hold: str | None = None,
    kept: Hold | None = None,
) -> Candidate:
    """Occupy the offered time of the first candidate that is free and within its limits.

    Limits count the appointments and the holds; where the customer's own hold, `kept` until now, was alive for this
    time, it has been counted against the others already: then only appointments count.

    Raises SlotTaken, or LimitReached when limits alone stood in the way. Requires the locks of `resource_names`.
    """
    owner = {"appointment": appointment, "hold": hold}
    limits = partial(_limit_reached, session, now, offer, but=appointment, kept=kept) if limited else None
    try:
        return _take(session, offer, candidates, limits, owner)
    except SlotTaken:
        if not clear(session, now, map(offer.slot, candidates)):
            raise
        return _take(session, offer, candidates, limits, owner)


def clear(session: Session, now: datetime, slots: Iterable[Slot]) -> bool:
    """Whether expired holds were in the way of these slots; they are gone now. (The constraint cannot see the clock,
    and hardly ever is there one: it is looked for only when the time is not free.)"""
    gone = occupancies.drop_holds(session, now, list(slots))
    tell_released(session, gone, now)
    return bool(gone)


def _take(
    session: Session,
    offer: Offer,
    candidates: Sequence[Candidate],
    limits: Callable[[Candidate], LimitReached | None] | None,
    owner: dict[str, str | None],
) -> Candidate:
    full: list[LimitReached] = []
    for candidate in candidates:
        if limits and (limit := limits(candidate)):
            full.append(limit)
        elif occupancies.occupy(session, offer.slot(candidate), **owner):
            return candidate
    if full and len(full) == len(candidates):
        raise full[0]
    raise SlotTaken(start=iso(offer.starts))


def _limit_reached(
    session: Session, now: datetime, offer: Offer, candidate: Candidate, *, but: str | None, kept: Hold | None
) -> LimitReached | None:
    limits = {"day": candidate.max_per_day, "week": candidate.max_per_week}
    if limits == {"day": None, "week": None}:
        return None
    own = kept is not None and kept.expires_at > now and (kept.calendar_id, kept.starts) == (candidate.id, offer.starts)
    for per, stretch in rules.day_and_week(offer.starts, candidate.time_zone).items():
        if (limit := limits[per]) is None:
            continue
        held = 0 if own else occupancies.count_holds(session, candidate.id, *stretch, now)
        if rows.count_between(session, candidate.id, *stretch, but) + held >= limit:
            return LimitReached(per=per, limit=limit)
    return None
