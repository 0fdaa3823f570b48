"""What the owner changes reaches customers at once, and never the appointments that they already have."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from runtime.clock import utc_now
from tests.conftest import Stack
from tests.systems import until

Json = dict[str, Any]
ALWAYS = [{"from": "00:00", "to": "24:00"}]
WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CUSTOMER = {"first_name": "Rita", "last_name": "Renner", "email": "rita@settings.example", "phone": "+4971155123"}
Ask = Callable[..., Any]


@pytest.fixture(name="ask")
def _ask(stack: Stack) -> Ask:
    """Calls the API as the demo practice's owner; the answer must have the status."""
    owner = stack.bearer()

    def ask(method: str, path: str, body: Json | None = None, status: int = 200, **headers: str) -> Any:
        answer = stack.client().open(f"/api/v1{path}", method=method, json=body, headers=owner | headers)
        assert answer.status_code == status, answer.text
        return answer.get_json(silent=True)

    return ask


@pytest.fixture(name="offer")
def _offer(ask: Ask) -> Json:
    """A service of 30 minutes and a calendar of its own that works around the clock."""
    [place, *_] = ask("GET", "/places")["items"]
    calendar = ask("POST", "/calendars", {"name": "E. Eigen", "nickname": "Eigen", "place": place["id"]}, 201)
    ask("PUT", f"/calendars/{calendar['id']}/hours", dict.fromkeys(WEEKDAYS, ALWAYS))
    wish = {"name": "Vergänglich", "duration_minutes": 30, "price": {"amount": "12.00", "currency": "EUR"}}
    service = ask("POST", "/services", {**wish, "released": True, "calendars": [calendar["id"]]}, 201)
    return {"service": service, "calendar": calendar["id"]}


def slots(ask: Ask, offer: Json, status: int = 200) -> list[str]:
    """The starts that customers see the day after tomorrow."""
    day = (utc_now() + timedelta(days=2)).date()
    query = f"service={offer['service']['id']}&from={day}&days=1&tz=Europe/Berlin"
    found = ask("GET", f"/practices/top-hearing/slots?{query}", status=status)
    return [one["start"] for one in found["days"][0]["slots"] if one["bookable"]] if status == 200 else []


def book(ask: Ask, offer: Json) -> Json:
    """By a customer, in the morning."""
    wish = {"service": offer["service"]["id"], "calendar": offer["calendar"], "start": slots(ask, offer)[20]}
    made: Json = ask("POST", "/practices/top-hearing/appointments", {**wish, "customer": CUSTOMER, "answers": {}}, 201)
    return made


def test_a_service_that_changes_or_goes_leaves_appointments_as_they_were(ask: Ask, offer: Json) -> None:
    """K3, at any time: name, length and price stay in the planner and behind the customer's link."""
    booked, path = book(ask, offer), f"/services/{offer['service']['id']}"
    before = ask("GET", f"/appointments/{booked['id']}")
    ask("PATCH", path, {"name": "Anders", "duration_minutes": 60, "price": None})
    ask("DELETE", path, status=204)
    until(lambda: ask("GET", f"/practices/top-hearing/slots?service={offer['service']['id']}", status=404))
    after = ask("GET", f"/appointments/{booked['id']}")
    kept = ("service", "start", "end", "status")
    assert {name: after[name] for name in kept} == {name: before[name] for name in kept}
    managed = ask("GET", f"/manage/{booked['manage_url'].rsplit('/', 1)[1]}")
    assert (managed["service"]["name"], managed["service"]["price"]["amount"]) == ("Vergänglich", "12.00")


def test_new_hours_and_days_off_are_what_customers_see(ask: Ask, offer: Json) -> None:
    """Through the gateway's cache; an appointment in the way is named and stays."""
    booked, calendar = book(ask, offer), f"/calendars/{offer['calendar']}"
    start = datetime.fromisoformat(booked["start"])
    until(lambda: start not in map(datetime.fromisoformat, slots(ask, offer)), what="the booking in the grid")
    ask("PUT", f"{calendar}/hours", {one: [{"from": "09:00", "to": "10:15"}] for one in WEEKDAYS})
    until(lambda: [start[11:16] for start in slots(ask, offer)] == ["09:00", "09:30"], what="the new hours")
    day = booked["start"][:10]
    vacation = ask("POST", f"{calendar}/vacations", {"from": day, "to": day}, 201)
    assert vacation["conflicts"] == [booked["id"]]
    until(lambda: slots(ask, offer) == [], what="the vacation")
    assert ask("GET", f"/appointments/{booked['id']}")["status"] == "accepted"


def test_of_two_owners_with_the_same_form_the_second_is_told(ask: Ask, offer: Json) -> None:
    """Service, hours and practice: nothing is overwritten unseen."""
    path, seen = f"/services/{offer['service']['id']}", {"If-Match": f'"{offer["service"]["version"]}"'}
    ask("PATCH", path, {"duration_minutes": 45}, **seen)
    assert ask("PATCH", path, {"duration_minutes": 20}, 412, **seen)["version"] == offer["service"]["version"] + 1
    ask("PUT", f"/calendars/{offer['calendar']}/hours", {}, 412, **{"If-Match": '"1"'})
    version = ask("GET", "/practice")["version"]
    ask("PATCH", "/practice", {"show_prices": True}, 412, **{"If-Match": f'"{version + 1}"'})
