"""Messages to the guests of video calls: what invitations asks for, each attempt once."""

from datetime import datetime, timedelta
from typing import Any

from notify import contracts, metrics
from notify.domain.decide import Purpose, Role
from notify.domain.delivery import BEHIND_BOOKINGS, GIVE_UP_AFTER, State
from notify.store import queue
from runtime.db import Session
from runtime.errors import Permanent
from runtime.ids import stable_id
from runtime.messages import Event
from runtime.telemetry import traceparent


def invitation_changed(session: Session, now: datetime, event: Event) -> None:
    """Queue the messages that this change asks for, and take those that they overtake out of the queue.

    Events may come in any order and more than once: an attempt is one message, the newest attempt of a channel goes out
    alone, and behind a deletion nothing else does. Raises Permanent when one practice tells of another's invitation.
    """
    orders = contracts.orders(event)
    deleted = event.type == "invitation.deleted"
    queue.add_messages(session, [_row(event, order, now) for order in orders])
    metrics.count_each((order["channel"], State.QUEUED) for order in orders)
    if orders or deleted:
        supersede(session, event.subject, event.practice_id, now, deleted)


def supersede(session: Session, invitation_id: str, practice_id: str, now: datetime, deleted: bool = False) -> None:
    """Expire queued messages behind a newer one of the same channel, and behind a deletion all that do not tell of it.
    Raises Permanent where they are another practice's."""
    messages = queue.messages_of_invitation(session, invitation_id)
    if any(message.practice_id != practice_id for message in messages):
        raise Permanent("an invitation of another practice")
    newest: dict[str, int] = {}
    for message in messages:
        newest[message.channel] = max(message.version, newest.get(message.channel, 0))
    over = deleted or any(message.purpose == Purpose.INVITATION_CANCELLED for message in messages)
    overtaken = [
        message
        for message in messages
        if message.state == State.QUEUED
        and (message.version < newest[message.channel] or (over and message.purpose != Purpose.INVITATION_CANCELLED))
    ]
    if overtaken:
        queue.expire(session, [message.id for message in overtaken], "superseded", now)
        metrics.count_each((message.channel, State.EXPIRED) for message in overtaken)


def _row(event: Event, order: dict[str, Any], now: datetime) -> dict[str, Any]:
    """The link works before and after the meeting's time, and so does the message."""
    useful = now + GIVE_UP_AFTER + timedelta(hours=1)
    key = (event.subject, order["channel"], str(order["attempt"]))
    return {
        "id": stable_id("invitation message", *key),
        "practice_id": event.practice_id,
        "appointment_id": None,
        "invitation_id": event.subject,
        "version": order["attempt"],
        "purpose": order["purpose"],
        "role": Role.CUSTOMER,
        "channel": order["channel"],
        "recipient": order["recipient"],
        "snapshot": order["snapshot"],
        "state": State.QUEUED,
        "queued_at": now,
        "changed_at": now,
        "not_before": now,
        "useful_until": useful,
        "forget_at": useful,
        "traceparent": traceparent(),
        "priority": BEHIND_BOOKINGS,
    }
