"""RPC payloads. Unknown fields are refused; what has loaded is of the right type and within bounds."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from availability.contracts.fields import Day, Id, Instant, Line, Money, Period, Prose, Whole, Yes, Zone
from availability.public_holidays import FIRST_YEAR, LAST_YEAR, countries, subdivisions

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
MODES = ("online", "held", "move", "staff", "force")
MOST_DAYS = 62
DAY_MINUTES = 24 * 60
LONGEST_BUFFER = 8 * 60
LONGEST_NOTICE = 366 * DAY_MINUTES
LONGEST_WINDOW = 730
MOST_PERIODS = 12
MOST_CALENDARS = 50
LONGEST_LEAVE = 3 * 366  # days


class Nothing(Schema):
    """No payload."""


class OfPractice(Schema):
    practice_id = Id(required=True)


class Slots(OfPractice):
    service = Id(required=True)
    calendar = Id(load_default=None, allow_none=True)
    since = fields.Date(required=True, data_key="from")
    days = Whole(1, MOST_DAYS, load_default=7)
    tz = Zone(required=True)
    mode = fields.String(load_default="online", validate=validate.OneOf(("online", "move", "staff")))
    duration_minutes = Whole(1, DAY_MINUTES, load_default=None, allow_none=True)


class Offer(OfPractice):
    service = Id(required=True)
    calendar = Id(load_default=None, allow_none=True)
    start = Instant(required=True)
    mode = fields.String(load_default="online", validate=validate.OneOf(MODES))
    duration_minutes = Whole(1, DAY_MINUTES, load_default=None, allow_none=True)


class Alternatives(OfPractice):
    service = Id(required=True)
    calendar = Id(load_default=None, allow_none=True)
    start = Instant(required=True)
    tz = Zone(required=True)
    count = Whole(1, 20, load_default=3)
    duration_minutes = Whole(1, DAY_MINUTES, load_default=None, allow_none=True)


class IfVersion(Schema):
    """Refused `precondition_failed` when the object has another version than this."""

    if_version = Whole(1, 2**31 - 1, load_default=None, allow_none=True)


class UpdateService(IfVersion):
    """Only the fields that are sent change."""

    id = Id(required=True)
    name = Line(120)
    description = Prose(4000)
    duration_minutes = Whole(1, DAY_MINUTES)
    price = fields.Nested(Money, allow_none=True)
    start_interval_minutes = Whole(5, DAY_MINUTES, allow_none=True)
    buffer_before_minutes = Whole(0, LONGEST_BUFFER)
    buffer_after_minutes = Whole(0, LONGEST_BUFFER)
    min_notice_minutes = Whole(0, LONGEST_NOTICE)
    cancel_notice_minutes = Whole(0, LONGEST_NOTICE)
    move_notice_minutes = Whole(0, LONGEST_NOTICE)
    window_days = Whole(0, LONGEST_WINDOW)
    confirmation = fields.String(validate=validate.OneOf(("automatic", "request")))
    released = Yes()
    calendars = fields.List(Id(), validate=validate.Length(max=MOST_CALENDARS))


class CreateService(UpdateService):
    """The careful defaults: not released, an hour's notice, 60 days ahead. A repeat under the same `idempotency_key`
    adds nothing."""

    name = Line(120, required=True)
    description = Prose(4000, load_default="")
    duration_minutes = Whole(1, DAY_MINUTES, required=True)
    price = fields.Nested(Money, load_default=None, allow_none=True)
    start_interval_minutes = Whole(5, DAY_MINUTES, load_default=None, allow_none=True)
    buffer_before_minutes = Whole(0, LONGEST_BUFFER, load_default=0)
    buffer_after_minutes = Whole(0, LONGEST_BUFFER, load_default=0)
    min_notice_minutes = Whole(0, LONGEST_NOTICE, load_default=60)
    cancel_notice_minutes = Whole(0, LONGEST_NOTICE, load_default=0)
    move_notice_minutes = Whole(0, LONGEST_NOTICE, load_default=0)
    window_days = Whole(0, LONGEST_WINDOW, load_default=60)
    confirmation = fields.String(load_default="automatic", validate=validate.OneOf(("automatic", "request")))
    released = Yes(load_default=False)
    calendars = fields.List(Id(), load_default=list, validate=validate.Length(max=MOST_CALENDARS))
    idempotency_key = Id(load_default=None)

    class Meta:
        exclude = ("id", "if_version")


class Target(IfVersion):
    """One object by its id."""

    id = Id(required=True)


class UpdateCalendar(IfVersion):
    """Only the fields that are sent change."""

    id = Id(required=True)
    name = Line(120)
    nickname = Line(120)
    place = Id()
    time_zone = Zone()
    start_interval_minutes = Whole(5, DAY_MINUTES)
    active = Yes()
    max_per_day = Whole(1, 500, allow_none=True)
    max_per_week = Whole(1, 3000, allow_none=True)


class CreateCalendar(UpdateCalendar):
    """Without a zone it gets the practice's. A repeat under the same `idempotency_key` adds nothing."""

    name = Line(120, required=True)
    nickname = Line(120, required=True)
    place = Id(required=True)
    time_zone = Zone(load_default=None)
    start_interval_minutes = Whole(5, DAY_MINUTES, load_default=30)
    active = Yes(load_default=True)
    max_per_day = Whole(1, 500, load_default=None, allow_none=True)
    max_per_week = Whole(1, 3000, load_default=None, allow_none=True)
    idempotency_key = Id(load_default=None)

    class Meta:
        exclude = ("id", "if_version")


class OfCalendar(Schema):
    calendar = Id(required=True)


class Week(Schema):
    """Periods per weekday; a day that is left out is free."""

    for _day in WEEKDAYS:
        locals()[_day] = fields.List(
            fields.Nested(Period), load_default=list, validate=validate.Length(max=MOST_PERIODS)
        )
    del _day


class PutHours(OfCalendar, IfVersion):
    hours = fields.Nested(Week, required=True)


class PreviewHours(OfCalendar):
    """What the week would look like for customers; without `service` by the calendar's own interval."""

    hours = fields.Nested(Week, load_default=None, allow_none=True)
    service = Id(load_default=None, allow_none=True)


class AddHoliday(OfCalendar):
    date = Day(required=True)
    name = Line(120, shortest=0, load_default="")


class HolidayRegions(Schema):
    country = fields.String(load_default="", validate=validate.Regexp(r"^([A-Z]{2})?\Z"))


class PublicHolidays(Schema):
    """The year's public holidays of a country or of a part of it, named in this language where that is known."""

    country = fields.String(required=True, validate=validate.Regexp(r"^[A-Z]{2}\Z"))
    subdivision = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 20))
    year = Whole(FIRST_YEAR, LAST_YEAR, required=True)
    language = fields.String(load_default="en", validate=validate.Regexp(r"^[a-z]{2}\Z"))

    @validates_schema
    def _known(self, data: dict[str, Any], **kwargs: Any) -> None:
        if data["country"] not in countries():
            raise ValidationError("Not a country whose holidays are known.", "country")
        if data["subdivision"] and data["subdivision"] not in dict(subdivisions(data["country"])):
            raise ValidationError("Not a subdivision of this country.", "subdivision")


class ImportableHolidays(PublicHolidays, OfCalendar):
    pass


class ImportHolidays(PublicHolidays):
    """Those of the list on these dates, for several calendars at once."""

    calendars = fields.List(Id(), required=True, validate=validate.Length(1, MOST_CALENDARS))
    dates = fields.List(Day(), required=True, validate=validate.Length(1, 100))


class AddVacation(OfCalendar):
    first = Day(required=True, data_key="from")
    last = Day(required=True, data_key="to")

    @validates_schema
    def _in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        _check_order(data["first"], data["last"] >= data["first"], data["last"])


class AddAbsence(OfCalendar):
    first = Instant(required=True, data_key="from")
    last = Instant(required=True, data_key="to")
    reason = Line(200, shortest=0, load_default="")

    @validates_schema
    def _in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        _check_order(data["first"], data["last"] > data["first"], data["last"])


class Agenda(Schema):
    """A stretch of the planner, up to 62 days."""

    first = Instant(required=True, data_key="from")
    last = Instant(required=True, data_key="to")
    service = Id(load_default=None, allow_none=True)

    @validates_schema
    def _in_order(self, data: dict[str, Any], **kwargs: Any) -> None:
        _check_order(data["first"], data["last"] > data["first"], data["last"], MOST_DAYS)


class Explain(Schema):
    service = Id(required=True)
    calendar = Id(required=True)
    start = Instant(required=True)


class RemoveEntry(OfCalendar):
    id = Id(required=True)


def _check_order(first: Any, in_order: bool, last: Any, longest: int = LONGEST_LEAVE) -> None:
    if not in_order:
        raise ValidationError("Must not be before `from`.", "to")
    if (last - first).days > longest:
        raise ValidationError("Too long.", "to")
