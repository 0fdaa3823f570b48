"""Weekly working hours, and what they would offer."""

from marshmallow import Schema

from availability.contracts.requests import WEEKDAYS
from runtime.contract import ident, part, several, string, whole


class Period(Schema):
    """Working time of one day by the wall clock."""

    from_ = string("HH:MM.", key="from", example="09:00")
    to = string("HH:MM, up to 24:00.", example="12:00")


class Week(Schema):
    """Periods per weekday."""

    for _day in WEEKDAYS:
        locals()[_day] = several(Period, "In their order; empty: closed.")
    del _day


class Hours(Schema):
    """A calendar's working hours."""

    calendar = ident("The calendar.")
    hours = part(Week, "All seven days.")
    version = whole("The calendar's; what `if_version` is compared with.")


class Starts(Schema):
    """Per weekday the times at which an appointment can begin."""

    for _day in WEEKDAYS:
        locals()[_day] = several(string("HH:MM."), "In order; empty: none.")
    del _day


class HoursPreview(Schema):
    """What a week of these hours would offer, were nothing else in the way."""

    duration_minutes = whole("How long the appointments would be.")
    interval_minutes = whole("Distance of starts.")
    starts = part(Starts, "On a day without a change of the clocks.")
