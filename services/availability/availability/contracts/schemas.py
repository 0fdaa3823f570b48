"""The shape of everything that availability says: the data of its events, the answers of its RPC methods."""

from marshmallow import Schema, fields

from availability.contracts.requests import WEEKDAYS
from runtime.contract import day, flag, ident, instant, page, part, several, string, whole

CONFIRMATIONS = ("automatic", "request")


class Money(Schema):
    """A price."""

    amount = string("Decimal number with two digits behind the point.", example="49.00")
    currency = string("ISO 4217.", example="EUR")


class PublicService(Schema):
    """What customers see of a service."""

    id = ident("The service.")
    name = string("What customers call it.")
    description = string("In any number of lines; may be empty.")
    duration_minutes = whole("How long it takes, without buffers.")
    confirmation = string("Accepted at once, or by the practice.", among=CONFIRMATIONS)
    price = part(Money, "Null: no price.", null=True)
    calendars = several(fields.UUID(), "The calendars that offer it.")


class ServiceFacts(PublicService):
    """Everything that staff set of a service."""

    start_interval_minutes = whole("Distance of its starts; null: the calendar's.", null=True)
    buffer_before_minutes = whole("Kept free before it.")
    buffer_after_minutes = whole("Kept free after it.")
    min_notice_minutes = whole("How long ahead customers must book.")
    cancel_notice_minutes = whole("How long ahead customers may cancel.")
    move_notice_minutes = whole("How long ahead customers may move it.")
    window_days = whole("How far ahead customers can book.")
    released = flag("Whether customers can book it.")


class Service(ServiceFacts):
    """Everything that staff see of a service."""

    version = whole("Rises with each change; what `if_version` is compared with.")


class ServiceChanged(ServiceFacts):
    """The whole service after the change."""

    deleted = flag("True: it is gone; appointments that were booked stay.")


class Place(Schema):
    """Where a calendar stands."""

    id = ident("The place in practice.")
    name = string("Such as the branch.")
    address = string("In one line.")


class PublicCalendar(Schema):
    """What customers see of a calendar; never a real name."""

    id = ident("The calendar.")
    nickname = string("What customers see.")
    time_zone = string("IANA zone of its hours.", example="Europe/Berlin")
    place = part(Place, "Where it stands.")


class Candidate(PublicCalendar):
    """A calendar that could take the appointment."""

    max_per_day = whole("Limit of appointments; null: none.", null=True)
    max_per_week = whole("Limit of appointments, from Monday; null: none.", null=True)


class CalendarFacts(Candidate):
    """Everything that staff set of a calendar."""

    name = string("Internal: it must not reach a customer.")
    start_interval_minutes = whole("Distance of starts.")
    active = flag("Whether it can be booked.")


class Calendar(CalendarFacts):
    """Everything that staff see of a calendar."""

    version = whole("Rises with each change, of its hours, too; what `if_version` is compared with.")


class CalendarChanged(CalendarFacts):
    """The whole calendar after the change."""

    deleted = flag("True: it is gone.")


class SlotsChanged(Schema):
    """Which slots may differ now. What is null is not limited."""

    calendars = several(fields.UUID(), "Slots of these calendars; null: of all.", null=True)
    services = several(fields.UUID(), "Slots of these services; null: of all.", null=True)
    from_ = instant("Slots that touch the time from then on; null: at any time before.", null=True, key="from")
    until = instant("Slots that touch the time before then; null: at any time after.", null=True)


class Catalogue(Schema):
    """What a customer can choose from."""

    services = several(PublicService, "Released services.")
    calendars = several(PublicCalendar, "Active calendars.")


class OfferedService(Schema):
    """The service as booking keeps it."""

    id = ident("The service.")
    name = string("What customers call it.")
    duration_minutes = whole("How long this appointment takes.")
    price = part(Money, "Null: no price.", null=True)
    confirmation = string("Accepted at once, or by the practice.", among=CONFIRMATIONS)


class Offer(Schema):
    """What booking needs to know before it books."""

    service = part(OfferedService, "What would be booked.")
    start = instant("Beginning, inclusive.")
    end = instant("End, exclusive.")
    occupies_from = instant("Beginning with its buffer.")
    occupies_until = instant("End with its buffer.")
    cancel_notice_minutes = whole("How long ahead the customer may cancel.")
    move_notice_minutes = whole("How long ahead the customer may move it.")
    candidates = several(Candidate, "Calendars in the order in which to try them; at least one.")


class Alternative(Schema):
    """Another time that is free."""

    start = instant("Beginning, inclusive.")
    end = instant("End, exclusive.")
    calendars = several(fields.UUID(), "Who has that time.")


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


ServicePage, CalendarPage = page(Service), page(Calendar)
HolidayPage, VacationPage, AbsencePage = page(Holiday), page(Vacation), page(Absence)
