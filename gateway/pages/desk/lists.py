"""What is new and what comes, and the buttons that decide about it."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, page, show
from gateway.pages.words import _
from runtime.errors import Refused

ACTIONS = ("accept", "decline", "cancel")
LISTED = 50
HOME = "desk"


@page("", "desk")
@page("/inbox", "desk_inbox")
@page("/appointments", "desk_appointments")
def lists() -> Response:
    """New online bookings ("Erinnerungen") and the coming appointments."""
    booking = current_services().booking
    return show(
        "desk/lists.html",
        inbox=booking.inbox({"limit": LISTED}),
        upcoming=booking.appointments({"scope": "upcoming", "limit": LISTED}),
        did=_did(),
    )


@page(
    "/appointments/<uuid:id>/<any(accept, decline, cancel, acknowledge, undo):action>",
    "decide",
    methods=("POST",),
)
def decide(id: Any, action: str) -> Response:
    """Carry out one button of the desk."""
    booking = current_services().booking
    try:
        if action in ACTIONS:
            booking.change_status(str(id), action, {})
        else:
            getattr(booking, action)(str(id), {})
    except Refused as refused:
        if refused.code not in ("invalid_transition", "slot_taken", "too_late", "conflict", "not_found"):
            raise
        return back(HOME, did="nothing")
    return back(HOME, did=action, id=str(id))


def _did() -> Json | None:
    """What the last button did, worded; with the appointment's id where it can be undone."""
    sentences = {
        "accept": _("The appointment is confirmed. The customer will be told by e-mail."),
        "decline": _("The appointment is declined. The customer will be told by e-mail."),
        "cancel": _("The appointment is cancelled. The customer will be told by e-mail."),
        "acknowledge": _("Taken off the list of new bookings."),
        "undo": _("Taken back."),
        "nothing": _("That was not possible any more. Somebody may have changed the appointment in the meantime."),
    }
    action = request.args.get("did", "")
    if action not in sentences:
        return None
    undo = request.args.get("id", "") if action in ACTIONS else ""
    return {"sentence": sentences[action], "undo": undo, "wrong": action == "nothing"}
