"""Whom to call, because no message reaches them; or a corrected address, and the message goes out again (X5)."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from gateway import call_list
from gateway.context import current_services, hurrying
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, done, page, sentence, show, signed_in
from gateway.pages.fields import Entries
from gateway.pages.words import _
from runtime.errors import Refused, Unavailable

WRITE = "notify:write"
FIELDS = ("email", "phone")
GONE = ("message_outdated", "conflict")


@page("/calls", "desk_calls")
def calls() -> Response:
    """Customers and guests whom no message reached, the soonest first; below, who was called already."""
    return _list({})


@page("/calls/<uuid:id>/called", "desk_calls_called", methods=("POST",), scope=WRITE)
def called(id: UUID) -> Response:
    """Note that somebody called the customer of this appointment, or the guest of this invitation."""
    call_list.mark_called(str(id), signed_in()["user"]["name"])
    return back("desk_calls", did="called")


@page("/calls/<uuid:id>/not-called", "desk_calls_not_called", methods=("POST",), scope=WRITE)
def not_called(id: UUID) -> Response:
    """Take that back."""
    call_list.unmark_called(str(id))
    return back("desk_calls", did="taken_back")


@page("/calls/<uuid:message>/resend", "desk_calls_resend", methods=("POST",), scope=WRITE)
def resend(message: UUID) -> Response:
    """Send the message again to what was typed; what is wrong with it is said beside it, and stays typed."""
    id = str(message)
    typed = {name: request.form.get(name, "").strip()[:254] for name in FIELDS}
    entries = Entries({_field(name, id): value for name, value in typed.items()}, [])
    given = {name: value for name, value in typed.items() if value}
    if len(given) > 1:
        entries.errors[_field("phone", id)] = _("Please fill in one of the two: address or number.")
    elif not given:
        entries.errors[_field("email", id)] = _("Please enter the corrected address.")
    else:
        try:
            current_services().notify.resend_message(id, given)
            return back("desk_calls", did="sent")
        except Refused as refused:
            if refused.code == "not_found":
                raise
            if refused.code in GONE:
                return back("desk_calls", did="nothing")
            _take_over(entries, id, refused)
    return _list({id: entries}, 422)


def _take_over(entries: Entries, id: str, refused: Refused) -> None:
    """notify's verdict, its sentences in the reader's language."""
    if refused.code == "invalid":
        for name, sentences in (refused.facts.get("errors") or {}).items():
            if name in FIELDS:
                entries.errors[_field(name, id)] = str(sentences[0])
    elif refused.code in ("plan_required", "sms_unavailable"):
        entries.errors[_field("phone", id)] = sentence(refused)
    if not entries.errors:
        raise refused


def _field(name: str, message: str) -> str:
    """Each line of the list has a form of its own, and each field an id of its own."""
    return f"{name}-{message}"


def _list(entries: dict[str, Entries], status: int = 200) -> Response:
    customers, guests = call_list.customers(), _guests()
    if not set(entries) <= {each["message"]["id"] for each in customers if each["message"]}:
        raise Refused("not_found")
    items = call_list.in_order([*customers, *(guests or [])])
    return show(
        "desk/calls.html",
        status,
        open_calls=[each for each in items if not each["called"]],
        called=[each for each in items if each["called"]],
        guests_missing=guests is None,
        entries=_entries(customers) | entries,
        wrong=next(iter(entries.values()), None),
        sms=current_services().notify.channels()["sms"],
        did=done(_sentences()),
        nothing=request.args.get("did") == "nothing",
    )


def _guests() -> list[Json] | None:
    """Guests whom no invitation reached; None while invitations is away: the page says so, and lists the customers."""
    try:
        with hurrying():
            return call_list.guests()
    except Unavailable:
        return None


def _entries(items: list[Json]) -> dict[str, Entries]:
    """The forms as they begin: with the address that did not work, to be corrected."""
    found = {}
    for message in (each["message"] for each in items if each["message"]):
        name = "phone" if message["channel"] == "sms" else "email"
        found[message["id"]] = Entries({_field(name, message["id"]): message["recipient"]}, [])
    return found


def _sentences() -> Json:
    return {
        "called": _("Noted that you called."),
        "taken_back": _("The line is on the list again."),
        "sent": _("The message is on its way again. If it does not arrive, the customer appears here once more."),
        "nothing": _("That was not possible any more: the list has changed in the meantime."),
    }
