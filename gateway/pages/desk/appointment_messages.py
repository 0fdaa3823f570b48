"""What the customer of an appointment was sent: the block in its page, its buttons to remind and to tell (A9, K29)."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from gateway import present
from gateway.api.announcements import Notice
from gateway.context import current_services, hurrying
from gateway.pages import backend
from gateway.pages.backend import Json
from gateway.pages.desk import appointment_blocks, told
from gateway.pages.desk.frame import back, exists, page, sentence, show
from gateway.pages.desk.settings.forms import Entries, key, once, read, seen
from gateway.pages.words import _
from runtime.errors import Refused, Unavailable

WRITE = "booking:write"
KINDS = ("reminder", "notice")
ACTIVE = ("pending", "accepted")
LISTED = 50
WORDED = ("invalid_transition", "customer_not_linked", "plan_required", "sms_unavailable", "idempotency_conflict")


def block(appointment: Json) -> Json:
    """The messages, and by which channels more can be sent; nothing while notify does not say. `ways` are those of
    the forms that change it, `usual` what is ticked there."""
    found: Json = {"message_kinds": kinds(appointment), "message_channels": None, "appointment_messages": None}
    found["ways"] = told.ways(appointment, None)
    try:
        with hurrying():
            notify = current_services().notify
            found["appointment_messages"] = notify.messages({"appointment": appointment["id"], "limit": LISTED})[
                "items"
            ]
            channels = notify.channels(appointment["customer"].get("phone"))
            found["message_channels"] = offered(appointment, channels)
            found["ways"] = told.ways(appointment, channels)
    except (Refused, Unavailable):
        pass
    found["usual"] = told.chosen(found["ways"])
    return found


appointment_blocks.LOADERS.append(block)


def kinds(appointment: Json) -> list[str]:
    """What can be told: a reminder while it is to come, a notice to a customer whom the practice knows."""
    start, end = (present.instant(appointment[name]) for name in ("start", "end"))
    coming = appointment["status"] in ACTIVE and backend.now() < start
    known = bool(appointment.get("customer_id")) and backend.now() < end
    return [kind for kind, possible in zip(KINDS, (coming, known), strict=True) if possible]


def offered(appointment: Json, channels: Json) -> list[str]:
    """The channels that lead to this customer."""
    customer = appointment.get("customer") or {}
    possible = {"email": customer.get("email"), "sms": customer.get("phone") and channels["sms"]["possible"]}
    return [channel for channel, there in possible.items() if there]


@page("/appointments/<uuid:id>/tell", "desk_appointment_tell", methods=("GET", "POST"), scope=WRITE)
def tell(id: UUID) -> Response:
    """Remind the customer, or tell them something: `kind` says which. A GET shows the form alone."""
    kind = request.values.get("kind", "")
    if kind not in KINDS:
        raise Refused("not_found")
    appointment = current_services().booking.appointment(str(id))
    channels = offered(appointment, current_services().notify.channels(appointment["customer"].get("phone")))
    entries = read(("text",), "channels")
    if request.method == "GET":
        entries = Entries({"text": "", "version": str(appointment["version"])}, {"channels": channels[:1]})
    elif _judge(entries):
        try:
            _tell(str(id), kind, entries)
            return _home(str(id), "reminded" if kind == "reminder" else "told")
        except Refused as refused:
            _explain(entries, refused)
    entries.labels = {"channels": _("How"), "text": _("Your words")}
    more = {"appointment": appointment, "kind": kind, "entries": entries, "channels": channels}
    return show("desk/appointment_tell.html", entries.status, key=key(), **more)


def _home(id: str, did: str) -> Response:
    """Back to the appointment."""
    if exists("desk_appointment"):
        return back("desk_appointment", id=id, did=did)
    return back("desk_appointments", did=did)


def _judge(entries: Entries) -> bool:
    if not entries.chosen["channels"]:
        entries.errors["channels"] = _("Please choose at least one way.")
    else:
        entries.judge(Notice(), _wanted(entries))
    return not entries.errors


def _wanted(entries: Entries) -> Json:
    return {"channels": entries.chosen["channels"], "text": entries["text"].replace("\r\n", "\n") or None}


def _tell(id: str, kind: str, entries: Entries) -> None:
    if "sms" in entries.chosen["channels"]:
        current_services().notify.require_channels(["sms"])
    wish = once({"kind": kind, **_wanted(entries)})  # a form that is sent twice tells it once
    current_services().booking.announce(id, kind, wish | seen(entries))


def _explain(entries: Entries, refused: Refused) -> None:
    if refused.code in WORDED:
        entries.objection = sentence(refused)
    else:
        entries.refused(refused)
