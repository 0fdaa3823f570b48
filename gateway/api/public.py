"""What anybody may ask and do at a practice: see it, keep a slot, book."""

from typing import Any
from uuid import UUID

from flask import Response, request
from marshmallow import ValidationError, fields

from gateway import security
from gateway.api import answers, examples
from gateway.api.fields import Body, Email, Id, Instant, Locale, Phone, Text, Zone, check_characters
from gateway.api.framework import KEY, Blueprint, answer, idempotency_key, nothing
from gateway.clients import Json
from gateway.context import current_services, gateway, locale

routes = Blueprint("booking", staff=False, description="A practice's public face, holds and online bookings")

PUBLIC = (
    "id", "slug", "name", "description", "email", "phone", "country", "locale", "time_zone", "currency", "accent",
    "places",
)  # fmt: skip


class HoldRequest(Body):
    """A slot of the week grid."""

    service = Id(required=True)
    calendar = Id(allow_none=True, metadata={"description": "left out: any who offers the service"})
    start = Instant(required=True)


class Customer(Body):
    """Who books."""

    first_name = Text(required=True, longest=100)
    last_name = Text(required=True, longest=100)
    email = Email(required=True)
    phone = Phone(required=True)


class Answer(fields.Raw):
    """What was entered into a field of the practice's own: a text, or true or false for a tick box."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        if not isinstance(value, str | bool):
            raise ValidationError("Not a valid string.")
        if isinstance(value, str):
            check_characters(value, lines=True)
            if len(value) > 2000:
                raise ValidationError("Longer than maximum length 2000.")
        return value


class BookingRequest(HoldRequest):
    """A slot, who books it, and the answers to the practice's own fields."""

    hold = Id(allow_none=True)
    customer = fields.Nested(Customer, required=True)
    answers = fields.Dict(
        keys=Text(longest=40),
        values=Answer(metadata={"type": ["string", "boolean"]}),
        metadata={"description": "by field name of the booking form"},
    )
    message = Text(longest=2000, lines=True, empty=True, allow_none=True)
    locale = Locale(metadata={"description": "language of the messages; left out: that of Accept-Language"})
    time_zone = Zone(metadata={"description": "zone of the times in messages"})
    link = Text(longest=100, metadata={"description": "named invitation link that led here"})


@routes.route("/practices/<slug:slug>")
@routes.refuses("not_found")
@routes.answers(200, answers.PublicPractice, examples.PRACTICE)
def show_practice(slug: str) -> Response:
    """The practice's public face

    Name, places, zone, currency, professionals, released services, and the booking form's own fields.
    """
    known = gateway().practices
    practice = known.by_slug(slug)
    return answer(public_face(practice, known.catalogue(practice["id"]), known.form(practice["id"])))


def public_face(practice: Json, catalogue: Json, form: Json) -> Json:
    """What everybody may see of a practice: nothing goes out that is not named here."""
    offered = catalogue["services"]
    if not practice.get("show_prices"):
        offered = [{**service, "price": None} for service in offered]
    return {
        **{name: practice.get(name) for name in PUBLIC},
        "calendars": catalogue["calendars"],
        "services": offered,
        "booking_form": {"fields": form["fields"]},
    }


@routes.route("/practices/<slug:slug>/holds", methods=["POST"], parameters=[KEY])
@routes.refuses("not_found", "slot_taken", "slot_not_offered", "limit_reached", "idempotency_conflict")
@routes.body(HoldRequest, examples.HOLD_REQUEST)
@routes.answers(201, answers.Hold, examples.HOLD)
def hold_slot(body: Json, slug: str) -> Response:
    """Keep a slot while the form is filled

    For five minutes; nobody else can book the slot meanwhile. Holds and their extensions are limited by address: a slot
    can be booked without one, too.
    """
    practice = _practice_for_write(slug)
    security.limit_holds(practice["id"])
    offer = {**body, "idempotency_key": idempotency_key()}
    return answer(current_services().booking.hold(practice["id"], offer), 201)


@routes.route("/practices/<slug:slug>/holds/<uuid:hold>/extend", methods=["POST"])
@routes.refuses("not_found", "hold_expired", "limit_reached")
@routes.body(Body, {}, required=False)
@routes.answers(200, answers.Hold, examples.HOLD)
def extend_hold(body: Json, slug: str, hold: UUID) -> Response:
    """Keep a slot for longer"""
    practice = _practice_for_write(slug)
    security.limit_holds(practice["id"])
    return answer(current_services().booking.extend_hold(practice["id"], str(hold)))


@routes.route("/practices/<slug:slug>/holds/<uuid:hold>", methods=["DELETE"])
@routes.refuses("not_found")
@routes.answers(204, None)
def release_hold(slug: str, hold: UUID) -> Response:
    """Give a kept slot back"""
    practice = _practice_for_write(slug)
    current_services().booking.release_hold(practice["id"], str(hold))
    return nothing()


@routes.route("/practices/<slug:slug>/appointments", methods=["POST"], parameters=[KEY])
@routes.refuses("not_found", "slot_taken", "slot_not_offered", "idempotency_conflict", "too_many_open", "limit_reached")
@routes.body(BookingRequest, examples.BOOKING_REQUEST)
@routes.answers(201, answers.Booked, examples.BOOKED)
def book(body: Json, slug: str) -> Response:
    """Book an appointment

    Accepted at once, or pending where the service is by request. The customer gets a mail with a calendar file.
    """
    practice = _practice_for_write(slug)
    body.setdefault("locale", locale() if request.accept_languages else practice["locale"])
    command = {**body, "country": practice.get("country"), "idempotency_key": idempotency_key()}
    booked = current_services().booking.book(practice["id"], command)
    return answer(with_link(booked), 201)


def with_link(booked: Json) -> Json:
    """The token becomes the address that the customer can open."""
    token = booked.pop("manage_token")
    return {**booked, "manage_url": f"{gateway().settings.public_url.rstrip('/')}/a/{token}"}


def _practice_for_write(slug: str) -> Json:
    practice = gateway().practices.by_slug(slug)
    security.limit("practice", practice["id"])
    return practice
