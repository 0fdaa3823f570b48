"""What notify takes from events: the appointment in those of booking."""

from datetime import datetime
from typing import Any

from notify.contracts import invitations
from notify.domain.appointments import Appointment, Customer, Status
from runtime.errors import Permanent
from runtime.messages import Event

READS = {
    "practice": ("practice.changed",),
    "availability": ("calendar.changed",),
    "invitations": invitations.READS,
    "booking": tuple(
        f"appointment.{change}"
        for change in (
            "booked",
            "accepted",
            "declined",
            "rescheduled",
            "cancelled",
            "completed",
            "missed",
            "updated",
            "restored",
        )
    ),
}
# Of an appointment event, a message row keeps these fields and no others.
KEPT = (
    *("id", "status", "start", "end", "time_zone", "service", "calendar", "place", "customer", "comment"),
    *("online", "actor", "notify", "note", "previous_start", "previous_end"),
)


def snapshot(event: Event) -> dict[str, Any]:
    """What a message row keeps of the event, enough to write the message later. Raises Permanent for an appointment
    other than the event's subject."""
    if event.data.get("id") != event.subject:
        raise Permanent("the appointment is not the event's subject")
    kept = {name: event.data.get(name) for name in KEPT}
    return {**kept, "practice_id": event.practice_id, "version": event.version, **_change(event)}


def _change(event: Event) -> dict[str, str]:
    return {"change": event.type.removeprefix("appointment."), "at": event.time.isoformat()}


def appointment(snap: dict[str, Any]) -> Appointment:
    """The appointment in a snapshot. Raises Permanent when it is not one: no repeat would help."""
    try:
        return _appointment(snap)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise Permanent(f"not an appointment: {type(error).__name__} {error}") from error


def managed(view: dict[str, Any], version: int, now: datetime) -> Appointment:
    """The appointment in booking's answer for a manage link; `version` where the answer has none."""
    known = {"change": "updated", "at": now.isoformat(), "version": view.get("version") or version}
    # In this answer `time_zone` is the customer's; the calendar's stands with the calendar.
    return appointment({**view, **known, "time_zone": view["calendar"]["time_zone"]})


def _appointment(snap: dict[str, Any]) -> Appointment:
    place = snap.get("place") or {}
    return Appointment(
        id=str(snap["id"]),
        version=int(snap["version"]),
        practice_id=snap["practice_id"],
        change=snap["change"],
        at=datetime.fromisoformat(snap["at"]),
        status=Status(snap["status"]),
        start=datetime.fromisoformat(snap["start"]),
        end=datetime.fromisoformat(snap["end"]),
        time_zone=snap["time_zone"],
        service=snap["service"]["name"],
        duration_minutes=int(snap["service"]["duration_minutes"]),
        price=snap["service"].get("price"),
        calendar_id=snap["calendar"]["id"],
        nickname=snap["calendar"].get("nickname") or "",
        place_name=place.get("name") or "",
        place_address=place.get("address") or "",
        customer=_customer(snap["customer"]),
        comment=snap.get("comment") or "",
        online=bool(snap.get("online")),
        actor=snap.get("actor") or "system",
        notify=snap.get("notify") is not False,
        note=snap.get("note") or "",
        previous_start=_instant(snap.get("previous_start")),
        previous_end=_instant(snap.get("previous_end")),
        meeting=bool(snap.get("meeting")),
    )


def _customer(data: dict[str, Any]) -> Customer:
    names = ("first_name", "last_name", "email", "phone", "locale", "time_zone")
    return Customer(**{name: str(data.get(name) or "") for name in names})


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
