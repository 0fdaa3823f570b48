"""Whose an appointment is: the block in its page, and what the block's buttons do."""

from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services, hurrying
from gateway.pages.backend import Json
from gateway.pages.desk import appointment_blocks
from gateway.pages.desk import customer_form as form
from gateway.pages.desk.customers import WRITE, country, show_form, version_seen
from gateway.pages.desk.frame import back, exists, may, page, sentence, show
from gateway.pages.links import to
from gateway.pages.words import _
from runtime.errors import Refused, Unavailable

FOUND = 20


def block(appointment: Json) -> Json:
    """The linked customer's record, else who may be meant; neither while booking does not say."""
    booking, linked = current_services().booking, appointment.get("customer_id")
    try:
        with hurrying():
            if linked:
                return {"customer_record": booking.customer(linked)}
            asked = {"id": appointment["id"]}
            return {"customer_suggestions": booking.customer_suggestions(asked)["items"] if may(WRITE) else []}
    except (Refused, Unavailable):
        return {}


appointment_blocks.LOADERS.append(block)


def home(appointment: Json, *, did: str = "") -> Response:
    """Back to the appointment."""
    if exists("desk_appointment"):
        return back("desk_appointment", id=appointment["id"], did=did)
    linked = appointment["customer_id"]
    return back("desk_customer", id=linked, did=did) if linked else back("desk_appointments")


@page("/appointments/<uuid:id>/customer", "desk_appointment_customer", methods=("GET", "POST"), scope=WRITE)
def choose_customer(id: UUID) -> Response:
    """Suggestions and a search; a POST with `customer_id` links that one, one without unlinks."""
    booking, conflict = current_services().booking, ""
    if request.method == "POST":
        try:
            return home(
                _link(str(id)), did="customer_linked" if request.form.get("customer_id") else "customer_unlinked"
            )
        except Refused as refused:
            if refused.code not in ("precondition_failed", "customer_merged"):
                raise
            conflict = sentence(refused)
    words = request.args.get("q", "").strip()[:100]
    return show(
        "desk/appointment_customer_choice.html",
        412 if conflict else 200,
        appointment=booking.appointment(str(id)),
        suggestions=booking.customer_suggestions({"id": str(id)})["items"],
        words=words,
        found=booking.customers({"q": words, "limit": FOUND}) if words else None,
        conflict=conflict,
    )


def _link(id: str) -> Json:
    booking, seen = current_services().booking, {"if_version": version_seen()}
    chosen = request.form.get("customer_id")
    return booking.link_customer(id, {"customer_id": chosen} | seen) if chosen else booking.unlink_customer(id, seen)


@page("/appointments/<uuid:id>/customer/new", "desk_appointment_customer_new", methods=("GET", "POST"), scope=WRITE)
def new_customer(id: UUID) -> Response:
    """A record made of the booking: the form filled with what was entered, which is shown beside it."""
    booking = current_services().booking
    booked = booking.appointment(str(id))
    entries = form.typed() if request.method == "POST" else form.filled(_as_booked(booked))
    conflict = ""
    if request.method == "POST" and form.judge(entries):
        try:
            create = {"create": form.command(entries, country())}
            return home(booking.link_customer(str(id), create | {"if_version": version_seen()}), did="customer_linked")
        except Refused as refused:
            if refused.code == "precondition_failed":
                conflict = sentence(refused)
            elif refused.code == "invalid":
                form.refused(entries, refused)
            else:
                raise
    way_back = to("desk_appointment_customer", id=str(id))
    return show_form(entries, heading=_("Customer of a booking"), booked=booked, conflict=conflict, way_back=way_back)


def _as_booked(appointment: Json) -> Json:
    typed = appointment.get("phone_typed") if not appointment.get("customer_id") else None
    return {**appointment["booked_by"], "phone_typed": typed}
