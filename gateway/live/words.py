"""From an event to what the live feed says of it: ids, times and states, never people's data.

A message's id is its event's time, so that another gateway process can go on where one stopped: `Last-Event-ID` is a
moment, and booking knows what changed since.
"""

import json
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from runtime.clock import iso
from runtime.messages import Event

TOLD = (
    "appointment.booked", "appointment.accepted", "appointment.declined", "appointment.rescheduled",
    "appointment.cancelled", "appointment.completed", "appointment.missed", "appointment.updated",
    "appointment.restored", "slot.held", "slot.released", "slots.changed", "service.changed", "calendar.changed",
    "payment.recorded", "customer.linked", "email.sent", "email.delivered", "email.failed", "sms.sent",
    "sms.delivered", "sms.failed", "invitation.created", "invitation.changed", "invitation.resent",
    "invitation.deleted",
)  # fmt: skip
READY, RESYNC = "ready", "resync"  # the stream's own: you hear everything from here; look at everything anew
HEARTBEAT = b": still here\n\n"
FIELDS = {  # by the first part of an event's type: what is told of its data; of all others the id alone
    "appointment": ("status", "start", "end", "calendar", "online", "actor", "handled"),
    "slot": ("calendar", "start", "end", "expires_at"),
    "slots": ("calendars", "from", "until"),
    "email": ("purpose", "appointment", "invitation"),
    "sms": ("purpose", "appointment", "invitation"),
    "invitation": ("status", "mark", "call"),
}


@dataclass(frozen=True)
class Message:
    """One message of a stream."""

    type: str
    at: datetime
    data: dict[str, Any]

    def encode(self) -> bytes:
        """As server-sent events have it."""
        data = json.dumps({"type": self.type, **self.data}, separators=(",", ":"))
        return f"id: {iso(self.at)}\nevent: {self.type}\ndata: {data}\n\n".encode()


def message_of(event: Event) -> Message:
    """What may be told of an event. Whatever is not known to be nobody's is left out."""
    fields = FIELDS.get(event.type.partition(".")[0], ())
    kept = {name: _reference(event.data[name]) for name in fields if name in event.data}
    harmless = {name: value for name, value in kept.items() if _harmless(value)}
    return Message(event.type, event.time, {"id": event.subject, "version": event.version, **harmless})


def _reference(value: Any) -> Any:
    """Of an object its id alone."""
    return value.get("id") if isinstance(value, dict) else value


def _harmless(value: Any) -> bool:
    """A plain value, or a list of them; never an object that may have grown a field."""
    items = value if isinstance(value, list) else [value]
    return all(item is None or isinstance(item, str | bool | int) for item in items)


def resumed(change: dict[str, Any]) -> Message:
    """A change that booking remembers, as it was told or would have been."""
    data = {name: value for name, value in change.items() if name not in ("type", "at")}
    return Message(change["type"], datetime.fromisoformat(change["at"]), data)
