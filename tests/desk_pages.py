"""Every page of the desk, at addresses with much to show. `{…}` stands for the id of such an object."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

from gateway.api.examples import INVITATION_REQUEST

CALENDAR = "/desk/calendar?date={monday}&view="
APPOINTMENT, CUSTOMER, INVITATION = (f"/desk/{kind}s/{{{kind}}}" for kind in ("appointment", "customer", "invitation"))
DAYS = "from={monday}&to={after}"
PAGES = {
    "today": "/desk/today?day={monday}",
    "calendar, day": f"{CALENDAR}day",
    "calendar, work week": f"{CALENDAR}workweek",
    "calendar, week": f"{CALENDAR}week",
    "calendar, week, free times": f"{CALENDAR}week&service={{service}}",
    "calendar, month": f"{CALENDAR}month",
    "calendar, feed of a week": f"/desk/calendar/events?{DAYS}&service={{service}}",
    "calendar, feed of a month": "/desk/calendar/events?from={monday}&to={month}",
    "calendar, a time": "/desk/calendar/slot?calendar={calendar}&start={monday}T03:00",
    "calendar, why not": "/desk/calendar/slot?calendar={calendar}&service={service}&start={monday}T03:00",
    "calendar, move": "/desk/calendar/appointments/{appointment}/move",
    "calendar, cancel": "/desk/calendar/appointments/{appointment}/cancel",
    "calendar, an absence": "/desk/calendar/absences/{calendar}/{absence}",
    "pop-up of a booking": "/desk/news/{appointment}",
    "new bookings": "/desk/inbox",
    "appointments": "/desk/appointments",
    "appointments, search": "/desk/appointments?q=schneider",
    "appointments, search in vain": "/desk/appointments?q=nobodyhasthisname",
    "appointments, one calendar": "/desk/appointments?calendar={calendar}&status=accepted",
    "past": "/desk/past",
    "past, search": "/desk/past?q=schneider",
    "past, search in vain": "/desk/past?q=nobodyhasthisname",
    "past, missed": "/desk/past?status=missed",
    "appointment": APPOINTMENT,
    "appointment, link a customer": f"{APPOINTMENT}/customer",
    "appointment, new customer": f"{APPOINTMENT}/customer/new",
    "appointment, tell": f"{APPOINTMENT}/tell?kind=notice",
    "book for somebody": "/desk/book",
    "book for somebody, a service": "/desk/book?service={service}",
    "customers": "/desk/customers",
    "customers, search": "/desk/customers?q=schneider+anna",
    "customers, search in vain": "/desk/customers?q=nobodyhasthisname",
    "customer": CUSTOMER,
    "customer, change": f"{CUSTOMER}/edit",
    "customer, merge": f"{CUSTOMER}/merge",
    "customer, new": "/desk/customers/new",
    "search": "/desk/search?q=schneider",
    "calls": "/desk/calls",
    "analytics, four weeks": "/desk/analytics",
    "analytics, a year": "/desk/analytics?from={year}&to={monday}&per=month",
    "invitations": "/desk/invitations",
    "invitation": INVITATION,
    "invitation, the call": f"{INVITATION}/call",
    "invitation, delete": f"{INVITATION}/delete",
    "invitation, new": "/desk/invitations/new",
    "first steps": "/desk/welcome",
    "settings": "/desk/settings",
    "settings, account": "/desk/settings/account",
    "settings, calendars": "/desk/settings/calendars",
    "settings, calendar": "/desk/settings/calendars/{calendar}",
    "settings, new calendar": "/desk/settings/calendars/new",
    "settings, days off of all": "/desk/settings/days-off",
    "settings, days off": "/desk/settings/days-off/{calendar}",
    "settings, import holidays": "/desk/settings/days-off/{calendar}/import",
    "settings, hours of all": "/desk/settings/hours",
    "settings, hours": "/desk/settings/hours/{calendar}",
    "settings, notifications": "/desk/settings/notifications",
    "settings, notifications of a calendar": "/desk/settings/notifications/{calendar}",
    "settings, online booking": "/desk/settings/online",
    "settings, plan": "/desk/settings/plan",
    "settings, practice": "/desk/settings/practice",
    "settings, place": "/desk/settings/practice/places/{place}",
    "settings, new place": "/desk/settings/practice/places/new",
    "settings, reminders": "/desk/settings/reminders",
    "settings, services": "/desk/settings/services",
    "settings, service": "/desk/settings/services/{service}",
    "settings, delete a service": "/desk/settings/services/{service}/delete",
    "settings, new service": "/desk/settings/services/new",
    "settings, texts": "/desk/settings/texts",
    "settings, text": "/desk/settings/texts/reminder",
    "settings, users": "/desk/settings/users",
    "settings, user": "/desk/settings/users/{user}",
}


def objects(ask: Callable[..., Any], today: date) -> dict[str, str]:
    """What the addresses name, beside what `Busy.fill` gives; it makes an invitation and an absence. `ask` calls the
    API as the practice's owner."""
    monday = today + timedelta(days=7 - today.weekday())
    days = {"monday": 0, "after": 7, "month": 42, "year": -365}
    dates = {name: str(monday + timedelta(days=distance)) for name, distance in days.items()}
    ids = {
        kind: str(ask("GET", f"/api/v1/{kind}s")["items"][0]["id"]) for kind in ("service", "calendar", "place", "user")
    }
    ask("POST", "/api/v1/invitations", {**INVITATION_REQUEST, "calendar": ids["calendar"]})
    away = {"from": f"{monday}T20:00:00+00:00", "to": f"{monday}T21:00:00+00:00", "reason": "Fortbildung"}
    made = ask("POST", f"/api/v1/calendars/{ids['calendar']}/absences", away)
    return {**ids, **dates, "absence": str(made["id"])}
