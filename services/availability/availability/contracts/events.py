"""Events: the data of those that this service tells, and what it takes from those that it reads.

An event that lacks a field we need can never be handled: it is parked at once (`Permanent`).
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from availability.contracts import views
from runtime.errors import Permanent
from runtime.messages import Event

T = TypeVar("T")
SOURCE = "availability"
SERVICE_CHANGED = "service.changed"
CALENDAR_CHANGED = "calendar.changed"
SLOTS_CHANGED = "slots.changed"
APPOINTMENT_TYPES = tuple(
    f"appointment.{turn}"
    for turn in (
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
)
READS = {"practice": ("practice.changed",), "booking": (*APPOINTMENT_TYPES, "slot.held", "slot.released")}
FREE = ("declined", "cancelled")


def service_changed(row: views.Row, calendars: Sequence[str], deleted: bool) -> dict[str, Any]:
    """The whole service."""
    return {**views.service_facts(row, calendars), "deleted": deleted}


def calendar_changed(row: views.Row) -> dict[str, Any]:
    """The whole calendar. `name` is internal: it must not reach a customer."""
    return {**views.calendar_facts(row), "deleted": False}


def slots_changed(
    calendars: Collection[str] | None,
    services: Collection[str] | None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> dict[str, Any]:
    """Which slots may differ now; None is "all", of each of the four."""
    return {
        "calendars": None if calendars is None else sorted(calendars),
        "services": None if services is None else sorted(services),
        "from": since and views.instant(since),
        "until": until and views.instant(until),
    }


@dataclass(frozen=True)
class Occupancy:
    """Time of one calendar, epoch seconds, buffers included."""

    calendar: str
    since: int
    until: int


@dataclass(frozen=True)
class Claim:
    """What an appointment or a hold takes now; no occupancies: nothing."""

    kind: str
    start: int
    end: int
    occupancies: tuple[Occupancy, ...]
    expires: int | None = None


@dataclass(frozen=True)
class Practice:
    """What we know of a practice."""

    id: str
    time_zone: str
    currency: str
    places: tuple[Mapping[str, str], ...]


def _reader(read: Callable[[Event], T]) -> Callable[[Event], T]:
    def reading(event: Event) -> T:
        try:
            return read(event)
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise Permanent(f"{event.type}: {type(error).__name__} {error}") from error

    return reading


@_reader
def read_appointment(event: Event) -> Claim:
    """What the appointment takes: a declined or cancelled one nothing."""
    data = event.data
    free = data["status"] in FREE
    return Claim(
        "appointment", _epoch(data["start"]), _epoch(data["end"]), () if free else _occupancies(data["occupancies"])
    )


@_reader
def read_hold(event: Event) -> Claim:
    """What the hold takes until it expires."""
    data = event.data
    return Claim(
        "hold",
        _epoch(data["start"]),
        _epoch(data["end"]),
        _occupancies(data["occupancies"]),
        _epoch(data["expires_at"]),
    )


@_reader
def read_practice(event: Event) -> Practice:
    """The practice and its places."""
    data = event.data
    if not event.subject == event.practice_id == data["id"]:
        raise ValueError("of another practice")
    places = tuple({name: str(place[name] or "") for name in ("id", "name", "address")} for place in data["places"])
    return Practice(str(data["id"]), str(data["time_zone"]), str(data["currency"]), places)


def _occupancies(entries: list[dict[str, str]]) -> tuple[Occupancy, ...]:
    return tuple(Occupancy(str(one["resource"]), _epoch(one["from"]), _epoch(one["until"])) for one in entries)


def _epoch(text: str) -> int:
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("instants carry an offset")
    return int(instant.timestamp())
