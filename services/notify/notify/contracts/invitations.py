"""The invitation in the events of invitations, in the form in which appointments are written: a meeting by video."""

from typing import Any

from notify.domain.decide import Channel, Purpose
from runtime.errors import Permanent
from runtime.messages import Event

READS = tuple(f"invitation.{change}" for change in ("created", "changed", "resent", "deleted"))
CHANGES = {
    Purpose.INVITATION: "booked",
    Purpose.INVITATION_MOVED: "rescheduled",
    Purpose.INVITATION_CANCELLED: "cancelled",
}
PURPOSES = frozenset(CHANGES)


def orders(event: Event) -> list[dict[str, Any]]:
    """The messages that the event asks for: channel, attempt, purpose, address, and the snapshot to write them from.

    Raises Permanent when they cannot be read.
    """
    if event.data.get("id") != event.subject:
        raise Permanent("the invitation is not the event's subject")
    try:
        return [_order(event, each) for each in event.data["send"]]
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Permanent(f"not an invitation: {type(error).__name__} {error}") from error


def _order(event: Event, message: dict[str, Any]) -> dict[str, Any]:
    purpose = Purpose(message["purpose"])
    return {
        "channel": Channel(message["channel"]),
        "attempt": int(message["attempt"]),
        "purpose": purpose,
        "recipient": str(message["address"]),
        "snapshot": _snapshot(event, CHANGES[purpose]),
    }


def _snapshot(event: Event, change: str) -> dict[str, Any]:
    data = event.data
    host = data["host"]
    guest = {name: data[name] for name in ("first_name", "last_name", "email", "phone", "locale", "time_zone")}
    return {
        "id": data["id"],
        "version": int(data["version"]),
        "practice_id": event.practice_id,
        "change": change,
        "at": event.time.isoformat(),
        "status": "cancelled" if change == "cancelled" else "accepted",
        **{name: data[name] for name in ("start", "end", "previous_start", "previous_end")},
        "time_zone": host["time_zone"],
        "service": {"name": "", "duration_minutes": int(data["duration_minutes"]), "price": None},
        "calendar": {"id": host["calendar"] or event.practice_id, "nickname": host["nickname"]},
        "place": None,
        "customer": guest,
        "actor": "staff",
        "meeting": True,
    }
