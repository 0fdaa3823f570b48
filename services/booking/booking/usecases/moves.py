"""Give an appointment another time, or its old time back."""

from dataclasses import replace
from datetime import datetime

from booking.domain import places, rules
from booking.domain.announcements import ways
from booking.domain.appointment import ACTIVE, Appointment, Change
from booking.domain.commands import Move, Offer
from booking.domain.errors import Conflict, SlotTaken, TooManyOpen
from booking.store import appointments as rows
from booking.store import occupancies, practice
from booking.usecases.common import clear, customer_names, resource_names, take, update
from runtime.clock import iso
from runtime.db import Session


def is_there(appointment: Appointment, move: Move) -> bool:
    """Whether the appointment already has the time that the move asks for: then the move is a repeat."""
    same_calendar = move.calendar in (None, appointment.calendar_id)
    return appointment.status in ACTIVE and appointment.starts == move.start and same_calendar


def relocate(session: Session, now: datetime, before: Appointment, move: Move, offer: Offer) -> Appointment:
    """The moved appointment; `before` was locked. Raises InvalidTransition, TooLate, SlotTaken, LimitReached, Invalid
    when the customer has no address for a channel, and Conflict when its service or duration was changed meanwhile.

    The service and its price stay as booked. A customer's move of a service by request goes back to the inbox.
    """
    rules.check_move(before, move.actor, now)
    if offer.service["id"] != before.service["id"] or offer.ends - offer.starts != before.ends - before.starts:
        raise Conflict()  # availability was asked about what it was before
    occupancies.lock(session, [*map(occupancies.resource, before.slot.resources), *resource_names(offer)])
    occupancies.vacate(session, appointment=before.id)
    limited = move.actor == "customer"
    candidate = take(session, now, offer, offer.candidates, limited=limited, appointment=before.id)
    status = rules.status_after_move(before, move.actor)
    asks_again = move.actor == "customer" and before.confirmation == "request"
    after = before.changed(
        now,
        **vars(offer.slot(candidate)),
        status=status,
        handled_at=None if asks_again else before.handled_at,
        calendar={"id": candidate.id, "nickname": candidate.nickname, "time_zone": candidate.time_zone},
        place=before.place if places.own(before.place) else candidate.place,
        cancel_notice_minutes=offer.cancel_notice_minutes,
        move_notice_minutes=offer.move_notice_minutes,
    )
    via = "link" if move.actor == "customer" else "desk"
    change = Change(what="rescheduled", at=now, actor=move.actor, via=via, user_id=move.user_id, notify=move.notify)
    told_by = ways(before, move.channels) if move.notify else None
    change = replace(change, note=move.note or None, channels=told_by)
    update(session, before, after, change)
    return after


def restore(
    session: Session,
    now: datetime,
    before: Appointment,
    actor: str,
    user_id: str | None = None,
    *,
    notify: bool = True,
) -> Appointment:
    """Undo the last change of status; `before` was locked. Raises InvalidTransition, TooLate, SlotTaken, for the
    customer TooManyOpen, and has changed nothing of the appointment then."""
    if rules.undone_before(before, actor, now):
        return before
    after = rules.undo(before, actor, now)
    if after.occupying and not before.occupying:
        names = customer_names(before.practice_id, before) if actor == "customer" else []
        occupancies.lock(session, [*names, *map(occupancies.resource, after.slot.resources)])
        if actor == "customer":
            _check_open(session, now, before)
        _take_back(session, now, after)
    via = "link" if actor == "customer" else "desk"
    change = Change(what="restored", at=now, actor=actor, via=via, user_id=user_id, notify=notify)
    update(session, before, after, change)
    return after


def _check_open(session: Session, now: datetime, cancelled: Appointment) -> None:
    """Raises TooManyOpen when the customer has booked another up to the practice's limit since the cancellation. What
    was open beside it before stands, even if staff allowed more than the limit."""
    _, most = practice.rules(session, cancelled.practice_id)
    whose = (cancelled.practice_id, cancelled.email, cancelled.phone, now)
    if most is None or not rows.count_open(session, *whose, since=cancelled.cancelled_at):
        return
    if rows.count_open(session, *whose) >= most:
        raise TooManyOpen(limit=most)


def _take_back(session: Session, now: datetime, appointment: Appointment) -> None:
    slot = appointment.slot
    if occupancies.occupy(session, slot, appointment=appointment.id):
        return
    cleared = clear(session, now, [slot])
    if not cleared or not occupancies.occupy(session, slot, appointment=appointment.id):
        raise SlotTaken(start=iso(slot.starts))
