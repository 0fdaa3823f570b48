"""The same message once more, to a corrected address or by SMS instead (V6, X5)."""

from datetime import datetime, timedelta
from typing import Any

from notify import metrics, words
from notify.domain.decide import BESIDE, Channel, Purpose
from notify.domain.delivery import GIVE_UP_AFTER, State
from notify.domain.errors import Conflict, Invalid, MessageOutdated, NotFound
from notify.store import log, projections, queue
from notify.usecases import channels
from notify.usecases.events import supersede
from notify.usecases.numbers import for_sms
from runtime.db import Session


def resend(
    session: Session, practice_id: str, message_id: str, wanted: dict[str, str], now: datetime, reader: str, sms: bool
) -> None:
    """Queue the message again: the same content and link, a new attempt, to the given address or to the one it has.
    Raises NotFound, Invalid, Conflict (just being sent), MessageOutdated, PlanRequired, SmsUnavailable."""
    row = log.message(session, practice_id, message_id)
    if row is None:
        raise NotFound(id=message_id)
    if row.invitation_id:
        raise Invalid(errors={"id": [words.say("Please send an invitation again from the invitation itself.", reader)]})
    if row.state == State.SENDING:
        raise Conflict()
    if not row.appointment_id or not row.snapshot or row.state == State.EXPIRED or _overtaken(session, row):
        raise MessageOutdated()
    channel, recipient = _address(session, row, wanted, reader, sms)
    _once_each(session, row, channel, recipient, reader)
    if row.state != State.QUEUED:
        queue.add_attempt(session, _ended(row))
    useful = max(now + timedelta(hours=1), min(now + GIVE_UP_AFTER, row.forget_at or now))
    again = {"channel": channel, "recipient": recipient, "useful_until": useful, "round": row.round + 1}
    queue.queue_again(session, row.id, {**again, "forget_at": max(useful, row.forget_at or useful)}, now)
    metrics.count_each([(channel, State.QUEUED)])
    supersede(session, row.appointment_id, now)
    if queue.state_of(session, row.id) != State.QUEUED:
        raise MessageOutdated()


def _ended(row: Any) -> dict[str, Any]:
    """How the last turn ended, for the history."""
    how = {"state": row.state, "reason": row.reason, "detail": row.detail, "recipient": row.recipient}
    return {"message_id": row.id, "number": row.attempt, "at": row.changed_at, **how}


def _overtaken(session: Session, row: Any) -> bool:
    """Whether a newer message tells the same reader how it stands now, at whatever address."""
    if Purpose(row.purpose) in BESIDE:
        return False
    others = queue.messages_of(session, row.appointment_id)
    return any(
        other.role == row.role and other.version > row.version and Purpose(other.purpose) not in BESIDE
        for other in others
    )


def _address(session: Session, row: Any, wanted: dict[str, str], reader: str, sms: bool) -> tuple[Channel, str]:
    if phone := wanted.get("phone", "").strip():
        channels.require(session, row.practice_id, [Channel.SMS], sms)
        country = (projections.practice(session, row.practice_id) or {}).get("country") or "DE"
        number = for_sms(phone, country)
        if not number:
            raise Invalid(errors={"phone": [words.problem("sms_number", "", reader)]})
        return Channel.SMS, number
    if email := wanted.get("email", "").strip():
        if not channels.valid_email(email):
            raise Invalid(errors={"email": [words.problem("email", "", reader)]})
        return Channel.EMAIL, email
    if row.channel == Channel.SMS:
        channels.require(session, row.practice_id, [Channel.SMS], sms)
    return Channel(row.channel), row.recipient


def _once_each(session: Session, row: Any, channel: Channel, recipient: str, reader: str) -> None:
    """An address gets each message once."""
    if (channel, recipient) == (row.channel, row.recipient):
        return
    for other in queue.messages_of(session, row.appointment_id):
        same = (other.version, other.purpose, other.channel, other.recipient)
        if other.id != row.id and same == (row.version, row.purpose, channel, recipient):
            raise Invalid(errors={_FIELD[channel]: [words.problem("has_it", "", reader)]})


_FIELD = {Channel.EMAIL: "email", Channel.SMS: "phone"}
