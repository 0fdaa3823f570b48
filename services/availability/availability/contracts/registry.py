"""What availability tells, reads and answers, in the house's common form (see `runtime.contract`)."""

from availability.contracts import events as wire
from availability.contracts.schemas import agenda, days_off, events, explained, hours, offers, settings
from runtime.contract import Answer, Emitted, Nothing, several, string

EMITS = {
    "service.changed": Emitted(events.ServiceChanged, "A service is new, different or gone."),
    "calendar.changed": Emitted(events.CalendarChanged, "A calendar, its hours or its place are new or different."),
    "slots.changed": Emitted(events.SlotsChanged, "Slots may differ: look again. `objectversion` is only a clock."),
}

READS = wire.READS

_GONE = ("not_found",)
_CHANGED = ("not_found", "precondition_failed")
_WEEK = "The week grid as JSON in a text: `time_zone`, `from`, `days` with their `slots`, `next_free`."

ANSWERS = {
    "catalogue": Answer("What customers can choose from.", settings.Catalogue),
    "slots": Answer("Free times by day.", string(_WEEK, contentMediaType="application/json"), _GONE),
    "offer": Answer("Is this start offered, by whom, how.", offers.Offer, ("not_found", "slot_not_offered")),
    "alternatives": Answer(
        "Free times near this one.", several(offers.Alternative, "The nearest first; fewer where there are."), _GONE
    ),
    "agenda": Answer("What the planner shows beside appointments.", agenda.Agenda, _GONE),
    "explain": Answer("Why a time cannot be booked: all reasons.", explained.Explained, _GONE),
    "list_services": Answer("All services.", settings.ServicePage),
    "create_service": Answer("Add a service.", settings.Service),
    "update_service": Answer("Change the fields that are sent.", settings.Service, _CHANGED),
    "delete_service": Answer("Nobody can book it any more.", Nothing, _CHANGED),
    "list_calendars": Answer("All calendars.", settings.CalendarPage),
    "create_calendar": Answer("Add a calendar, without hours yet.", settings.Calendar),
    "update_calendar": Answer("Change the fields that are sent.", settings.Calendar, _CHANGED),
    "get_hours": Answer("The weekly working hours.", hours.Hours, _GONE),
    "put_hours": Answer("Replace the whole week.", hours.Hours, _CHANGED),
    "preview_hours": Answer("What a week would offer; stores nothing.", hours.HoursPreview, _GONE),
    "list_holidays": Answer("Days off.", days_off.HolidayPage, _GONE),
    "add_holiday": Answer("Add a day off; the same day twice is one entry.", days_off.NewHoliday, _GONE),
    "remove_holiday": Answer("Take it back.", Nothing, _GONE),
    "holiday_regions": Answer("Countries with known public holidays, and one's parts.", days_off.HolidayRegions),
    "importable_holidays": Answer("A year's public holidays.", days_off.ImportableHolidays, _GONE),
    "import_holidays": Answer("Store some of them for several calendars.", days_off.ImportedHolidays, _GONE),
    "list_vacations": Answer("Vacations.", days_off.VacationPage, _GONE),
    "add_vacation": Answer("Add days off.", days_off.NewVacation, _GONE),
    "remove_vacation": Answer("Take them back.", Nothing, _GONE),
    "list_absences": Answer("Absences.", days_off.AbsencePage, _GONE),
    "add_absence": Answer("Add time off.", days_off.NewAbsence, _GONE),
    "remove_absence": Answer("Take it back.", Nothing, _GONE),
}
