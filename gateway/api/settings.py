"""The practice's own settings: itself, its places, its booking form."""

from typing import Any
from uuid import UUID

from flask import Response, g
from marshmallow import ValidationError, fields, validate, validates_schema

from gateway.api import answers, examples
from gateway.api.fields import PHONE, Body, Currency, Email, Flag, Locale, OrNothing, Phone, Text, Whole, Zone
from gateway.api.framework import MATCH, Blueprint, Page, answer, if_match, paged, versioned
from gateway.clients import Json
from gateway.context import current_services, gateway

routes = Blueprint("practice", staff=True, description="The practice's own settings")

ORIGIN = validate.Regexp(r"https://[a-z0-9.-]+(:[0-9]{1,5})?\Z", error="Not a valid URL.")


class Changes(Body):
    """What is to change; the rest stays as it is."""

    def __init__(self, **kwargs: Any):
        super().__init__(**{"partial": True, **kwargs})

    @validates_schema
    def _something(self, data: Json, **_: Any) -> None:
        if not data:
            raise ValidationError("Please say at least one thing to change.")


class PracticeChanges(Changes):
    """What a practice can change of itself. Slug and plan are not among it."""

    name = Text(longest=120)
    email = Email()
    phone = OrNothing(Phone(), {"pattern": PHONE.pattern}, kept=True)
    description = Text(longest=2000, lines=True, empty=True)
    country = fields.String(validate=validate.Regexp(r"[A-Z]{2}\Z", error="Invalid value."))
    locale = Locale()
    time_zone = Zone()
    currency = Currency()
    show_prices = Flag()
    accent = fields.String(validate=validate.Regexp(r"#[0-9a-fA-F]{6}\Z", error="Invalid value."))
    copy_to = OrNothing(Email(), {"format": "email"}, kept=True)
    embed_origins = fields.List(fields.String(validate=ORIGIN), validate=validate.Length(max=20))


class PlaceRequest(Body):
    """A place, such as a branch."""

    name = Text(longest=120, required=True)
    address = Text(longest=300, required=True)


class PlaceChanges(Changes):
    """What is to change of a place."""

    name = Text(longest=120)
    address = Text(longest=300)


class FormFieldRequest(Body):
    """A field of the practice's own in the booking form."""

    name = fields.String(required=True, validate=validate.Regexp(r"[a-z][a-z0-9_]{0,49}\Z", error="Invalid value."))
    label = Text(required=True)
    kind = fields.String(required=True, validate=validate.OneOf(("text", "choice", "tick")))
    required = Flag(load_default=False)
    choices = fields.List(Text(), load_default=list, validate=validate.Length(max=100))


class FormRequest(Body):
    """The whole form: fields in the order in which they are shown."""

    fields_ = fields.List(
        fields.Nested(FormFieldRequest), required=True, data_key="fields", validate=validate.Length(max=50)
    )
    max_open_bookings = Whole(1, 1000, allow_none=True)


@routes.route("/practice")
@routes.refuses()
@routes.answers(200, answers.Practice, examples.OWN_SETTINGS)
def show_practice() -> Response:
    """The practice's settings"""
    return versioned(current_services().practice.get())


@routes.route("/practice", methods=["PATCH"], parameters=[MATCH])
@routes.refuses("precondition_failed")
@routes.body(PracticeChanges, {"show_prices": False, "copy_to": "buero@top-hearing.example"})
@routes.answers(200, answers.Practice, examples.OWN_SETTINGS)
def change_practice(body: Json) -> Response:
    """Change the practice's settings

    An empty phone number or copy address switches it off, as null does.
    """
    if "phone" in body:
        body["phone"] = body["phone"] or ""
    return versioned(current_services().practice.update(body | if_match()))


@routes.route("/places")
@routes.refuses()
@routes.query(Page)
@routes.answers(200, answers.page_of(answers.OwnPlace), examples.page(examples.OWN_PLACE))
def places(query: Json) -> Response:
    """The practice's places"""
    return answer(paged(current_services().practice.places(), query))


@routes.route("/places", methods=["POST"])
@routes.refuses()
@routes.body(PlaceRequest, {"name": "Top Hearing (S)", "address": "Königstraße 1, Stuttgart"})
@routes.answers(201, answers.OwnPlace, examples.OWN_PLACE)
def create_place(body: Json) -> Response:
    """Add a place"""
    return versioned(current_services().practice.create_place(body), 201)


@routes.route("/places/<uuid:id>", methods=["PATCH"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed")
@routes.body(PlaceChanges, {"address": "Königstraße 2, Stuttgart"})
@routes.answers(200, answers.OwnPlace, examples.OWN_PLACE)
def change_place(body: Json, id: UUID) -> Response:
    """Change a place"""
    return versioned(current_services().practice.update_place(str(id), body | if_match()))


@routes.route("/booking-form")
@routes.refuses()
@routes.answers(200, answers.BookingForm, examples.FORM | {"max_open_bookings": None, "version": 123456789})
def show_form() -> Response:
    """The booking form's own fields, and the limit of open bookings"""
    practice = current_services().practice.get()
    return versioned(current_services().booking.form(practice["id"]))


@routes.route("/booking-form", methods=["PUT"], parameters=[MATCH])
@routes.refuses("precondition_failed")
@routes.body(FormRequest, examples.FORM | {"max_open_bookings": 3})
@routes.answers(200, answers.BookingForm, examples.FORM | {"max_open_bookings": 3, "version": 987654321})
def change_form(body: Json) -> Response:
    """Change the booking form

    Past bookings keep what was entered.
    """
    form = {"fields": body["fields_"], "max_open_bookings": body.get("max_open_bookings")}
    changed = current_services().booking.update_form(form | if_match())
    gateway().practices.forget(g.caller.practice_id, "form")
    return versioned(changed)
