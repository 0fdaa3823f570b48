"""What booking's RPC methods answer, and how it reads availability's offer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from booking.contracts.events import customer
from booking.domain import places
from booking.domain.appointment import CANCELLED, Appointment, Hold
from booking.domain.commands import Candidate, Offer
from booking.domain.payments import Payment
from runtime.clock import iso


def offer(answer: dict[str, Any]) -> Offer:
    """Availability's answer as the use cases take it."""
    service = dict(answer["service"])
    instants = (answer[name] for name in ("start", "end", "occupies_from", "occupies_until"))
    starts, ends, occupies_from, occupies_until = (datetime.fromisoformat(instant) for instant in instants)
    return Offer(
        service={name: service[name] for name in ("id", "name", "duration_minutes", "price")},
        confirmation=service["confirmation"],
        starts=starts,
        ends=ends,
        occupies_from=occupies_from,
        occupies_until=occupies_until,
        cancel_notice_minutes=answer["cancel_notice_minutes"],
        move_notice_minutes=answer["move_notice_minutes"],
        candidates=tuple(_candidate(candidate) for candidate in answer["candidates"]),
    )


def _candidate(c: dict[str, Any]) -> Candidate:
    limits = c.get("max_per_day"), c.get("max_per_week")
    return Candidate(c["id"], c["nickname"], c["time_zone"], c.get("place"), *limits)


def hold(h: Hold) -> dict[str, Any]:
    return {
        "hold": h.id,
        "expires_at": iso(h.expires_at),
        "start": iso(h.starts),
        "end": iso(h.ends),
        "calendar": h.calendar_id,
    }


def released(found: bool) -> dict[str, Any]:
    return {"released": found}


def booked(a: Appointment) -> dict[str, Any]:
    """What a customer gets after booking. `time_zone` is the customer's, the calendar's if none was given."""
    return {
        "id": a.id,
        "status": a.status,
        "start": iso(a.starts),
        "end": iso(a.ends),
        "time_zone": a.time_zone or a.calendar["time_zone"],
        "service": a.service,
        "calendar": a.calendar,
        "place": places.told(a.place),
    }


def managed(a: Appointment, now: datetime) -> dict[str, Any]:
    """The customer's view of an appointment; it holds nothing that staff wrote, nor the record that they linked:
    who has the link sees what was entered."""
    undoable = a.undo_status is not None and a.undo_actor == "customer" and a.undo_until is not None
    undoable = undoable and now < a.starts and a.undo_until is not None and now <= a.undo_until
    return {
        **booked(a),
        "practice_id": a.practice_id,
        "version": a.version,
        "customer": booked_by(a),
        "comment": a.comment,
        "confirmation": a.confirmation,
        "can_cancel": a.customer_may(a.cancel_until, now),
        "can_move": a.customer_may(a.move_until, now),
        "cancel_until": iso(a.cancel_until),
        "move_until": iso(a.move_until),
        "undo_until": iso(a.undo_until) if undoable and a.undo_until else None,
        **_called_off(a),
    }


def listed(a: Appointment) -> dict[str, Any]:
    """An appointment in staff's lists. `time_zone` is the calendar's."""
    return {
        **booked(a),
        "time_zone": a.calendar["time_zone"],
        "version": a.version,
        **a.account,
        "customer": customer(a),
        "customer_id": a.customer_id,
        "comment": a.comment,
        "note": a.note,
        "online": a.online,
        "confirmation": a.confirmation,
        "handled": a.handled_at is not None,
        **_called_off(a),
        "created_at": iso(a.created_at),
    }


def _called_off(a: Appointment) -> dict[str, Any]:
    """When and by whom, while it is cancelled."""
    at, by = (a.cancelled_at, a.cancelled_by) if a.status == CANCELLED else (None, None)
    return {"cancelled_at": iso(at) if at else None, "cancelled_by": by}


def planned(row: Mapping[Any, Any]) -> dict[str, Any]:
    """An appointment in the planner's columns."""
    return {
        "id": row["id"],
        "version": row["version"],
        "status": row["status"],
        "start": iso(row["starts"]),
        "end": iso(row["ends"]),
        "occupies_from": iso(row["occupies_from"]),
        "occupies_until": iso(row["occupies_until"]),
        "calendar": row["calendar_id"],
        "service": row["service"],
        "customer": f"{row['first_name']} {row['last_name']}",
        "linked": row["customer_id"] is not None,
        "online": row["online"],
        "handled": row["handled_at"] is not None,
    }


def changed(row: Mapping[Any, Any]) -> dict[str, Any]:
    """A change of an appointment with nobody's data. The end is the one that it has now, moved with the start."""
    return {
        "type": f"appointment.{row['what']}",
        "at": iso(row["at"]),
        "id": row["id"],
        "version": row["version"],
        "status": row["to_status"],
        "start": iso(row["to_start"]),
        "end": iso(row["to_start"] + (row["ends"] - row["starts"])),
        "calendar": row["calendar_id"],
        "actor": row["actor"],
        "online": row["online"],
        "handled": row["handled_at"] is not None,
    }


def detailed(a: Appointment, changes: list[dict[str, Any]], now: datetime) -> dict[str, Any]:
    """An appointment with everything that staff may see; `phone_typed` is `customer`'s number as it was written."""
    undoable = a.undo_status is not None and a.undo_until is not None and now <= a.undo_until
    return {
        **listed(a),
        "booked_by": booked_by(a),
        "phone_typed": a.phone_typed,
        "answers": a.answers,
        "message": a.message,
        "link": a.link,
        "occupies_from": iso(a.occupies_from),
        "occupies_until": iso(a.occupies_until),
        "handled_at": iso(a.handled_at) if a.handled_at else None,
        "undo_until": iso(a.undo_until) if undoable and a.undo_until else None,
        "changed_at": iso(a.changed_at),
        "history": [_wire(change) for change in changes],
    }


def account(a: Appointment, made: list[Payment]) -> dict[str, Any]:
    """Price, payments and what is open."""
    return {"appointment": a.id, "version": a.version, **a.account, "items": [payment(each) for each in made]}


def payment(made: Payment) -> dict[str, Any]:
    return {
        "id": made.id,
        "amount": made.money,
        "method": made.method,
        "note": made.note,
        "paid_at": iso(made.paid_at),
        "user_id": made.user_id,
    }


def booked_by(a: Appointment) -> dict[str, Any]:
    """The contact that was entered at the booking, whoever is linked now."""
    return {**customer(a), **{name: v for name, v in (a.booked or {}).items() if name != "phone_typed"}, "id": None}


def _wire(change: dict[str, Any]) -> dict[str, Any]:
    change = {**change, "changed": change["changed"] or {}}
    return {name: iso(value) if isinstance(value, datetime) else value for name, value in change.items()}
