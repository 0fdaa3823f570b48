"""What staff change of an appointment beside status, time and money: its place, service, duration, their own note."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from booking.domain.appointment import STANDING, Appointment
from booking.domain.commands import Offer
from booking.domain.errors import Conflict
from booking.domain.payments import priced
from booking.domain.places import Place
from booking.domain.rules import refusal
from booking.store import occupancies
from booking.usecases.common import edit, resource_names, take
from booking.usecases.staff import details, for_change
from runtime.db import Session

Json = dict[str, Any]


def set_place(
    session: Session,
    now: datetime,
    practice_id: str,
    id: str,
    place: Place,
    *,
    notify: bool,
    user_id: str | None,
    channels: Sequence[str] | None = None,
    if_version: int | None = None,
) -> Json:
    """Where this one happens; it stays there when it is moved. Raises NotFound, PreconditionFailed."""
    before = for_change(session, practice_id, id, if_version)
    if place == before.place:
        return details(session, now, before)
    after = edit(session, now, before, user_id, notify=notify, channels=channels, place=place)
    return details(session, now, after)


def change_details(
    session: Session,
    now: datetime,
    practice_id: str,
    id: str,
    offer: Offer | None,
    seen: Json,
    *,
    notify: bool,
    user_id: str | None,
    channels: Sequence[str] | None = None,
    if_version: int | None = None,
    **wanted: Any,
) -> Json:
    """Another service or duration at the same time (`offer`: availability's word on it; `seen`: the service that the
    appointment had when it was asked), another note of staff's.

    Raises NotFound, PreconditionFailed, InvalidTransition, SlotTaken, Overpaid, and Conflict when the appointment was
    moved, or got yet another service or duration, while availability was asked.
    """
    before = for_change(session, practice_id, id, if_version)
    values: Json = {"note": wanted["note"] or None} if "note" in wanted else {}
    if offer:
        values |= _fitted(session, now, before, offer, seen)
    if all(getattr(before, name) == value for name, value in values.items()):
        return details(session, now, before)
    tell = notify and offer is not None
    return details(session, now, edit(session, now, before, user_id, notify=tell, channels=channels, **values))


def _fitted(session: Session, now: datetime, before: Appointment, offer: Offer, seen: Json) -> Json:
    """The values of the offered service and duration, once the database has given them the time."""
    if before.status not in STANDING:
        raise refusal(before, "change")
    candidates = [one for one in offer.candidates if one.id == before.calendar_id]
    if offer.starts != before.starts or not candidates:
        raise Conflict()
    if _kind(before.service) not in (_kind(seen), _kind(offer.service)):
        raise Conflict()  # neither what availability was asked about nor what is wanted
    if before.occupying:
        occupancies.lock(session, resource_names(offer))
        occupancies.vacate(session, appointment=before.id)
        take(session, now, offer, candidates, limited=False, appointment=before.id)
    another = offer.service["id"] != before.service["id"]
    price = offer.service["price"] if another else before.price
    values = {
        "service": {**offer.service, "price": priced(before, price)["price"]},
        "ends": offer.ends,
        "occupies_from": offer.occupies_from,
        "occupies_until": offer.occupies_until,
        "cancel_notice_minutes": offer.cancel_notice_minutes,
        "move_notice_minutes": offer.move_notice_minutes,
    }
    return values | ({"confirmation": offer.confirmation} if another else {})


def _kind(service: Json) -> tuple[str, int]:
    """What availability's word depends on."""
    return service["id"], service["duration_minutes"]
