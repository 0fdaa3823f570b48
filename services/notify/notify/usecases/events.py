"""What events of the other services change here."""

from datetime import datetime
from typing import Any

from notify import contracts, metrics
from notify.domain.appointments import Appointment, Status
from notify.domain.decide import BESIDE, Purpose, decide, obsolete, untold
from notify.domain.delivery import State
from notify.domain.reminders import DEFAULT
from notify.models import AppointmentSeen, Calendar, Practice
from notify.store import projections, queue, settings
from notify.usecases import reminders
from notify.usecases.messages import row
from notify.usecases.numbers import reach
from runtime.db import Session
from runtime.errors import Permanent
from runtime.messages import Event

FIRST = 1  # nothing is older than an appointment's first version


def practice_changed(session: Session, event: Event) -> None:
    """Remember what mails say about the practice. Raises Permanent when another practice tells it."""
    if event.subject != event.practice_id:
        raise Permanent("of another practice")
    row = {"id": event.subject, "version": event.version, "data": event.data}
    projections.keep_newest(session, Practice, row)


def calendar_changed(session: Session, event: Event) -> None:
    """Remember whose calendar it is."""
    deleted = bool(event.data.get("deleted"))
    row = {"id": event.subject, "practice_id": event.practice_id, "version": event.version, "deleted": deleted}
    projections.keep_newest(session, Calendar, row)


def appointment_changed(session: Session, now: datetime, event: Event, sms: bool = False) -> None:
    """Queue the messages that this change causes, and take those that it overtakes out of the queue. `sms`: SMS can
    leave the house.

    Events may come in any order and more than once: each version is decided once, and a message that a newer version
    has overtaken is not sent.
    """
    snapshot = contracts.snapshot(event)
    change = contracts.appointment(snapshot)
    contacts = settings.contacts(session, change.practice_id, change.calendar_id)
    addresses = reach(contacts, change.customer.phone, sms)
    seen = _seen(change, contacts.rules_version, snapshot, untold(change, addresses))
    newest = projections.keep_newest(session, AppointmentSeen, seen)
    if projections.first_decision(session, change.id, change.version):
        drafts = decide(change, addresses, _practitioner_heard_cancel(session, change))
        queue.add_messages(session, [row(change, draft, snapshot, now) for draft in drafts])
        metrics.count_each((draft.channel, State.QUEUED) for draft in drafts)
    if newest:
        rules = DEFAULT if contacts.rules is None else reminders.read(contacts.rules)
        reminders.follow(session, change, rules)
    if not newest or change.version > FIRST:
        supersede(session, change.id, now)


def supersede(session: Session, appointment_id: str, now: datetime) -> None:
    """Expire queued messages of this appointment that would arrive behind a newer one, or tell what is no longer so."""
    newest = projections.seen(session, appointment_id)
    assert newest is not None
    if newest.version == FIRST:
        return
    messages = queue.messages_of(session, appointment_id)
    overtaken, channels = [], []
    for message in (m for m in messages if m.state == State.QUEUED):
        gone = obsolete(Purpose(message.purpose), message.version, newest.version, Status(newest.status))
        gone = gone or _of_another_time(message, newest)
        if gone or any(_overtakes(other, message) for other in messages):
            overtaken.append(message.id)
            channels.append(message.channel)
    if overtaken:
        queue.expire(session, overtaken, "superseded", now)
        metrics.count_each((channel, State.EXPIRED) for channel in channels)


def _overtakes(other: Any, message: Any) -> bool:
    """What tells the newer state takes the older's place; what goes beside takes only its own kind's."""
    same_reader = (other.role, other.recipient) == (message.role, message.recipient)
    if not same_reader or other.version <= message.version or message.purpose == Purpose.NOTICE:
        return False
    return other.purpose not in BESIDE or other.purpose == message.purpose


def _of_another_time(message: Any, newest: Any) -> bool:
    """A reminder of a time that the appointment no longer has."""
    if message.purpose != Purpose.REMINDER or not (message.start and newest.starts):
        return False
    return bool(datetime.fromisoformat(message.start) != newest.starts)


def _seen(change: Appointment, rules: int, snapshot: dict[str, Any], untold: Purpose | None) -> dict[str, Any]:
    to_come = change.status is Status.ACCEPTED and change.end > change.at
    return {
        "id": change.id,
        "practice_id": change.practice_id,
        "version": change.version,
        "status": change.status,
        "starts": change.start,
        "ends": change.end,
        "rules_version": rules,
        "untold": untold,
        "untold_version": change.version if untold else None,
        "snapshot": snapshot if to_come or untold else None,
    }


def _practitioner_heard_cancel(session: Session, change: Appointment) -> bool:
    return change.change == "restored" and any(
        m.purpose == Purpose.PRACTITIONER_CANCELLED and m.version < change.version
        for m in queue.messages_of(session, change.id)
    )
