"""Customers on the wire: the payloads of the methods about them, and what these answer."""

import base64
import json
import uuid
from typing import Any

from marshmallow import Schema, ValidationError, post_load, validate, validates_schema
from marshmallow.fields import Boolean, Integer, Nested, String

from booking.contracts.phones import normal_phone
from booking.contracts.requests import DEFAULT_COUNTRY, LOCALES, once
from booking.domain.commands import Entries
from booking.domain.customers import NOTE_LENGTH, Customer, Suggestion
from booking.domain.rules import REQUIRED
from runtime.clock import iso
from runtime.fields import Id, Mail, Words, Zone

NO_CURSOR = "Not a valid cursor."
COUNTED = ("booked", "cancelled", "declined", "missed", "completed", "coming")


class NameCursor(String):
    """Where a list of customers goes on: made by `cursor`, read back as (last key, first key, id)."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            last, first, id = json.loads(base64.urlsafe_b64decode(value.encode("ascii")))
            if not all(isinstance(part, str) and "\x00" not in part for part in (last, first)):
                raise ValueError
            (last + first).encode()
            return last, first, str(uuid.UUID(id))
        except (ValueError, AttributeError, TypeError, RecursionError):
            raise ValidationError(NO_CURSOR) from None


def cursor(position: tuple[str, str, str]) -> str:
    """An opaque cursor that stands behind this customer."""
    return base64.urlsafe_b64encode(json.dumps(position).encode()).decode()


class Version(Schema):
    if_version = Integer(load_default=None, allow_none=True, strict=True)


class CustomerFields(Schema):
    """Of a customer's record; what is left out stays as it is."""

    first_name = Words(1, 100)
    last_name = Words(1, 100)
    email = Mail(allow_none=True)
    phone = Words(1, 50, allow_none=True)
    locale = String(validate=validate.OneOf(LOCALES))
    time_zone = Zone(allow_none=True)
    note = Words(0, NOTE_LENGTH, lines=True)
    country = String(load_default=None, allow_none=True, validate=validate.Regexp(r"^[A-Z]{2}\Z"))

    def entries(self, data: dict[str, Any]) -> dict[str, Any]:
        """The fields that were given, with the phone number in E.164."""
        country = data.pop("country", None) or DEFAULT_COUNTRY
        if "phone" not in data:
            return data
        typed = data["phone"]
        try:
            return data | {"phone_typed": typed, "phone": normal_phone(typed, country) if typed else None}
        except ValidationError as error:
            raise ValidationError({"phone": error.messages}) from None


class CreateCustomer(CustomerFields):
    first_name = Words(1, 100, required=True)
    last_name = Words(1, 100, required=True)
    idempotency_key = Words(1, 200, load_default=None, allow_none=True)

    @post_load(pass_original=True)
    def command(self, data: dict[str, Any], original: Any, **_: Any) -> Entries:
        data.pop("idempotency_key")
        return Entries(self.entries(data), once("create_customer", original))

    @validates_schema
    def reachable(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("email") and not data.get("phone"):
            raise ValidationError(REQUIRED, "email")


class CustomerId(Schema):
    id = Id(required=True)


class UpdateCustomer(CustomerFields, CustomerId, Version):
    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        named = {name: data.pop(name) for name in ("id", "if_version")}
        return {**named, "entries": Entries(self.entries(data))}


class FromBooking(CustomerFields):
    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> Entries:
        return Entries(self.entries(data))


class LinkCustomer(CustomerId, Version):
    """`create` makes a record of the booked contact, with what is given here in its place."""

    customer_id = Id(load_default=None, allow_none=True)
    create = Nested(FromBooking, load_default=None, allow_none=True)

    @validates_schema
    def one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("customer_id") is None) == (data.get("create") is None):
            raise ValidationError("Either customer_id or create.", "customer_id")


class UnlinkCustomer(CustomerId, Version):
    pass


class MergeCustomers(CustomerId, Version):
    """`duplicate` goes up in `id`; with `preview` nothing is changed."""

    duplicate = Id(required=True)
    preview = Boolean(load_default=False)

    @validates_schema
    def two_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if data.get("id") == data.get("duplicate"):
            raise ValidationError("Name two different customers.", "duplicate")


class Suggest(Schema):
    """Of an appointment, or of a customer: whose duplicates."""

    id = Id(load_default=None, allow_none=True)
    customer = Id(load_default=None, allow_none=True)

    @validates_schema
    def one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("id") is None) == (data.get("customer") is None):
            raise ValidationError("Either id or customer.", "id")


class CustomerSearch(Schema):
    q = Words(0, 100, load_default="", allow_none=True)
    limit = Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = NameCursor(load_default=None, allow_none=True)


def record(customer: Customer, counts: dict[str, Any] | None) -> dict[str, Any]:
    """A customer as staff see one, with how often she booked, cancelled, came and did not come."""
    counted = counts or {}
    return {
        **{name: getattr(customer, name) for name in ("id", "version", "first_name", "last_name", "email", "phone")},
        **{name: getattr(customer, name) for name in ("phone_typed", "locale", "time_zone", "note", "merged_into")},
        "counts": {name: int(counted.get(name) or 0) for name in COUNTED},
        "next_start": iso(counted["next_start"]) if counted.get("next_start") else None,
        "last_start": iso(counted["last_start"]) if counted.get("last_start") else None,
        "created_at": iso(customer.created_at),
        "changed_at": iso(customer.changed_at),
    }


def suggested(suggestion: Suggestion, counts: dict[str, Any] | None) -> dict[str, Any]:
    """A customer who may be meant, and why."""
    reasons = {"reasons": list(suggestion.reasons), "likeness": round(suggestion.likeness, 2)}
    return {"customer": record(suggestion.customer, counts), **reasons}
