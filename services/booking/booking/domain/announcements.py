"""What staff may have their customers told beside a change, and when. Pure."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from booking.domain.appointment import ACCEPTED, ACTIVE, Appointment
from booking.domain.errors import CustomerNotLinked, Invalid
from booking.domain.rules import refusal

NOTICE, REMINDER = KINDS = ("notice", "reminder")
EMAIL, SMS = CHANNELS = ("email", "sms")
NO_ADDRESS = "The customer has no e-mail address."
NO_NUMBER = "The customer has no phone number."


def announcement(
    a: Appointment, kind: str, channels: Sequence[str] | None, text: str | None, now: datetime
) -> dict[str, Any]:
    """What is to be told. A reminder is of what is still to come; a notice needs a customer whom the practice knows,
    and may tell of what was called off, too.

    Raises InvalidTransition, CustomerNotLinked, Invalid when there is no address for a channel.
    """
    coming = now < a.starts if kind == REMINDER else now < a.ends
    if not coming or (kind == REMINDER and a.status not in ACTIVE):
        raise refusal(a, kind, {ACCEPTED})
    if kind == NOTICE and a.customer_id is None:
        raise CustomerNotLinked()
    chosen = ways(a, channels) or [EMAIL if a.email or not a.phone else SMS]
    return {"kind": kind, "channels": ways(a, chosen), "text": text or None}


def ways(a: Appointment, channels: Sequence[str] | None) -> list[str] | None:
    """The channels in order; None: none were named. Raises Invalid when the customer has no address for one."""
    chosen = [c for c in CHANNELS if c in (channels or ())]
    if missing := [_without(c) for c in chosen if not _reachable(a, c)]:
        raise Invalid(errors={"channels": missing})
    return chosen or None


def leading(a: Appointment, channels: Sequence[str] | None) -> list[str] | None:
    """Those of the channels, in order, that lead to the customer; None where none does: then it is as usual."""
    return [c for c in CHANNELS if c in (channels or ()) and _reachable(a, c)] or None


def _reachable(a: Appointment, channel: str) -> bool:
    return bool(a.email if channel == EMAIL else a.phone)


def _without(channel: str) -> str:
    return NO_ADDRESS if channel == EMAIL else NO_NUMBER
