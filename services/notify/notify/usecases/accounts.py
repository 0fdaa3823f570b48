"""Letters about accounts: practice tells that one is due, and gives its link when it is written."""

from datetime import datetime
from typing import Any

from notify import metrics
from notify.domain.accounts import PURPOSES, ROLE
from notify.domain.decide import Channel
from notify.domain.delivery import State
from notify.store import queue
from runtime.db import Session
from runtime.errors import Permanent
from runtime.ids import stable_id
from runtime.messages import Event
from runtime.telemetry import traceparent

KEPT = ("id", "name", "locale", "practice", "by")


def letter_due(session: Session, now: datetime, event: Event) -> None:
    """Queue the letter that this event asks for; until its link ends it helps. Raises Permanent."""
    data = event.data
    if data.get("id") != event.subject:
        raise Permanent("the link is not the event's subject")
    try:
        until = datetime.fromisoformat(data["expires_at"])
        row = {
            "id": stable_id("account", event.type, event.subject),
            "practice_id": event.practice_id,
            "version": event.version,
            "purpose": PURPOSES[event.type],
            "role": ROLE,
            "channel": Channel.EMAIL,
            "recipient": data["email"],
            "snapshot": {name: data[name] for name in KEPT},
            "state": State.QUEUED,
            "queued_at": now,
            "changed_at": now,
            "not_before": now,
            "useful_until": until,
            "forget_at": until,
            "traceparent": traceparent(),
        }
    except (KeyError, TypeError, ValueError) as error:
        raise Permanent(f"not a letter: {type(error).__name__} {error}") from error
    queue.add_messages(session, [row])
    metrics.count_each([(Channel.EMAIL, State.QUEUED)])


def account_of(snapshot: dict[str, Any]) -> dict[str, str]:
    """What `domain.accounts.Account` is made of."""
    return {name: snapshot[name] or "" for name in KEPT if name != "id"}
