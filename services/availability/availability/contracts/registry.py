"""What availability tells, reads and answers, in the house's common form (see `runtime.contract`)."""

from availability.contracts import events, schemas
from runtime.contract import Answer, Emitted, Nothing, several, string

EMITS = {
    "service.changed": Emitted(schemas.ServiceChanged, "A service is new, different or gone."),
    "calendar.changed": Emitted(schemas.CalendarChanged, "A calendar, its hours or its place are new or different."),
    "slots.changed": Emitted(schemas.SlotsChanged, "Slots may differ: look again. `objectversion` is only a clock."),
}

READS = events.READS

_GONE = ("not_found",)
_CHANGED = ("not_found", "precondition_failed")
_WEEK = "The week grid as JSON in a text: `time_zone`, `from`, `days` with their `slots`, `next_free`."

ANSWERS = {
    "catalogue": Answer("What customers can choose from.", schemas.Catalogue),
    "slots": Answer("Free times by day.", string(_WEEK, contentMediaType="application/json"), _GONE),
    "offer": Answer("Is this start offered, by whom, how.", schemas.Offer, ("not_found", "slot_not_offered")),
    "alternatives": Answer(
        "Free times near this one.", several(schemas.Alternative, "The nearest first; fewer where there are."), _GONE
    ),
    "agenda": Answer("What the planner shows beside appointments.", schemas.Agenda, _GONE),
    "explain": Answer("Why a time cannot be booked: all reasons.", schemas.Explained, _GONE),
    "list_services": Answer("All services.", schemas.ServicePage),
    "create_service": Answer("Add a service.", schemas.Service),
    "update_service": Answer("Change the fields that are sent.", schemas.Service, _CHANGED),
    "delete_service": Answer("Nobody can book it any more.", Nothing, _CHANGED),
    "list_calendars": Answer("All calendars.", schemas.CalendarPage),
    "create_calendar": Answer("Add a calendar, without hours yet.", schemas.Calendar),
    "update_calendar": Answer("Change the fields that are sent.", schemas.Calendar, _CHANGED),
    "get_hours": Answer("The weekly working hours.", schemas.Hours, _GONE),
    "put_hours": Answer("Replace the whole week.", schemas.Hours, _CHANGED),
    "preview_hours": Answer("What a week would offer; stores nothing.", schemas.HoursPreview, _GONE),
    "list_holidays": Answer("Days off.", schemas.HolidayPage, _GONE),
    "add_holiday": Answer("Add a day off; the same day twice is one entry.", schemas.NewHoliday, _GONE),
    "remove_holiday": Answer("Take it back.", Nothing, _GONE),
    "holiday_regions": Answer("Countries with known public holidays, and one's parts.", schemas.HolidayRegions),
    "importable_holidays": Answer("A year's public holidays.", schemas.ImportableHolidays, _GONE),
    "import_holidays": Answer("Store some of them for several calendars.", schemas.ImportedHolidays, _GONE),
    "list_vacations": Answer("Vacations.", schemas.VacationPage, _GONE),
    "add_vacation": Answer("Add days off.", schemas.NewVacation, _GONE),
    "remove_vacation": Answer("Take them back.", Nothing, _GONE),
    "list_absences": Answer("Absences.", schemas.AbsencePage, _GONE),
    "add_absence": Answer("Add time off.", schemas.NewAbsence, _GONE),
    "remove_absence": Answer("Take it back.", Nothing, _GONE),
}
