"""The data of booking's events: the whole object as far as others may know it. The manage link is not in it."""

from typing import Any

from booking.domain import places
from booking.domain.appointment import Appointment, Change, Hold, Slot
from booking.domain.payments import Payment
from runtime.clock import iso


def occupied(slot: Slot) -> list[dict[str, str]]:
    """The resources that a slot takes, with its buffers."""
    from_, until = iso(slot.occupies_from), iso(slot.occupies_until)
    return [{"resource": resource, "from": from_, "until": until} for resource in slot.resources]


def appointment(a: Appointment, change: Change) -> dict[str, Any]:
    """Data of every `appointment.*` event. `occupancies` is empty once the time is free again."""
    before = change.before
    moved = before if change.what == "rescheduled" else None
    return {
        "id": a.id,
        "version": a.version,
        "status": a.status,
        "start": iso(a.starts),
        "end": iso(a.ends),
        "time_zone": a.calendar["time_zone"],
        "service": a.service,
        "calendar": {"id": a.calendar_id, "nickname": a.calendar["nickname"]},
        "place": places.told(a.place),
        **a.account,
        "customer": customer(a),
        "customer_id": a.customer_id,
        "comment": a.comment,
        "online": a.online,
        "confirmation": a.confirmation,
        "actor": change.actor,
        "notify": change.notify,
        "channels": list(change.channels) if change.notify and change.channels else None,
        "note": change.note,
        "previous_start": iso(moved.starts) if moved else None,
        "previous_end": iso(moved.ends) if moved else None,
        "previous_status": before.status if before else None,
        "changed": sorted(change.changed),
        "occupancies": occupied(a.slot) if a.occupying else [],
        "handled": a.handled_at is not None,
        "created_at": iso(a.created_at),
        **({"announcement": change.announcement} if change.announcement else {}),
    }


def payment(a: Appointment, made: Payment, what: str) -> dict[str, Any]:
    """Data of `payment.recorded`: what became of the payment, and the appointment's account after it."""
    return {
        "id": made.id,
        "appointment": a.id,
        "what": what,
        "amount": made.money,
        "method": made.method,
        "paid_at": iso(made.paid_at),
        "service": {"id": a.service["id"], "name": a.service["name"]},
        "calendar": {"id": a.calendar_id, "nickname": a.calendar["nickname"]},
        **a.account,
    }


def customer(a: Appointment) -> dict[str, Any]:
    """Whom messages go to: the linked customer's contact, else the one that was booked with; `phone` is E.164."""
    return {
        "id": a.customer_id,
        "first_name": a.first_name,
        "last_name": a.last_name,
        "email": a.email,
        "phone": a.phone,
        "locale": a.locale,
        "time_zone": a.time_zone,
    }


def linked(a: Appointment, previous: str | None) -> dict[str, Any]:
    """Data of `customer.linked`. Nobody's contact is in it."""
    return {"appointment": a.id, "customer": a.customer_id, "previous": previous}


def held(hold: Hold) -> dict[str, Any]:
    """Data of `slot.held`."""
    return {
        **released(hold),
        "start": iso(hold.starts),
        "end": iso(hold.ends),
        "expires_at": iso(hold.expires_at),
    }


def released(hold: Hold) -> dict[str, Any]:
    """Data of `slot.released`."""
    return {"id": hold.id, "calendar": hold.calendar_id, "occupancies": occupied(hold.slot)}
