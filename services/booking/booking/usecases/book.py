"""Book an appointment: the one transaction in which a time becomes somebody's."""

from datetime import datetime
from typing import Any

from booking.contracts import answers
from booking.domain import rules
from booking.domain.announcements import ways
from booking.domain.appointment import ACCEPTED, PENDING, Appointment, Change
from booking.domain.commands import Book, Candidate, Offer
from booking.domain.errors import Invalid, TooManyOpen
from booking.store import appointments as rows
from booking.store import occupancies, practice
from booking.usecases.common import (
    create,
    customer_names,
    manage_token,
    resource_names,
    take,
    tell_linked,
    tell_released,
    token_hash,
)
from runtime.db import Session
from runtime.ids import new_id


def answered_before(session: Session, now: datetime, wish: Any, key: bytes) -> dict[str, Any] | None:
    """The answer that this request already got, if it is a repeat. Raises IdempotencyConflict."""
    known = practice.recall(session, wish.practice_id, wish.once, now)
    return _with_token(known, key) if known and isinstance(wish, Book) else known


def book(session: Session, now: datetime, wish: Book, offer: Offer, key: bytes) -> dict[str, Any]:
    """Give the offered time to the customer, or refuse and change nothing.

    Raises SlotTaken, LimitReached, TooManyOpen, Invalid (answers; no address for a channel), IdempotencyConflict. A
    repeat under the same idempotency key gets the same answer.
    """
    occupancies.lock(session, _names(wish, offer))
    fields, most, known = practice.rules_and_answer(session, wish.practice_id, wish.once, now)
    if known:
        return _with_token(known, key)
    if not wish.online:
        fields, most = [], None
    if errors := rules.check_answers(fields, wish.answers):
        raise Invalid(errors={"answers": errors})
    _check_open(session, now, wish, most)
    id = new_id()
    candidate = _take(session, now, wish, offer, id)
    appointment = _appointment(id, now, wish, offer, candidate, fields, key)
    create(session, appointment, _change(now, wish, appointment))
    if appointment.customer_id:
        tell_linked(session, appointment, None, now)
    answer = answers.booked(appointment)
    practice.remember(session, wish.practice_id, wish.once, answer, now)
    return _with_token(answer, key)


def _change(now: datetime, wish: Book, appointment: Appointment) -> Change:
    told_by = ways(appointment, wish.channels) if wish.notify else None
    by: dict[str, Any] = {"actor": "customer" if wish.online else "staff", "via": wish.via, "user_id": wish.user_id}
    return Change(what="booked", at=now, **by, notify=wish.notify, channels=told_by)


def _with_token(answer: dict[str, Any], key: bytes) -> dict[str, Any]:
    """The token is derived, never stored."""
    return {**answer, "manage_token": manage_token(key, answer["id"])}


def _names(wish: Book, offer: Offer) -> list[str]:
    names = resource_names(offer)
    if wish.once:
        names.append(practice.lock_name(wish.practice_id, wish.once))
    # One customer's two bookings at once see each other: there may be a limit.
    return names + (customer_names(wish.practice_id, wish.whom) if wish.online else [])


def _check_open(session: Session, now: datetime, wish: Book, most: int | None) -> None:
    if most is None:
        return
    contact = wish.whom
    if rows.count_open(session, wish.practice_id, contact.email, contact.phone, now) >= most:
        raise TooManyOpen(limit=most)


def _take(session: Session, now: datetime, wish: Book, offer: Offer, id: str) -> Candidate:
    own = occupancies.drop_hold(session, wish.practice_id, wish.hold) if wish.hold else []
    tell_released(session, own, now)
    kept = own[0] if own else None
    candidates = offer.preferring(kept.calendar_id if kept else None)
    return take(session, now, offer, candidates, limited=wish.online, appointment=id, kept=kept)


def _appointment(
    id: str, now: datetime, wish: Book, offer: Offer, candidate: Candidate, fields: list[dict[str, Any]], key: bytes
) -> Appointment:
    contact, given = wish.whom, rules.labelled(fields, wish.answers)
    return Appointment(
        id=id,
        practice_id=wish.practice_id,
        version=1,
        status=PENDING if wish.online and offer.confirmation == "request" else ACCEPTED,
        occupying=True,
        service=offer.service,
        confirmation=offer.confirmation,
        calendar={"id": candidate.id, "nickname": candidate.nickname, "time_zone": candidate.time_zone},
        place=candidate.place,
        cancel_notice_minutes=offer.cancel_notice_minutes,
        move_notice_minutes=offer.move_notice_minutes,
        customer_id=wish.customer_id,
        locale=wish.locale or "de",
        time_zone=wish.zone,
        answers=given,
        message=wish.message,
        comment=rules.comment(contact, given, wish.message),
        note=wish.note or None,
        paid=0,
        online=wish.online,
        link=wish.link,
        handled_at=None if wish.online else now,
        token_hash=token_hash(manage_token(key, id)),
        token_generation=1,
        cancelled_at=None,
        cancelled_by=None,
        undo_status=None,
        undo_until=None,
        undo_actor=None,
        undo_handled_at=None,
        created_at=now,
        changed_at=now,
        **vars(contact),
        **vars(offer.slot(candidate)),
        booked={**vars(contact), "locale": wish.locale or "de", "time_zone": wish.zone} if wish.customer_id else None,
    )
