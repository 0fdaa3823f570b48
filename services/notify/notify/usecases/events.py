"""What events of the other services change here."""

from datetime import datetime
from typing import Any

from notify import contracts, metrics
from notify.domain.appointments import Appointment, Status
from notify.domain.decide import Draft, Purpose, Role, decide, obsolete
from notify.domain.delivery import State, useful_until
from notify.models import AppointmentSeen, Calendar, Practice
from notify.store import projections, queue, settings
from notify.usecases.numbers import reach
from runtime.db import Session
from runtime.errors import Permanent
from runtime.ids import stable_id
from runtime.messages import Event
from runtime.telemetry import traceparent

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
    newest = projections.keep_newest(session, AppointmentSeen, _seen(change))
    if projections.first_decision(session, change.id, change.version):
        contacts = settings.contacts(session, change.practice_id, change.calendar_id)
        addresses = reach(contacts, change.customer.phone, sms)
        drafts = decide(change, addresses, _practitioner_heard_cancel(session, change))
        queue.add_messages(session, [_row(change, draft, snapshot, now) for draft in drafts])
        metrics.count_each((draft.channel, State.QUEUED) for draft in drafts)
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
        if gone or any(_overtakes(other, message) for other in messages):
            overtaken.append(message.id)
            channels.append(message.channel)
    if overtaken:
        queue.expire(session, overtaken, "superseded", now)
        metrics.count_each((channel, State.EXPIRED) for channel in channels)


def _overtakes(other: Any, message: Any) -> bool:
    same_reader = (other.role, other.recipient) == (message.role, message.recipient)
    return same_reader and other.version > message.version


def _seen(change: Appointment) -> dict[str, Any]:
    return {"id": change.id, "practice_id": change.practice_id, "version": change.version, "status": change.status}


def _practitioner_heard_cancel(session: Session, change: Appointment) -> bool:
    return change.change == "restored" and any(
        m.purpose == Purpose.PRACTITIONER_CANCELLED and m.version < change.version
        for m in queue.messages_of(session, change.id)
    )


def _row(change: Appointment, draft: Draft, snapshot: dict[str, Any], now: datetime) -> dict[str, Any]:
    key = (change.id, str(change.version), draft.purpose, draft.recipient, draft.channel)
    end = max(change.end, change.previous_end or change.end)
    return {
        "id": stable_id("message", *key),
        "practice_id": change.practice_id,
        "appointment_id": change.id,
        "version": change.version,
        "purpose": draft.purpose,
        "role": draft.role,
        "channel": draft.channel,
        "recipient": draft.recipient,
        "snapshot": snapshot if draft.role is not Role.COPY else {**snapshot, "comment": ""},
        "state": State.QUEUED,
        "queued_at": now,
        "changed_at": now,
        "not_before": now,
        "useful_until": (useful := useful_until(now, end)),
        "forget_at": max(useful, end),
        "traceparent": traceparent(),
    }
