"""What the routes answer, for the OpenAPI document. Answers of services pass through as they are: these describe."""

from functools import cache
from typing import Any

from marshmallow import INCLUDE, Schema, fields

STATUSES = ["pending", "accepted", "declined", "cancelled", "completed", "missed"]
STATES = ["queued", "sending", "sent", "delivered", "failed", "expired"]


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


class Price(Answer):
    """Money."""

    amount = text(example="49.00")
    currency = text(example="EUR")


class PublicCalendar(Answer):
    """Somebody, or something, that can be booked. Never a real name."""

    id = id_()
    nickname = text()
    time_zone = text("IANA name")
    place = fields.Nested(Place, allow_none=True)


class PublicService(Answer):
    """What can be booked online."""

    id = id_()
    name = text()
    description = maybe()
    duration_minutes = fields.Integer(required=True)
    price = fields.Nested(Price, allow_none=True, metadata={"description": "null: none, or not shown"})
    confirmation = text("`automatic`: accepted at once; `request`: the practice decides", enum=["automatic", "request"])
    calendars = fields.List(fields.String(metadata={"format": "uuid"}), required=True)


class FormField(Answer):
    """A field that the practice added to the booking form."""

    name = text("key in `answers`")
    label = text()
    kind = text(enum=["text", "choice", "tick"])
    required = fields.Boolean(required=True)
    choices = fields.List(fields.String())


class PublicForm(Answer):
    """The practice's own fields of the booking form."""

    fields_ = fields.List(fields.Nested(FormField), required=True, data_key="fields")


class BookingForm(PublicForm):
    """The booking form and the limit of open bookings."""

    max_open_bookings = fields.Integer(allow_none=True, metadata={"description": "per person; null: no limit"})


class PublicPractice(Answer):
    """A practice's public face."""

    id = id_()
    slug = text()
    name = text()
    description = maybe()
    email = maybe()
    phone = maybe()
    country = maybe()
    locale = text()
    time_zone = text("IANA name")
    currency = text()
    accent = maybe("colour, #rrggbb")
    places = fields.List(fields.Nested(Place), required=True)
    calendars = fields.List(fields.Nested(PublicCalendar), required=True)
    services = fields.List(fields.Nested(PublicService), required=True)
    booking_form = fields.Nested(PublicForm, required=True)


class Slot(Answer):
    """A time that could be booked."""

    start = instant()
    end = instant()
    bookable = fields.Boolean(required=True)
    calendars = fields.List(fields.String(metadata={"format": "uuid"}), required=True)


class SlotDay(Answer):
    """A calendar day in the zone asked for; a closed one has no slots."""

    date = text(format="date")
    slots = fields.List(fields.Nested(Slot), required=True)


class Week(Answer):
    """Slots by day."""

    time_zone = text("IANA name")
    from_ = fields.String(required=True, data_key="from", metadata={"format": "date"})
    days = fields.List(fields.Nested(SlotDay), required=True)
    next_free = maybe_instant("the first bookable start at or after `from`")
    stale = fields.Boolean(metadata={"description": "true: perhaps outdated, availability cannot be asked right now"})


class Hold(Answer):
    """A slot kept while the form is filled."""

    hold = id_()
    expires_at = instant()
    start = fields.String(metadata={"format": "date-time"})
    end = fields.String(metadata={"format": "date-time"})
    calendar = fields.Raw()


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


class Booked(Answer):
    """A booked appointment."""

    id = id_()
    status = text(enum=STATUSES)
    start = instant()
    end = instant()
    time_zone = text("IANA name, the calendar's")
    service = fields.Nested(BookedService, required=True)
    calendar = fields.Nested(BookedCalendar, required=True)
    place = fields.Nested(Place, allow_none=True)
    manage_url = text("the customer's link: see, move, cancel", format="uri")


class Contact(Answer):
    """The customer as entered."""

    id = maybe("once linked", format="uuid")
    first_name = maybe()
    last_name = maybe()
    email = maybe()
    phone = maybe()
    locale = maybe()
    time_zone = maybe()


class Managed(Booked):
    """The customer's own appointment, and what can be done with it."""

    class Meta(Answer.Meta):
        exclude = ("manage_url",)

    practice_id = fields.String(metadata={"format": "uuid"})
    customer = fields.Nested(Contact, required=True)
    comment = maybe("what the customer entered")
    can_cancel = fields.Boolean(required=True)
    can_move = fields.Boolean(required=True)
    cancel_until = maybe_instant()
    move_until = maybe_instant()
    undo_until = maybe_instant("a cancellation can be taken back until then")
    cancelled_at = maybe_instant()
    cancelled_by = maybe()


class User(Answer):
    """Who signed in."""

    id = id_()
    name = text()
    email = text()
    role = text(enum=["owner", "staff", "reception", "readonly"])
    locale = maybe()
    time_zone = maybe()


class OwnPractice(Answer):
    """The practice of who signed in."""

    id = id_()
    slug = text()
    name = text()
    plan = text(enum=["basic", "standard", "premium"])
    time_zone = text()
    locale = text()


class SignedIn(Answer):
    """Tokens after a sign-in."""

    access_token = text("for the header Authorization: Bearer; ten minutes")
    expires_at = instant()
    session = text("for /auth/refresh and /auth/revoke; keep it secret")
    user = fields.Nested(User, required=True)
    practice = fields.Nested(OwnPractice, required=True)


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


class Closure(Answer):
    """A holiday, vacation or absence."""

    id = id_()
    date = fields.String(metadata={"format": "date"})
    name = maybe()
    from_ = fields.String(data_key="from")
    to = fields.String()
    reason = maybe()
    conflicts = fields.List(fields.String(), metadata={"description": "appointments that an absence meets; they stay"})


class Appointment(Answer):
    """An appointment in the planner."""

    id = id_()
    status = text(enum=STATUSES)
    start = instant()
    end = instant()
    time_zone = fields.String()
    service = fields.Nested(BookedService)
    calendar = fields.Nested(BookedCalendar)
    place = fields.Nested(Place, allow_none=True)
    customer = fields.Nested(Contact, allow_none=True)
    comment = maybe("the customer's entries")
    online = fields.Boolean()
    history = fields.List(fields.Raw())
    messages = fields.List(fields.Raw(), metadata={"description": "with delivery state; in the details only"})


class Message(Answer):
    """A mail or SMS and how its delivery stands."""

    id = id_()
    purpose = text()
    channel = text(enum=["email", "sms"])
    recipient = maybe()
    role = maybe()
    state = text(enum=STATES)
    at = maybe_instant()
    reason = maybe()
    history = fields.List(fields.Raw())


class Template(Answer):
    """A message's template."""

    name = text()
    locale = text()
    subject = maybe()
    text_ = fields.String(data_key="text", allow_none=True)


class Preview(Answer):
    """A template filled with sample data."""

    subject = maybe()
    text_ = fields.String(data_key="text", allow_none=True)
    html = maybe()


class Notifications(Answer):
    """Where the practitioner hears about bookings of a calendar."""

    email = maybe()
    phone = maybe()
    copy_to = maybe()
    hint = maybe("`spam_folder`: mail to this provider tends to land there")
