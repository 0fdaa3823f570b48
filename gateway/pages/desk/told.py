"""Whether and how the customer hears of a change: the boxes in the forms of moves and cancellations, and what they
say."""

from dataclasses import dataclass
from typing import Any

from flask import request

from gateway.context import current_services, hurrying
from gateway.pages.backend import Json
from gateway.pages.words import _
from runtime.errors import Refused, Unavailable

EMAIL, SMS = CHANNELS = ("email", "sms")
REFUSED = ("plan_required", "sms_unavailable")  # what `wanted` may raise


@dataclass(frozen=True)
class Way:
    """One way to the customer: where it leads, or why it does not."""

    channel: str
    address: str
    why_not: str


def ask(appointment: Json) -> list[Way]:
    """The ways to this appointment's customer; asks notify about SMS, and offers none while it does not answer."""
    phone = appointment["customer"].get("phone")
    try:
        with hurrying():
            return ways(appointment, current_services().notify.channels(phone) if phone else None)
    except (Refused, Unavailable):
        return ways(appointment, None)


def ask_whoever() -> list[Way]:
    """The ways to somebody whose address and number are entered in the same form."""
    return [Way(EMAIL, _("to the address above"), ""), Way(SMS, _("to the number above"), _no_sms(_channels()))]


def ask_several() -> list[Way]:
    """The ways to the customers of several appointments, each of whom has an address, a number, or both."""
    return [Way(EMAIL, "", ""), Way(SMS, "", _no_sms(_channels()))]


def _channels() -> Json | None:
    try:
        with hurrying():
            found: Json = current_services().notify.channels()
    except (Refused, Unavailable):
        return None
    return found


def ways(appointment: Json, channels: Json | None) -> list[Way]:
    """The same with what notify has said; None: nothing."""
    email, phone = (appointment["customer"].get(name) or "" for name in ("email", "phone"))
    return [
        Way(EMAIL, email, "" if email else _("No e-mail address is known.")),
        Way(SMS, phone, _no_sms(channels) if phone else _("No phone number is known.")),
    ]


def _no_sms(channels: Json | None) -> str:
    sentences = {
        None: "",
        "plan_required": _("SMS are not part of your plan."),
        "no_mobile": _("The number is not of a mobile phone."),
    }
    found: Any = channels["sms"] if channels else {"possible": False, "reason": "unknown"}
    return "" if found["possible"] else sentences.get(found["reason"]) or _("No SMS can be sent here at the moment.")


def chosen(ways: list[Way]) -> list[str]:
    """What is ticked while nobody has chosen: the first way that leads to the customer."""
    return [way.channel for way in ways if not way.why_not][:1]


def typed() -> list[str]:
    """The channels that are ticked in the form that was sent."""
    return [channel for channel in CHANNELS if channel in request.form.getlist("channels")]


def quiet() -> str | None:
    """What the address says after a change of which the form that was sent let nobody hear: its undo is silent, too."""
    return "1" if "ways" in request.form and not typed() and not _call() else None


def _call() -> bool:
    """Whether somebody shall call: no message reaches the customer."""
    return request.form.get("call") == "1"


def of_undo() -> Json:
    """`notify` for booking: an undo is told where the change was."""
    return {"notify": False} if request.form.get("quiet") == "1" else {}


def wanted() -> Json:
    """`notify` and `channels` for booking, from the form that was sent. Raises Refused `plan_required` or
    `sms_unavailable` where an SMS is wished for and none can go out."""
    if "ways" not in request.form:
        return {"notify": request.form.get("notify") == "1"}
    channels = typed()
    if SMS in channels:
        current_services().notify.require_channels([SMS])
    return {"notify": bool(channels) or _call()} | ({"channels": channels} if channels else {})
