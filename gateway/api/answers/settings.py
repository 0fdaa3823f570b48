"""The practice's settings: itself, services, calendars, the form, the words and times of messages."""

from marshmallow import fields

from gateway.api.answers.parts import (
    Answer,
    Place,
    Price,
    id_,
    maybe,
    text,
    version_,
)
from gateway.api.answers.public import PublicForm


class BookingForm(PublicForm):
    """The booking form and the limit of open bookings."""

    max_open_bookings = fields.Integer(allow_none=True, metadata={"description": "per person; null: no limit"})
    version = version_()


class Practice(Answer):
    """The practice's settings."""

    id = id_()
    slug = text("read only")
    name = text()
    plan = text("read only", enum=["basic", "standard", "premium"])
    email = maybe()
    phone = maybe()
    description = maybe()
    country = maybe()
    locale = text()
    time_zone = text()
    currency = text()
    show_prices = fields.Boolean(required=True)
    accent = maybe("colour, #rrggbb")
    copy_to = maybe("gets a copy of each booking mail")
    embed_origins = fields.List(fields.String(), metadata={"description": "homepages that may frame the booking page"})
    places = fields.List(fields.Nested(Place))
    version = fields.Integer(metadata={"description": "rises with each change; also the ETag"})


class Service(Answer):
    """A service, or appointment template."""

    id = id_()
    name = text()
    description = maybe()
    duration_minutes = fields.Integer(required=True)
    price = fields.Nested(Price, allow_none=True)
    start_interval_minutes = fields.Integer(allow_none=True)
    buffer_before_minutes = fields.Integer()
    buffer_after_minutes = fields.Integer()
    min_notice_minutes = fields.Integer()
    cancel_notice_minutes = fields.Integer()
    move_notice_minutes = fields.Integer()
    window_days = fields.Integer()
    confirmation = fields.String(metadata={"enum": ["automatic", "request"]})
    released = fields.Boolean()
    version = fields.Integer(metadata={"description": "rises with each change; what If-Match is compared with"})
    calendars = fields.List(fields.String(metadata={"format": "uuid"}))


class Calendar(Answer):
    """A professional's or a room's calendar."""

    id = id_()
    name = text("internal")
    nickname = text("what clients see")
    place = fields.Raw(metadata={"description": "the place, or null"})
    time_zone = text()
    start_interval_minutes = fields.Integer(allow_none=True)
    active = fields.Boolean()
    max_per_day = fields.Integer(allow_none=True)
    max_per_week = fields.Integer(allow_none=True)
    version = fields.Integer(metadata={"description": "rises with each change; what If-Match is compared with"})


class Template(Answer):
    """A message's template."""

    version = version_()
    name = text()
    locale = text()
    subject = maybe()
    text_ = fields.String(data_key="text", allow_none=True)
    sms = maybe()


class Preview(Answer):
    """A template filled with sample data."""

    subject = maybe()
    text_ = fields.String(data_key="text", allow_none=True)
    html = maybe()
    sms = maybe()


class ReminderRule(Answer):
    """When customers are reminded, and how."""

    channel = text(enum=["email", "sms"])
    before = fields.Integer(metadata={"description": "minutes before the start"})


class ReminderRules(Answer):
    """When the practice's customers are reminded."""

    version = fields.Integer(metadata={"description": "rises by one with each change; also the ETag"})
    rules = fields.List(fields.Nested(ReminderRule))


class Notifications(Answer):
    """Where the practitioner hears about bookings of a calendar."""

    version = version_()
    email = maybe()
    phone = maybe()
    copy_to = maybe()
    hint = maybe("`spam_folder`: mail to this provider tends to land there")
