"""Decisions without a database: who may do what when, which answers are complete, what a comment says."""

from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from booking.domain.appointment import (
    ACCEPTED,
    ACTIVE,
    CANCELLED,
    COMPLETED,
    DECLINED,
    MISSED,
    PENDING,
    UNDO_TIME,
    Appointment,
    Contact,
)
from booking.domain.errors import InvalidTransition, TooLate

ACTIONS = {"accept": ACCEPTED, "decline": DECLINED, "cancel": CANCELLED, "complete": COMPLETED, "miss": MISSED}
STEPS = {PENDING: {ACCEPTED, DECLINED, CANCELLED}, ACCEPTED: {CANCELLED, COMPLETED, MISSED}}
NEEDS_START = {COMPLETED, MISSED}
CORRECTABLE = {COMPLETED, DECLINED, MISSED, CANCELLED}
FREES = {CANCELLED, DECLINED}
ANSWER_LENGTH = 500

REQUIRED = "Missing data for required field."
UNKNOWN = "Unknown field."
NO_CHOICE = "Not a valid choice."
NO_STRING = "Not a valid string."
NO_TICK = "Not a valid boolean."


def allowed(status: str, started: bool) -> set[str]:
    """The statuses that staff may set next."""
    if status in CORRECTABLE:
        return CORRECTABLE - {status} if started else set()
    return STEPS[status] if started else STEPS[status] - NEEDS_START


def apply(appointment: Appointment, action: str, now: datetime) -> Appointment:
    """The appointment after a staff action, undoable for ten minutes. Raises InvalidTransition."""
    target = ACTIONS[action]
    possible = allowed(appointment.status, now >= appointment.starts)
    if target not in possible:
        raise refusal(appointment, action, possible)
    return _ended(appointment, target, "staff", now, handled_at=appointment.handled_at or now)


def cancel_by_customer(appointment: Appointment, now: datetime) -> Appointment:
    """The cancelled appointment. Raises InvalidTransition, TooLate."""
    if appointment.status not in ACTIVE:
        raise refusal(appointment, "cancel")
    if not appointment.customer_may(appointment.cancel_until, now):
        raise TooLate(action="cancel", until=_last(appointment, appointment.cancel_until))
    return _ended(appointment, CANCELLED, "customer", now)


def _ended(appointment: Appointment, status: str, actor: str, now: datetime, **values: Any) -> Appointment:
    called_off = {"cancelled_at": now, "cancelled_by": actor} if status == CANCELLED else {}
    return appointment.changed(
        now,
        status=status,
        occupying=appointment.occupying and status not in FREES,
        undo_status=appointment.status,
        undo_until=now + UNDO_TIME,
        undo_actor=actor,
        undo_handled_at=appointment.handled_at,
        undo_occupied=appointment.occupying,
        **called_off,
        **values,
    )


def check_move(appointment: Appointment, actor: str, now: datetime) -> None:
    """Raises InvalidTransition when it is not active, TooLate when the customer's time to move it is over."""
    if appointment.status not in ACTIVE:
        raise refusal(appointment, "reschedule")
    if actor == "customer" and not appointment.customer_may(appointment.move_until, now):
        raise TooLate(action="reschedule", until=_last(appointment, appointment.move_until))


def status_after_move(appointment: Appointment, actor: str) -> str:
    """A service by request asks the practice again when the customer moves; everything else keeps its status."""
    return PENDING if actor == "customer" and appointment.confirmation == "request" else appointment.status


def undone_before(appointment: Appointment, actor: str, now: datetime) -> bool:
    """Whether this is a repeat of an undo that already happened."""
    until = appointment.undo_until
    return appointment.undo_status is None and until is not None and now <= until and appointment.undo_actor == actor


def undo(appointment: Appointment, actor: str, now: datetime) -> Appointment:
    """The appointment with its earlier status; the caller must get its time back if it lost it.

    A customer undoes the customer's own cancellation only, and only before the start. Raises InvalidTransition when
    there is nothing to undo, TooLate after ten minutes.
    """
    earlier, until = appointment.undo_status, appointment.undo_until
    if earlier is None or until is None or (actor == "customer" and appointment.undo_actor != "customer"):
        raise refusal(appointment, "undo")
    if now > until or (actor == "customer" and now >= appointment.starts):
        raise TooLate(action="undo", until=_last(appointment, until))
    was_cancelled = earlier == CANCELLED
    return appointment.changed(
        now,
        status=earlier,
        occupying=appointment.occupying or earlier in ACTIVE or bool(appointment.undo_occupied),
        handled_at=appointment.undo_handled_at,
        cancelled_at=appointment.cancelled_at if was_cancelled else None,
        cancelled_by=appointment.cancelled_by if was_cancelled else None,
        undo_until=until,
        undo_actor=actor,
    )


def refusal(appointment: Appointment, action: str, possible: set[str] | None = None) -> InvalidTransition:
    """The error that names the status, what was tried and what would have been possible."""
    return InvalidTransition(**{"from": appointment.status, "action": action, "allowed": sorted(possible or ())})


def _last(appointment: Appointment, until: datetime) -> str:
    return min(until, appointment.starts).isoformat()


def check_answers(fields: list[dict[str, Any]], answers: dict[str, Any]) -> dict[str, list[str]]:
    """Messages per field for answers that the practice's form does not take; empty when all is well."""
    known = {field["name"] for field in fields}
    errors = {name: [UNKNOWN] for name in answers if name not in known}
    for field in fields:
        if problem := _problem(field, answers.get(field["name"])):
            errors[field["name"]] = [problem]
    return errors


def _problem(field: dict[str, Any], value: Any) -> str | None:
    if value is None or value == "" or (value is False and field["kind"] == "tick"):
        return REQUIRED if field["required"] else None
    if field["kind"] == "tick":
        return None if value is True else NO_TICK
    if not isinstance(value, str):
        return NO_STRING
    if field["kind"] == "choice":
        return None if value in field["choices"] else NO_CHOICE
    if len(value) > ANSWER_LENGTH:
        return f"Longer than maximum length {ANSWER_LENGTH}."
    return REQUIRED if field["required"] and not value.strip() else None


def labelled(fields: list[dict[str, Any]], answers: dict[str, Any]) -> list[dict[str, Any]]:
    """The answers in the form's order with the labels of today: a later change of the form does not touch them."""
    given = [(field, answers[field["name"]]) for field in fields if answers.get(field["name"]) not in (None, "")]
    return [{"name": field["name"], "label": field["label"], "value": value} for field, value in given]


def comment(contact: Contact, answers: list[dict[str, Any]], message: str) -> str:
    """Everything that was entered, for the planner. Without words of its own, so it needs no translation."""
    lines = [f"{contact.first_name} {contact.last_name}", contact.email, contact.phone_typed]
    lines += [f"{answer['label']}: {_shown(answer['value'])}" for answer in answers]
    return "\n".join([line for line in lines if line] + ([message] if message else []))


def _shown(value: Any) -> str:
    return {True: "✓", False: "–"}[value] if isinstance(value, bool) else str(value)


def day_and_week(instant: datetime, zone: str) -> dict[str, tuple[datetime, datetime]]:
    """The calendar's day and its week (from Monday) around an instant, as half-open UTC intervals.

    A day is from one local midnight to the next: 23 or 25 hours long when the clocks change.
    """
    place = ZoneInfo(zone)
    day = instant.astimezone(place).replace(hour=0, minute=0, second=0, microsecond=0, tzinfo=None, fold=0)
    monday = day - timedelta(days=day.weekday())
    return {"day": _local(day, 1, place), "week": _local(monday, 7, place)}


def _local(first: datetime, days: int, zone: ZoneInfo) -> tuple[datetime, datetime]:
    bounds = (first, first + timedelta(days=days))
    start, end = (bound.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")) for bound in bounds)
    return start, end
