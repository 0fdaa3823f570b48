"""The practice's customers, and which appointment is whose."""

from uuid import UUID

from flask import Response, g
from marshmallow import ValidationError, fields, validates_schema

from gateway.api import answers, examples
from gateway.api.fields import Body, Email, Flag, Id, Locale, Phone, Text, Zone
from gateway.api.framework import KEY, MATCH, Blueprint, Page, answer, idempotency_key, if_match, listing, versioned
from gateway.clients import Json
from gateway.context import current_services, gateway

routes = Blueprint("customers", staff=True, description="The practice's customers")
MISSING = "Missing data for required field."


class CustomerQuery(Page):
    """Which customers: every word must be found in name, e-mail or phone."""

    q = Text(longest=100, empty=True, metadata={"description": "name, e-mail or phone"})


class CustomerChange(Body):
    """What is left out stays as it is. One of e-mail and phone must remain."""

    first_name = Text(longest=100)
    last_name = Text(longest=100)
    email = Email(allow_none=True)
    phone = Phone(allow_none=True)
    locale = Locale()
    time_zone = Zone(allow_none=True)
    note = Text(longest=5000, lines=True, empty=True)


class NewCustomer(CustomerChange):
    """A name, and an e-mail address or a phone number."""

    first_name = Text(longest=100, required=True)
    last_name = Text(longest=100, required=True)

    @validates_schema
    def reachable(self, data: Json, **_: object) -> None:
        if not data.get("email") and not data.get("phone"):
            raise ValidationError(MISSING, "email")


class Link(Body):
    """A customer's id; or `create` for a new record of the booked contact, with what is given here in its place."""

    customer_id = Id()
    create = fields.Nested(CustomerChange)

    @validates_schema
    def one_of_them(self, data: Json, **_: object) -> None:
        if ("customer_id" in data) == ("create" in data):
            raise ValidationError(MISSING, "customer_id")


class Merge(Body):
    """Which record goes up in this one; with `preview` nothing changes."""

    duplicate = Id(required=True)
    preview = Flag()


def in_country(body: Json) -> Json:
    """With the practice's country, for phone numbers without prefix."""
    return {**body, "country": gateway().practices.by_id(g.caller.practice_id).get("country")}


@routes.route("/customers")
@routes.refuses()
@routes.query(CustomerQuery)
@routes.answers(200, answers.page_of(answers.CustomerRecord), examples.page(examples.CUSTOMER_RECORD))
def list_customers(query: Json) -> Response:
    """Customers in the order of their names"""
    return listing(current_services().booking.customers(query))


@routes.route("/customers", methods=["POST"], parameters=[KEY])
@routes.refuses("idempotency_conflict")
@routes.body(NewCustomer, examples.CUSTOMER_REQUEST)
@routes.answers(201, answers.CustomerRecord, examples.CUSTOMER_RECORD)
def create_customer(body: Json) -> Response:
    """Make a customer's record

    A phone number is enough.
    """
    command = {**in_country(body), "idempotency_key": idempotency_key()}
    return versioned(current_services().booking.create_customer(command), 201)


@routes.route("/customers/<uuid:id>")
@routes.refuses("not_found")
@routes.answers(200, answers.CustomerRecord, examples.CUSTOMER_RECORD)
def show_customer(id: UUID) -> Response:
    """One customer

    Also one merged into another, with `merged_into`. The appointments are at `/appointments?customer=`.
    """
    return versioned(current_services().booking.customer(str(id)))


@routes.route("/customers/<uuid:id>", methods=["PATCH"], parameters=[MATCH])
@routes.refuses("not_found", "customer_merged", "precondition_failed")
@routes.body(CustomerChange, {"email": "neu@example.org", "note": "Bitte laut klingeln"})
@routes.answers(200, answers.CustomerRecord, examples.CUSTOMER_RECORD)
def change_customer(body: Json, id: UUID) -> Response:
    """Change a customer's record

    Later messages about coming appointments go to the new contact; nobody is told of the change.
    """
    return versioned(current_services().booking.update_customer(str(id), in_country(body) | if_match()))


@routes.route("/customers/<uuid:id>/duplicates")
@routes.refuses("not_found")
@routes.answers(200, answers.Suggestions, examples.SUGGESTIONS)
def list_duplicates(id: UUID) -> Response:
    """Customers who may be the same person"""
    return answer(current_services().booking.customer_suggestions({"customer": str(id)}))


@routes.route("/customers/<uuid:id>/merge", methods=["POST"], parameters=[MATCH])
@routes.refuses("not_found", "customer_merged", "precondition_failed")
@routes.body(Merge, {"duplicate": examples.DUPLICATE_ID, "preview": True})
@routes.answers(200, answers.Merged, examples.MERGED)
def merge_customers(body: Json, id: UUID) -> Response:
    """Let a duplicate go up in this customer

    Its appointments change over, and what only its record knew. `preview` shows what would be.
    """
    return answer(current_services().booking.merge_customers(str(id), body | if_match()))


@routes.route("/appointments/<uuid:id>/customer-suggestions")
@routes.refuses("not_found")
@routes.answers(200, answers.Suggestions, examples.SUGGESTIONS)
def suggest_customers(id: UUID) -> Response:
    """Customers who may be meant by a booking

    The same phone number, the same e-mail address, a similar name: the likeliest first, each with the reasons.
    """
    return answer(current_services().booking.customer_suggestions({"id": str(id)}))


@routes.route("/appointments/<uuid:id>/customer", methods=["PUT"], parameters=[MATCH])
@routes.refuses("not_found", "customer_merged", "precondition_failed")
@routes.body(Link, {"customer_id": examples.CUSTOMER_ID})
@routes.answers(200, answers.Appointment, examples.APPOINTMENT)
def link_customer(body: Json, id: UUID) -> Response:
    """Link an appointment to a customer

    Or to a new one: `{"create": {}}` makes a record of what was entered at the booking. From then on messages go to the
    customer's address.
    """
    if "create" in body:
        body = {"create": in_country(body["create"])}
    return versioned(current_services().booking.link_customer(str(id), body | if_match()))


@routes.route("/appointments/<uuid:id>/customer", methods=["DELETE"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed")
@routes.answers(200, answers.Appointment, examples.APPOINTMENT)
def unlink_customer(id: UUID) -> Response:
    """Unlink an appointment from its customer

    Messages go again to the contact that was entered at the booking.
    """
    return versioned(current_services().booking.unlink_customer(str(id), if_match()))
