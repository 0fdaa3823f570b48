"""What signed-in staff may ask."""

from marshmallow import fields, validate

from gateway.api.answers.money import Account
from gateway.api.answers.parts import (
    STATUSES,
    Answer,
    AppointmentPlace,
    BookedCalendar,
    BookedService,
    Contact,
    Place,
    Price,
    id_,
    instant,
    maybe,
    maybe_instant,
    text,
    version_,
)
from gateway.api.answers.public import PublicForm

STATES = ["queued", "sending", "sent", "delivered", "failed", "expired"]


class BookingForm(PublicForm):
    """The booking form and the limit of open bookings."""

    max_open_bookings = fields.Integer(allow_none=True, metadata={"description": "per person; null: no limit"})
    version = version_()


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


class Starts(Answer):
    """Times of the wall clock per weekday."""

    for _day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"):
        locals()[_day] = fields.List(fields.String(metadata={"example": "09:00"}))
    del _day


class HoursPreview(Answer):
    """Which times a week would offer, were nothing else in the way."""

    duration_minutes = fields.Integer(required=True)
    interval_minutes = fields.Integer(required=True)
    starts = fields.Nested(Starts)


class Subdivision(Answer):
    """A part of a country with holidays of its own."""

    code = text()
    name = text("in the country's language")


class HolidayRegions(Answer):
    """Where public holidays are known."""

    countries = fields.List(fields.String(metadata={"description": "ISO 3166-1"}))
    subdivisions = fields.List(fields.Nested(Subdivision))


class ImportableHoliday(Answer):
    """A public holiday."""

    date = fields.String(metadata={"format": "date"})
    name = text()
    present = fields.Boolean(metadata={"description": "the calendar has it already"})


class ImportableHolidays(Answer):
    """The year's public holidays."""

    items = fields.List(fields.Nested(ImportableHoliday))


class Closure(Answer):
    """A holiday, vacation or absence."""

    id = id_()
    date = fields.String(metadata={"format": "date"})
    name = maybe()
    from_ = fields.String(data_key="from")
    to = fields.String()
    reason = maybe()
    conflicts = fields.List(fields.String(), metadata={"description": "appointments that it meets; they stay"})


class ImportedHolidays(Answer):
    """The holidays that were taken over."""

    items = fields.List(fields.Nested(Closure))
    conflicts = fields.List(fields.String(), metadata={"description": "appointments that they meet; they stay"})


class Appointment(Account):
    """An appointment in the planner."""

    id = id_()
    status = text(enum=STATUSES)
    version = fields.Integer(metadata={"description": "rises by one with each change; also the ETag of the details"})
    start = instant()
    end = instant()
    time_zone = fields.String()
    service = fields.Nested(BookedService)
    calendar = fields.Nested(BookedCalendar)
    place = fields.Nested(AppointmentPlace, allow_none=True)
    customer = fields.Nested(Contact, allow_none=True)
    customer_id = maybe("the linked customer's record; null: none", format="uuid")
    booked_by = fields.Nested(Contact, metadata={"description": "the contact as entered; in the details only"})
    comment = maybe("the customer's entries")
    note = maybe("staff's own; the customer never sees it")
    online = fields.Boolean()
    history = fields.List(fields.Raw())
    messages = fields.List(fields.Raw(), metadata={"description": "with delivery state; in the details only"})


class AppointmentList(Answer):
    """Several appointments."""

    items = fields.List(fields.Nested(Appointment), required=True)


class NotUndone(Answer):
    """An appointment whose last change could not be taken back."""

    code = fields.String(
        required=True,
        validate=validate.OneOf(("invalid_transition", "precondition_failed", "slot_taken", "too_late")),
    )
    appointment = fields.Nested(Appointment, required=True)


class UndoneList(AppointmentList):
    """Several appointments after an undo: as they were before, and those that could not be taken back."""

    refused = fields.List(fields.Nested(NotUndone), required=True)


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


class Caller(Answer):
    """Who called, and when."""

    at = maybe_instant()
    by = maybe()


class ToCall(Answer):
    """A coming appointment whose customer no message reaches."""

    appointment = id_()
    version = fields.Integer(metadata={"description": "what was to be told"})
    start = maybe_instant()
    time_zone = text()
    service = text()
    calendar = text()
    customer = fields.Dict(metadata={"description": "first_name, last_name, email, phone"})
    reason = text()
    message = fields.Dict(
        allow_none=True,
        metadata={
            "description": "the one that failed: id, channel, recipient, purpose, at, detail; null: none could be sent"
        },
    )
    called = fields.Nested(Caller, allow_none=True)


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


class Changed(Answer):
    """A change of an appointment, with nobody's data."""

    type = text("as the event that told it", example="appointment.booked")
    at = instant()
    id = id_()
    version = fields.Integer(required=True)
    status = text(enum=STATUSES)
    start = instant()
    end = instant()
    calendar = id_()
    actor = text(enum=["customer", "staff", "system"])
    online = fields.Boolean(required=True)
    handled = fields.Boolean(required=True)


class Changes(Answer):
    """What has happened since a moment."""

    items = fields.List(fields.Nested(Changed), required=True, metadata={"description": "oldest first"})
    complete = fields.Boolean(required=True, metadata={"description": "false: look at everything anew"})
    until = instant("ask from here the next time")


class Span(Answer):
    """A stretch of time."""

    from_ = fields.String(required=True, data_key="from", metadata={"format": "date-time"})
    to = instant("end, exclusive")


REASONS = [
    "not_offered", "not_released", "inactive", "past", "notice", "window", "vacation", "holiday", "outside_hours",
    "off_grid", "absence", "limit_day", "limit_week", "appointment", "held", "buffer",
]  # fmt: skip


class Reason(Answer):
    """Why a time cannot be booked. Facts that a reason does not have are null."""

    code = text(enum=REASONS)
    detail = text("the reason as a sentence in the reader's language")
    staff = fields.Boolean(required=True, metadata={"description": "whether it keeps staff from booking, too"})
    from_ = fields.String(data_key="from", allow_none=True, metadata={"format": "date-time"})
    to = maybe_instant("end of what is in the way; the start after")
    expires_at = maybe_instant("how long the slot is kept")
    first_day = maybe("first day off")
    last_day = maybe("last day off; last day that can be booked")
    periods = fields.List(fields.Nested(Span), required=True, metadata={"description": "working time of that day"})
    text = maybe("name of the holiday, reason of the absence")
    minutes = fields.Integer(allow_none=True)
    days = fields.Integer(allow_none=True)
    before = fields.Integer(allow_none=True)
    after = fields.Integer(allow_none=True)
    limit = fields.Integer(allow_none=True)
    count = fields.Integer(allow_none=True)
    appointment = maybe("the appointment in the way")


class Explained(Answer):
    """Whether a time can be booked, and everything that is against it."""

    service = id_()
    calendar = id_()
    time_zone = text("the calendar's")
    start = instant()
    end = instant()
    bookable = fields.Boolean(required=True, metadata={"description": "by a customer"})
    staff_bookable = fields.Boolean(required=True, metadata={"description": "by staff for a customer"})
    reasons = fields.List(fields.Nested(Reason), required=True)
