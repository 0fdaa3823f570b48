"""What answers are made of: kinds of fields, and the parts that customers and staff both see."""

from functools import cache
from typing import Any

from marshmallow import INCLUDE, Schema, fields

STATUSES = ["pending", "accepted", "declined", "cancelled", "completed", "missed"]


class Answer(Schema):
    """What a service answers. It may say more than is described here; nothing is taken away."""

    class Meta:
        unknown = INCLUDE


def text(description: str = "", **metadata: Any) -> fields.String:
    """A text that is always there."""
    return fields.String(required=True, metadata={"description": description, **metadata})


def maybe(description: str = "", **metadata: Any) -> fields.String:
    """A text or null."""
    return fields.String(allow_none=True, metadata={"description": description, **metadata})


def id_(description: str = "") -> fields.String:
    """A UUID."""
    return fields.String(required=True, metadata={"format": "uuid", "description": description})


def instant(description: str = "") -> fields.String:
    """RFC 3339 with offset."""
    return fields.String(required=True, metadata={"format": "date-time", "description": description})


def maybe_instant(description: str = "") -> fields.String:
    """RFC 3339 with offset, or null."""
    return fields.String(allow_none=True, metadata={"format": "date-time", "description": description})


@cache
def page_of(schema: type[Schema]) -> type[Schema]:
    """A list's page; the same class for the same items."""
    parts = {"items": fields.List(fields.Nested(schema), required=True), "next": maybe("`cursor` of the next page")}
    return type(f"{schema.__name__}Page", (Answer,), {**parts, "__doc__": f"A page of {schema.__name__}."})


class Place(Answer):
    """Where appointments happen."""

    id = id_()
    name = text("such as the branch")
    address = maybe()


def version_() -> fields.Integer:
    """What `If-Match` of a change compares."""
    return fields.Integer(metadata={"description": "another one after each change; also the `ETag`"})


class OwnPlace(Place):
    """The same for its practice."""

    version = version_()


class AppointmentPlace(Answer):
    """Where an appointment happens."""

    id = maybe("the practice's place; null: set for this appointment alone", format="uuid")
    kind = fields.String(metadata={"enum": ["address", "video", "phone"]})
    name = maybe("such as the branch")
    address = maybe("also a video call's address and a phone's instructions, for who knows no kinds")
    text_ = fields.String(data_key="text", allow_none=True, metadata={"description": "what staff wrote"})
    url = maybe("of the video call, https")


class Price(Answer):
    """Money."""

    amount = text(example="49.00")
    currency = text(example="EUR")


class BookedService(Answer):
    """The service as it was booked."""

    id = id_()
    name = text()
    duration_minutes = fields.Integer(required=True)
    price = fields.Nested(Price, allow_none=True)


class BookedCalendar(Answer):
    """With whom."""

    id = id_()
    nickname = text()
    time_zone = fields.String()


class Contact(Answer):
    """The customer as entered."""

    id = maybe("once linked", format="uuid")
    first_name = maybe()
    last_name = maybe()
    email = maybe()
    phone = maybe()
    locale = maybe()
    time_zone = maybe()
