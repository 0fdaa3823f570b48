"""What a change changed, for the history and for who is told: names, each with what was and what is."""

from collections.abc import Callable
from typing import Any

from booking.domain.appointment import Appointment

FIELDS: dict[str, Callable[[Appointment], Any]] = {
    "service": lambda a: a.service["name"],
    "duration_minutes": lambda a: a.service["duration_minutes"],
    "price": lambda a: a.price,
    "calendar": lambda a: a.calendar["nickname"],
    "place": lambda a: a.place,
    "note": lambda a: a.note,
}
Differences = dict[str, dict[str, Any]]


def differences(before: Appointment | None, after: Appointment) -> Differences:
    """What differs beside status and time, which the history has columns for; nothing for a new appointment."""
    if before is None:
        return {}
    pairs = {name: (of(before), of(after)) for name, of in FIELDS.items()}
    return {name: {"from": old, "to": new} for name, (old, new) in pairs.items() if old != new}
