"""Price and payments of an appointment; the practice's figures."""

from uuid import UUID

from flask import Response, g
from marshmallow import ValidationError, fields, validate, validates_schema

from gateway.api import answers, examples
from gateway.api.fields import Body, Day, Id, Money, Text
from gateway.api.framework import KEY, MATCH, Blueprint, answer, idempotency_key, if_match, versioned
from gateway.clients import Json
from gateway.context import current_services, gateway

routes = Blueprint("money", staff=True, description="Price, payments and figures")

METHODS = ("cash", "card", "transfer", "other")


class PriceChange(Body):
    """The new price; null: none."""

    price = fields.Nested(Money, required=True, allow_none=True)


class Positive(Money):
    """Some money."""

    @validates_schema
    def more_than_nothing(self, data: Json, **_: object) -> None:
        if not data["amount"].strip("0."):
            raise ValidationError("Must be greater than 0.", "amount")


class NewPayment(Body):
    """What came in."""

    amount = fields.Nested(Positive, required=True)
    method = fields.String(allow_none=True, validate=validate.OneOf(METHODS))
    note = Text(longest=500, lines=True, empty=True, allow_none=True)


class PaymentChange(NewPayment):
    """What is left out stays as it is."""

    amount = fields.Nested(Positive)


class AnalyticsQuery(Body):
    """Of which days, in steps of which length, and whose."""

    from_ = Day(required=True, data_key="from", metadata={"description": "first day, by the practice's wall clock"})
    to = Day(required=True, metadata={"description": "last day, included"})
    per = fields.String(
        load_default="day", validate=validate.OneOf(("day", "week", "month")), metadata={"description": "the periods"}
    )
    calendar = Id()
    service = Id()


@routes.route("/appointments/<uuid:id>/price", methods=["PUT"], parameters=[MATCH])
@routes.refuses("not_found", "overpaid", "precondition_failed")
@routes.body(PriceChange, {"price": examples.PRICE})
@routes.answers(200, answers.Appointment, examples.APPOINTMENT)
def set_price(body: Json, id: UUID) -> Response:
    """Set or clear an appointment's price

    It was copied from the service at the booking. Below what is paid already it cannot be.
    """
    return versioned(current_services().booking.set_price(str(id), body | if_match()))


@routes.route("/appointments/<uuid:id>/payments")
@routes.refuses("not_found")
@routes.answers(200, answers.Payments, examples.PAYMENTS)
def list_payments(id: UUID) -> Response:
    """An appointment's price, payments and what is open"""
    return versioned(current_services().booking.payments(str(id)))


@routes.route("/appointments/<uuid:id>/payments", methods=["POST"], parameters=[KEY, MATCH])
@routes.refuses("not_found", "overpaid", "idempotency_conflict", "precondition_failed")
@routes.body(NewPayment, {"amount": {"amount": "20.00", "currency": "EUR"}, "method": "card", "note": "Anzahlung"})
@routes.answers(201, answers.AddedPayment, examples.PAYMENTS | {"payment": examples.PAYMENT_ID})
def add_payment(body: Json, id: UUID) -> Response:
    """Note a payment

    The whole price or a part of it, also after the appointment; `payment` is the new one's id.
    """
    command = {**body, "idempotency_key": idempotency_key(), **if_match()}
    return versioned(current_services().booking.add_payment(str(id), command), 201)


@routes.route("/appointments/<uuid:id>/payments/<uuid:payment>", methods=["PATCH"], parameters=[MATCH])
@routes.refuses("not_found", "overpaid", "precondition_failed")
@routes.body(PaymentChange, {"amount": {"amount": "25.00", "currency": "EUR"}})
@routes.answers(200, answers.Payments, examples.PAYMENTS)
def change_payment(body: Json, id: UUID, payment: UUID) -> Response:
    """Correct a payment"""
    return versioned(current_services().booking.change_payment(str(id), str(payment), body | if_match()))


@routes.route("/appointments/<uuid:id>/payments/<uuid:payment>", methods=["DELETE"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed")
@routes.answers(200, answers.Payments, examples.PAYMENTS)
def remove_payment(id: UUID, payment: UUID) -> Response:
    """Remove a payment

    The history keeps what it was.
    """
    return versioned(current_services().booking.remove_payment(str(id), str(payment), if_match()))


@routes.route("/analytics")
@routes.refuses()
@routes.query(AnalyticsQuery)
@routes.answers(200, answers.Analytics, examples.ANALYTICS)
def show_analytics(query: Json) -> Response:
    """The practice's figures

    Bookings, cancellations, no-shows, completed and revenue: in all, per day, week or month, by calendar, by service.
    An appointment counts on the day on which it begins, money on the day on which it came in, by the practice's clock.
    """
    zone = gateway().practices.by_id(g.caller.practice_id)["time_zone"]
    asked = {k.rstrip("_"): v for k, v in query.items()}
    return answer(current_services().booking.analytics({**asked, "time_zone": zone}))
