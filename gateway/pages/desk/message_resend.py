"""A message of an appointment goes out again to a corrected address or number: the form in the list of its messages."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services
from gateway.pages.desk.frame import back, exists, page, sentence, show
from gateway.pages.fields import Entries
from gateway.pages.words import _
from runtime.errors import Refused

LONGEST = 254
WORDED = ("conflict", "message_outdated", "plan_required", "sms_unavailable")


@page("/messages/<uuid:message>/resend", "desk_message_resend", methods=("POST",), scope="notify:write")
def resend(message: UUID) -> Response:
    """Back to the appointment when it is on its way; else the form on a page of its own, with what is wrong."""
    entries = Entries({"to": request.form.get("to", "").strip()[:LONGEST]}, [])
    appointment = request.form.get("appointment", "")
    if not entries["to"]:
        _exists(str(message), appointment)
        entries.errors["to"] = _("Please enter the corrected address.")
    else:
        name = "email" if "@" in entries["to"] else "phone"
        try:
            current_services().notify.resend_message(str(message), {name: entries["to"]})
            return _done(appointment, str(message))
        except Refused as refused:
            entries.errors["to"] = _why(refused)
    return show("desk/resend.html", 422, message=str(message), appointment=appointment, entries=entries)


def _exists(message: str, appointment: str) -> None:
    """Raises Refused `not_found` unless it is one of the appointment's messages."""
    query = {"appointment": appointment, "limit": 200}
    known = current_services().notify.messages(query)["items"] if _is_id(appointment) else []
    if message not in (each["id"] for each in known):
        raise Refused("not_found")


def _why(refused: Refused) -> str:
    """In words; raises what is no affair of the address."""
    if refused.code == "invalid":
        found = (refused.facts.get("errors") or {}).values()
        return " ".join(str(each) for sentences in found for each in sentences) or sentence(refused)
    if refused.code not in WORDED:
        raise refused
    return sentence(refused)


def _done(appointment: str, message: str) -> Response:
    if exists("desk_appointment") and _is_id(appointment):
        return back("desk_appointment", id=appointment, did="resent", message=message, _anchor="messages")
    return back("desk_calls", did="sent")


def _is_id(text: str) -> bool:
    try:
        UUID(text)
    except ValueError:
        return False
    return True
