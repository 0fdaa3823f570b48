"""Roles and answers for the appointments' pages."""

from collections.abc import Callable
from typing import Any

from gateway.api import examples
from gateway.tests.pages.house import House
from gateway.tests.pages.strict import Page, StrictClient

Json = dict[str, Any]
SCOPES = ("booking:read", "booking:write", "practice:admin", "availability:read")
CHANGED = {"version": 4}
SignIn = Callable[..., StrictClient]
CHANGES = ("change_status", "undo", "acknowledge", "reschedule", "set_place", "change_details", "set_price")
FIGURES = {**examples.ANALYTICS, "from": "2026-03-01", "to": "2026-03-31", "periods": [
    {**examples.ANALYTICS["periods"][0], "from": f"2026-03-{day:02}", "to": f"2026-03-{day:02}"} for day in range(1, 32)
]}  # fmt: skip


def booking_form(page: Page) -> tuple[str, Json]:
    """Action and fields of the form that books for a customer, as a browser sends it by the button that books."""
    action, fields = page.form("/desk/book")
    del fields["go"]
    fields["service"], fields["calendar"] = fields["shown"].split()
    return action, fields


def only(house: House, name: str) -> Json:
    """The one call of this method."""
    [payload] = house.asked(name)
    return payload
