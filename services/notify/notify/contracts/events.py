"""What notify takes from events: the appointment in those of booking."""

from datetime import datetime
from typing import Any

from notify.contracts import invitations
from notify.domain.accounts import PURPOSES
from notify.domain.appointments import Announcement, Appointment, Customer, Place, Status
from runtime.errors import Permanent
from runtime.messages import Event

READS = {
    "practice": ("practice.changed", *PURPOSES),
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
            "announced",
        )
    ),
}
# Of an appointment event, a message row keeps these fields and no others.
KEPT = (
    *("id", "status", "start", "end", "time_zone", "service", "calendar", "place", "customer", "comment"),
    *("online", "actor", "notify", "note", "previous_start", "previous_end"),
)
ALSO = ("price", "paid", "balance", "announcement", "changed", "channels")  # where the event has them


def snapshot(event: Event) -> dict[str, Any]:
    """What a message row keeps of the event, enough to write the message later. Raises Permanent for an appointment
    other than the event's subject."""
    if event.data.get("id") != event.subject:
        raise Permanent("the appointment is not the event's subject")
    kept = {name: event.data.get(name) for name in KEPT}
    kept |= {name: event.data[name] for name in ALSO if name in event.data}
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
        price=snap["price"] if "price" in snap else snap["service"].get("price"),
        paid=snap.get("paid"),
        balance=snap.get("balance"),
        calendar_id=snap["calendar"]["id"],
        nickname=snap["calendar"].get("nickname") or "",
        place=place(snap.get("place") or {}),
        customer=_customer(snap["customer"]),
        comment=snap.get("comment") or "",
        online=bool(snap.get("online")),
        actor=snap.get("actor") or "system",
        notify=snap.get("notify") is not False,
        note=snap.get("note") or "",
        previous_start=_instant(snap.get("previous_start")),
        previous_end=_instant(snap.get("previous_end")),
        meeting=bool(snap.get("meeting")),
        announcement=_announcement(snap.get("announcement")),
        changed=tuple(map(str, snap.get("changed") or ())),
        channels=tuple(snap["channels"]) if snap.get("channels") else None,
    )


def place(data: dict[str, Any]) -> Place:
    """The place of an event. Without `kind` it is an address; an `url` that is no web address is left out."""
    told = {name: str(data.get(name) or "") for name in ("kind", "name", "address", "text", "url")}
    if not told["url"].startswith(("https://", "http://")):
        told["url"] = ""
    return Place(**{**told, "kind": told["kind"] or "address"})


def _announcement(data: dict[str, Any] | None) -> Announcement | None:
    return Announcement(data["kind"], tuple(data["channels"])) if data else None


def reminding(snap: dict[str, Any]) -> dict[str, Any]:
    """The snapshot for a reminder: the appointment as it stands, without what its last change said."""
    passing: dict[str, Any] = {
        "note": None,
        "previous_start": None,
        "previous_end": None,
        "announcement": None,
        "changed": [],
        "channels": None,
    }
    return {**snap, **passing, "change": "reminder"}


def _customer(data: dict[str, Any]) -> Customer:
    names = ("first_name", "last_name", "email", "phone", "locale", "time_zone")
    return Customer(**{name: str(data.get(name) or "") for name in names})


def _instant(value: str | None) -> datetime | None:
    return datetime.fromisoformat(value) if value else None
