"""What the gateway asks of each service: one thin module per service, every method one RPC.

Each method answers what the service answers (a JSON-able dict) and raises `runtime.errors.Refused` with the service's
code and facts, or `runtime.errors.Unavailable` when no answer came in time.
"""

from dataclasses import dataclass

from gateway.clients.asking import Ask, Json, JsonList
from gateway.clients.availability import Availability
from gateway.clients.booking import Booking
from gateway.clients.invitations import Invitations
from gateway.clients.notify import Notify
from gateway.clients.practice import Practice

__all__ = [
    "Ask",
    "Availability",
    "Booking",
    "Invitations",
    "Json",
    "JsonList",
    "Notify",
    "Practice",
    "Services",
    "connect",
]

NAMES = ("practice", "availability", "booking", "notify", "invitations")


@dataclass(frozen=True)
class Services:
    """One client per service."""

    practice: Practice
    availability: Availability
    booking: Booking
    notify: Notify
    invitations: Invitations


def connect(ask: Ask) -> Services:
    """The clients of all services, asking through `ask`."""
    return Services(Practice(ask), Availability(ask), Booking(ask), Notify(ask), Invitations(ask))
