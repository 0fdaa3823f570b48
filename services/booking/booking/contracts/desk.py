"""What the desk asks beside status and time: money, place, details, several at once, figures."""

from typing import Any

from marshmallow import Schema, ValidationError, post_load, validate, validates_schema
from marshmallow.fields import Boolean, Date, Dict, Integer, List, Nested, String

from booking.contracts.requests import AppointmentChange, Telling, once
from booking.domain import places, rules
from booking.domain.money import hundredths, money
from booking.domain.payments import METHODS
from runtime.fields import EARLIEST, LATEST, Id, Words, Zone

LONGEST = {"day": 400, "week": 5 * 366, "month": 10 * 366}  # days of one analysis


class Money(Schema):
    amount = String(required=True, validate=validate.Regexp(r"^[0-9]{1,9}(\.[0-9]{1,2})?\Z"))
    currency = String(required=True, validate=validate.Regexp(r"^[A-Z]{3}\Z"))

    @post_load
    def normal(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return money(hundredths(data), data["currency"])


class Payment(Money):
    @validates_schema
    def positive(self, data: dict[str, Any], **_: Any) -> None:
        if not hundredths(data):
            raise ValidationError("Must be greater than 0.", "amount")


class PriceChange(AppointmentChange):
    price = Nested(Money, required=True, allow_none=True)


class NewPayment(AppointmentChange):
    amount = Nested(Payment, required=True)
    method = String(load_default=None, allow_none=True, validate=validate.OneOf(METHODS))
    note = Words(0, 500, lines=True, load_default=None, allow_none=True)
    idempotency_key = Words(1, 200, load_default=None, allow_none=True)

    @post_load(pass_original=True)
    def command(self, data: dict[str, Any], original: Any, **_: Any) -> dict[str, Any]:
        data.pop("idempotency_key")
        return data | {"once": once("add_payment", original)}


class PaymentId(AppointmentChange):
    payment = Id(required=True)


class PaymentChange(PaymentId):
    """What is left out stays."""

    amount = Nested(Payment)
    method = String(allow_none=True, validate=validate.OneOf(METHODS))
    note = Words(0, 500, lines=True, allow_none=True)


class PlaceChange(AppointmentChange, Telling):
    kind = String(required=True, validate=validate.OneOf(places.KINDS))
    name = Words(0, 200, load_default=None, allow_none=True)
    text = Words(0, 2000, lines=True, load_default=None, allow_none=True)
    url = Words(0, 500, load_default=None, allow_none=True)

    @validates_schema
    def complete(self, data: dict[str, Any], **_: Any) -> None:
        if errors := places.check(data):
            raise ValidationError(errors)


class DetailsChange(AppointmentChange, Telling):
    """What is left out stays."""

    service = Id()
    duration_minutes = Integer(strict=True, validate=validate.Range(1, 24 * 60))
    note = Words(0, 2000, lines=True, allow_none=True)
    force = Boolean(load_default=False)


class Bulk(Telling):
    """Whom none of the `channels` reaches is told as without them."""

    ids = List(Id(), required=True, validate=validate.Length(1, 100))
    action = String(required=True, validate=validate.OneOf(tuple(rules.ACTIONS)))
    if_versions = Dict(keys=Id(), values=Integer(strict=True), load_default=dict)
    note = Words(0, 2000, lines=True, load_default=None, allow_none=True)


class UndoAll(Schema):
    ids = List(Id(), required=True, validate=validate.Length(1, 100))
    if_versions = Dict(keys=Id(), values=Integer(strict=True), load_default=dict)
    notify = Boolean(load_default=True)


class Analytics(Schema):
    from_ = Date(required=True, data_key="from")
    to = Date(required=True)
    time_zone = Zone(required=True)
    per = String(load_default="day", validate=validate.OneOf(("day", "week", "month")))
    calendar = Id(load_default=None, allow_none=True)
    service = Id(load_default=None, allow_none=True)

    @validates_schema
    def span(self, data: dict[str, Any], **_: Any) -> None:
        if data["to"] < data["from_"]:
            raise ValidationError("Must not be before `from`.", "to")
        if not (EARLIEST.date() <= data["from_"] and data["to"] < LATEST.date()):
            raise ValidationError("Not a valid date.", "from")
        if (data["to"] - data["from_"]).days > LONGEST[data["per"]]:
            raise ValidationError("Too long.", "to")
