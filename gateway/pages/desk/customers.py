"""Customers: the list, a record with everything about it, a new one, a changed one."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services, gateway, hurrying
from gateway.pages.backend import Json
from gateway.pages.desk import customer_form as form
from gateway.pages.desk.frame import back, done, may, page, sentence, show, signed_in
from gateway.pages.fields import Entries
from gateway.pages.typed import whole
from gateway.pages.words import _
from runtime.errors import Refused, Unavailable
from runtime.ids import new_id

LISTED, COMING, PAST, MESSAGES = 50, 50, 20, 30
WRITE = "booking:write"


@page("/customers", "desk_customers")
def customers() -> Response:
    """All of them by name, or those that the words are found in."""
    words, cursor = request.args.get("q", "").strip()[:100], request.args.get("cursor")
    query = {"q": words, "limit": LISTED, "cursor": cursor}
    return show("desk/customers.html", words=words, first=not cursor, found=current_services().booking.customers(query))


@page("/customers/<uuid:id>", "desk_customer")
def customer(id: UUID) -> Response:
    """The record: contact, counts, appointments, messages, who may be the same person."""
    booking = current_services().booking
    known = booking.customer(str(id))
    if known["merged_into"]:
        return back("desk_customer", id=known["merged_into"], did="led")
    cursor = request.args.get("cursor")
    coming = booking.appointments({"customer": str(id), "scope": "upcoming", "limit": COMING})
    past = booking.appointments({"customer": str(id), "scope": "past", "limit": PAST, "cursor": cursor})
    return show(
        "desk/customer.html",
        customer=known,
        coming=coming["items"],
        past=past,
        first=not cursor,
        messages=_messages([each["id"] for each in coming["items"] + past["items"]]),
        duplicates=booking.customer_suggestions({"customer": str(id)})["items"] if may(WRITE) else [],
        did=done(_sentences()),
    )


def _sentences() -> Json:
    return {
        "created": _("The customer is in the list now."),
        "changed": _("Saved. Messages about coming appointments go to the new address."),
        "merged": _("The two records are one now."),
        "led": _("The record that you looked for was merged into this one."),
        "linked": _("The appointment belongs to this customer now."),
    }


def _messages(appointments: list[str]) -> list[Json] | None:
    """What the customer was sent about these appointments, newest first; None while notify does not say."""
    if not appointments:
        return []
    try:
        with hurrying():
            query = {"appointments": appointments, "limit": 200}
            found = current_services().notify.messages(query)["items"]
    except (Refused, Unavailable):
        return None
    return [each for each in found if each["role"] == "customer"][:MESSAGES]


@page("/customers/new", "desk_customer_new", methods=("GET", "POST"), scope=WRITE)
def new_customer() -> Response:
    """A form; a phone number is enough. Sent twice, it makes one record."""
    entries = form.typed() if request.method == "POST" else form.empty()
    if request.method == "POST" and form.judge(entries):
        key = {"idempotency_key": request.form.get("once", "")[:100] or new_id()}
        try:
            made = current_services().booking.create_customer(form.command(entries, country()) | key)
            return back("desk_customer", id=made["id"], did="created")
        except Refused as refusal:
            if refusal.code not in ("invalid", "idempotency_conflict"):
                raise
            form.refused(entries, refusal)
    return show_form(entries, heading=_("New customer"), once=new_id())


@page("/customers/<uuid:id>/edit", "desk_customer_edit", methods=("GET", "POST"), scope=WRITE)
def edit_customer(id: UUID) -> Response:
    """The same form, filled. What somebody else changed meanwhile is shown, not overwritten."""
    known = current_services().booking.customer(str(id))
    if request.method == "GET":
        return show_form(form.filled(known), heading=_("Change customer"), customer=known)
    entries, conflict = form.typed(), ""
    if form.judge(entries):
        seen = {"if_version": version_seen()}
        try:
            current_services().booking.update_customer(str(id), form.command(entries, country(), over=known) | seen)
            return back("desk_customer", id=str(id), did="changed")
        except Refused as refusal:
            if refusal.code == "precondition_failed":
                conflict = sentence(refusal)
                known = current_services().booking.customer(str(id))
            elif refusal.code == "invalid":
                form.refused(entries, refusal)
            else:
                raise
    return show_form(entries, heading=_("Change customer"), customer=known, conflict=conflict)


def version_seen() -> int | None:
    """The version that the page showed: its hidden field."""
    return whole(request.form.get("version", ""))


def country() -> str | None:
    """The practice's country, for phone numbers without prefix."""
    found: str | None = gateway().practices.by_id(signed_in()["practice"]["id"]).get("country")
    return found


def show_form(entries: Entries, *, customer: Json | None = None, conflict: str = "", **values: Any) -> Response:
    """The form; 422 with what is wrong, 412 with what is stored by now."""
    status = 412 if conflict else 422 if entries.errors else 200
    stored = form.filled(customer) if customer and conflict else None
    return show(
        "desk/customer_form.html",
        status,
        entries=entries,
        customer=customer,
        conflict=conflict,
        stored={name: stored[name] for name in form.FIELDS if stored[name] != entries[name]} if stored else {},
        languages_to_choose=form.languages(),
        zones=form.zones(entries),
        **values,
    )
