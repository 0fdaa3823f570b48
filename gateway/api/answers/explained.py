"""Why a time cannot be booked."""

from marshmallow import fields

from gateway.api.answers.parts import (
    Answer,
    id_,
    instant,
    maybe,
    maybe_instant,
    text,
)


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
