"""A service, a calendar, hours and roles, as the settings show them; and how their forms are filled in."""

from collections.abc import Callable
from typing import Any

from gateway.tests.pages.house import CALENDARS, SERVICES, House
from gateway.tests.pages.strict import Page, StrictClient
from runtime.ids import new_id

Json = dict[str, Any]
ANNA, BEN = CALENDARS[0]["id"], CALENDARS[1]["id"]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
SERVICE = {
    **SERVICES[1],
    "start_interval_minutes": None,
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 5,
    "window_days": 60,
    "min_notice_minutes": 2880,
    "cancel_notice_minutes": 90,
    "move_notice_minutes": 0,
    "released": True,
    "version": 4,
}
CALENDAR = {
    "name": "Marianne Vogt",
    "start_interval_minutes": 30,
    "active": True,
    "version": 7,
    "max_per_day": None,
    "max_per_week": None,
}
HOURS = {day: [{"from": "09:00", "to": "12:00"}] if day == "monday" else [] for day in WEEKDAYS}
APPOINTMENT = {
    "id": new_id(),
    "start": "2026-03-24T08:00:00+00:00",
    "end": "2026-03-24T09:00:00+00:00",
    "status": "accepted",
    "service": SERVICES[1],
    "customer": {"first_name": "Jürgen", "last_name": "Groß"},
}
READ = frozenset({"availability:read", "practice:read", "booking:read"})
STAFF = READ | {"availability:write"}
OWNER = STAFF | {"practice:admin", "booking:admin"}
SignIn = Callable[[frozenset[str]], None]


def echo(house: House, *methods: str) -> None:
    """Let these methods accept whatever is sent."""
    for method in methods:
        house.answers[method] = lambda payload: {"id": new_id(), "conflicts": [], **payload}


def send(client: StrictClient, path: str, **changes: Any) -> Page:
    """Fetch the page, fill in its form of the same address, send it."""
    action, fields = client.get(path).form(path.split("?")[0])
    kept = {name: value for name, value in (fields | changes).items() if value is not None}
    return client.post(action, {"action": "save"} | kept)
