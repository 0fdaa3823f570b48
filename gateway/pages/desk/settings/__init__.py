"""The settings: one module per topic, `forms` is what their forms share, `overview` leads to all of them."""

from gateway.pages.desk.settings import (
    calendars,
    days_off,
    holidays,
    hours,
    notifications,
    online,
    overview,
    plan,
    practice,
    reminders,
    services,
    texts,
)

# Importing them hangs their pages into the blueprint.
MODULES = (
    *(calendars, days_off, holidays, hours, notifications, online),
    *(overview, plan, practice, reminders, services, texts),
)
