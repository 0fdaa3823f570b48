"""Working hours, holidays, vacations and absences."""

from marshmallow import fields

from gateway.api.answers.parts import (
    Answer,
    id_,
    maybe,
    text,
)


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
