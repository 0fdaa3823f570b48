"""Holidays, vacations and absences."""

from marshmallow import Schema, fields

from runtime.contract import day, flag, ident, instant, page, several, string


class Holiday(Schema):
    """A day off."""

    id = ident("The entry.")
    date = day("By the calendar's wall clock.")
    name = string("May be empty.")


class NewHoliday(Holiday):
    """A day off, and the appointments that it meets."""

    conflicts = several(fields.UUID(), "Appointments on that day; they stay.")


class Subdivision(Schema):
    """A part of a country with holidays of its own."""

    code = string("ISO 3166-2 without the country, or as the country calls it.", example="BW")
    name = string("In the country's language.", example="Baden-Württemberg")


class HolidayRegions(Schema):
    """Where public holidays are known."""

    countries = several(string("ISO 3166-1."), "In order.")
    subdivisions = several(Subdivision, "Of the country asked for; by name.")


class ImportableHoliday(Schema):
    """A public holiday."""

    date = day("By the calendar's wall clock.")
    name = string("In the language asked for, if it is known in that.")
    present = flag("Whether the calendar has it already.")


class ImportedHoliday(Holiday):
    """A holiday of one of the calendars."""

    calendar = ident("The calendar.")


class ImportableHolidays(Schema):
    """The year's public holidays."""

    items = several(ImportableHoliday, "In order.")


class ImportedHolidays(Schema):
    """What was stored, and the appointments that it meets."""

    items = several(ImportedHoliday, "By calendar, in order.")
    conflicts = several(fields.UUID(), "Appointments on those days; they stay.")


class Vacation(Schema):
    """Days off, both included."""

    id = ident("The entry.")
    from_ = day("First day.", key="from")
    to = day("Last day.")


class NewVacation(Vacation):
    """Days off, and the appointments that they meet."""

    conflicts = several(fields.UUID(), "Appointments on those days; they stay.")


class Absence(Schema):
    """Time off."""

    id = ident("The entry.")
    from_ = instant("Beginning, inclusive.", key="from")
    to = instant("End, exclusive.")
    reason = string("May be empty.")


class NewAbsence(Absence):
    """Time off, and the appointments that it meets."""

    conflicts = several(fields.UUID(), "Appointments inside it; they stay.")


HolidayPage, VacationPage, AbsencePage = page(Holiday), page(Vacation), page(Absence)
