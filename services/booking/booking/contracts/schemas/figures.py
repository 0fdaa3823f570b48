"""Answers about the practice's figures."""

from marshmallow import Schema

from booking.contracts.schemas.parts import Money
from runtime.contract import day, ident, part, several, string, whole


class Figures(Schema):
    """Counts of appointments that begin in a time, and the money that came in in it."""

    bookings = whole("All of them, whatever became of them.")
    open = whole("Still pending or accepted.")
    completed = whole("The customer came.")
    cancellations = whole("Cancelled, by whomever.")
    no_shows = whole("The customer did not come.")
    declined = whole("Declined by the practice.")
    revenue = several(Money, "Payments, one sum for each currency.")


class FiguresOfPeriod(Figures):
    """Figures of a day, a week or a month."""

    from_ = day("First day.", key="from")
    to = day("Last day, included.")


class FiguresOfCalendar(Figures):
    """Figures of a calendar."""

    id = ident("The calendar in availability.")
    nickname = string("What customers see.")


class FiguresOfService(Figures):
    """Figures of a service."""

    id = ident("The service in availability.")
    name = string("What customers call it.")


class Analytics(Schema):
    """The practice's figures."""

    from_ = day("First day.", key="from")
    to = day("Last day, included.")
    time_zone = string("IANA zone whose days are meant.")
    per = string("Length of the periods.", among=("day", "week", "month"))
    total = part(Figures, "In all.")
    periods = several(FiguresOfPeriod, "One after the other, without a gap.")
    calendars = several(FiguresOfCalendar, "By calendar, most appointments first.")
    services = several(FiguresOfService, "By service, most appointments first.")
