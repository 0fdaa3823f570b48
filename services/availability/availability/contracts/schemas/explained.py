"""Why a time cannot be booked."""

from marshmallow import Schema

from availability.contracts.schemas.agenda import Span
from runtime.contract import day, flag, ident, instant, several, string, whole

REASONS = (
    "not_offered", "not_released", "inactive", "past", "notice", "window", "vacation", "holiday", "outside_hours",
    "off_grid", "absence", "limit_day", "limit_week", "appointment", "held", "buffer",
)  # fmt: skip


class Reason(Schema):
    """Why a time cannot be booked. Facts that a reason does not have are null."""

    code = string("The reason.", among=REASONS)
    staff = flag("Whether it keeps staff from booking, too.")
    from_ = instant("Beginning of what is in the way; earliest time; the start before.", null=True, key="from")
    to = instant("End of what is in the way; the start after.", null=True)
    expires_at = instant("How long the slot is kept.", null=True)
    first_day = day("First day off.", null=True)
    last_day = day("Last day off; last day that can be booked.", null=True)
    periods = several(Span, "Working time of that day.")
    text = string("Name of the holiday, reason of the absence.", null=True)
    minutes = whole("Notice, or distance of starts.", null=True)
    days = whole("How far ahead it can be booked.", null=True)
    before = whole("Minutes kept free before the service.", null=True)
    after = whole("Minutes kept free after it.", null=True)
    limit = whole("How many the day or the week may have.", null=True)
    count = whole("How many it has, slots that are kept included.", null=True)
    appointment = ident("The appointment in the way.", null=True)


class Explained(Schema):
    """Whether a time can be booked, and everything that is against it."""

    service = ident("The service.")
    calendar = ident("The calendar.")
    time_zone = string("IANA zone of the calendar.", example="Europe/Berlin")
    start = instant("Beginning.")
    end = instant("End, without buffers.")
    bookable = flag("Whether a customer can book it.")
    staff_bookable = flag("Whether staff can book it for a customer.")
    reasons = several(Reason, "The weightiest first; empty: a customer can book it.")
