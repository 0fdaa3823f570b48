"""What the planner shows beside appointments."""

from marshmallow import Schema

from availability.contracts.schemas.days_off import Absence
from runtime.contract import day, flag, ident, instant, several, string


class Span(Schema):
    """A stretch of time."""

    from_ = instant("Beginning, inclusive.", key="from")
    to = instant("End, exclusive.")


class OfCalendar(Span):
    """A stretch of a calendar's time."""

    calendar = ident("The calendar.")


class PlannerCalendar(Schema):
    """A calendar as a column of the planner."""

    id = ident("The calendar.")
    name = string("Internal: it must not reach a customer.")
    nickname = string("What customers see.")
    time_zone = string("IANA zone of its hours.", example="Europe/Berlin")
    active = flag("Whether it can be booked.")


class DayOff(OfCalendar):
    """A holiday or vacation."""

    id = ident("The entry.")
    kind = string("What it is.", among=("holiday", "vacation"))
    name = string("May be empty.")
    first_day = day("By the calendar's wall clock.")
    last_day = day("Included.")


class CalendarsAbsence(Absence):
    """Time off of one of several calendars."""

    calendar = ident("The calendar.")


class HeldSlot(OfCalendar):
    """A slot kept while a customer fills in the form."""

    id = ident("The hold.")
    expires_at = instant("From then on it is free, unless it was booked or is kept for longer.")


class Agenda(Schema):
    """What staff see in the planner beside appointments."""

    calendars = several(PlannerCalendar, "All calendars, by nickname.")
    working = several(OfCalendar, "Working time, days off left out.")
    days_off = several(DayOff, "Holidays and vacations.")
    absences = several(CalendarsAbsence, "Absences.")
    holds = several(HeldSlot, "Slots that are kept now.")
    free = several(OfCalendar, "Where the service that was asked for can be booked online; empty without one.")
