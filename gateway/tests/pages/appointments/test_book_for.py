"""Booking on a customer's behalf."""

import pytest

from gateway.tests.pages.appointments.samples import Json, SignIn, booking_form, only
from gateway.tests.pages.appointments.test_one_appointment import FASTER
from gateway.tests.pages.house import CALENDARS, SERVICES, House
from gateway.tests.pages.planner import ID
from runtime.errors import Refused
from runtime.ids import stable_id


def test_staff_book_for_a_customer(sign_in: SignIn, house: House) -> None:
    """K24: service, calendar, day, time, customer; told or not; a second click books once."""
    client = sign_in()
    page = client.get(f"/desk/book?service={SERVICES[0]['id']}&calendar={CALENDARS[1]['id']}&day=2026-03-25")
    action, fields = booking_form(page)
    person = {"first_name": "Karl", "last_name": "Kurz", "phone": "0171 2345678"}
    told = {"channels": "sms", "note": "Hört schlecht"}
    answer = client.post(action, {**fields, **person, **told, "start": "2026-03-25T09:00:00+01:00"})
    assert answer.location == f"/desk/appointments/{ID}?did=book"
    asked = only(house, "booking.book_for")
    assert (asked["service"], asked["calendar"]) == (SERVICES[0]["id"], CALENDARS[1]["id"])
    assert (asked["start"], asked["customer"]) == ("2026-03-25T09:00:00+01:00", person)
    assert (asked["notify"], asked["channels"], asked["note"]) == (True, ["sms"], "Hört schlecht")
    assert (asked["force"], asked["idempotency_key"]) == (False, fields["key"])
    assert "Der Kunde wird benachrichtigt." in client.get(str(answer.location)).text
    del fields["channels"]
    silent = client.post(action, {**fields, **person, "start": "2026-03-25T09:00:00+01:00"})
    assert "Der Kunde wird nicht benachrichtigt." in client.get(str(silent.location)).text
    assert house.asked("booking.book_for")[1]["notify"] is False


@pytest.mark.parametrize(
    ("channels", "said", "field", "why"),
    [
        (["email"], None, "email", "Es ist keine E-Mail-Adresse bekannt."),
        (["sms"], {"possible": False, "reason": "no_mobile"}, "phone", "Die Nummer gehört zu keinem Mobiltelefon."),
    ],
)
def test_a_way_that_does_not_lead_to_a_new_customer_is_said_before_it_is_booked(
    sign_in: SignIn, house: House, channels: list[str], said: Json | None, field: str, why: str
) -> None:
    """Beside the field at fault; what was typed and ticked stays."""
    client = sign_in()
    email = {"email": "k@example.org"} if field == "phone" else {}
    if said:
        house.answers["notify.channels"] = {"sms": said}
    action, fields = booking_form(client.get("/desk/book?day=2026-03-25"))
    person = {"first_name": "Karl", "last_name": "Kurz", "phone": "0711 2345", "start": "2026-03-25T09:00:00+01:00"}
    page = client.post(action, {**fields, **person, **email, "channels": channels})
    assert page.status == 422
    assert why in "".join(page.find("p", id=f"{field}-error").itertext())
    assert [e.get("value") for e in page.all("input", name="channels") if "checked" in e.attrib] in (channels, [])
    assert house.asked("booking.book_for") == []


def test_whom_no_message_reaches_is_booked_for_and_stands_among_the_calls(sign_in: SignIn, house: House) -> None:
    """A landline is all there is: nobody is asked for another way, and the page says what follows."""
    client = sign_in()
    house.answers["notify.channels"] = {"sms": {"possible": False, "reason": "no_mobile"}}
    action, fields = booking_form(client.get("/desk/book?day=2026-03-25"))
    person = {"first_name": "Karl", "last_name": "Kurz", "phone": "0711 2345", "start": "2026-03-25T09:00:00+01:00"}
    for channels in (["sms"], []):
        answer = client.post(action, {**fields, **person, "channels": channels})
        assert "er steht unter „Anrufe“" in client.get(str(answer.location)).text


def test_a_known_customer_is_found_and_booked_for(sign_in: SignIn, house: House) -> None:
    """By a search; what booking knows of the customer is used."""
    client = sign_in()
    known = {"id": stable_id("customer"), "first_name": "Lena", "last_name": "Groß", "email": None, "phone": "+4915"}
    house.answers |= {"booking.customers": {"items": [known], "next": None}, "booking.customer": known}
    page = client.get("/desk/book?day=2026-03-25&q=Lena")
    action, fields = booking_form(page)
    [who] = [one for one in page.all("button", name="go") if "customer=" in str(one.get("value"))]
    page = client.post(action, {**fields, "note": "Hört schlecht", "go": str(who.get("value"))})
    assert "Lena Groß" in page.text
    assert page.find("textarea", id="note").text == "Hört schlecht"
    action, fields = booking_form(page)
    client.post(action, {**fields, "start": "2026-03-25T09:00:00+01:00"})
    asked = only(house, "booking.book_for")
    assert asked["customer_id"] == known["id"]
    assert "customer" not in asked


@pytest.mark.parametrize("go", ["day", "times", "service", "find"])
def test_without_scripts_another_day_service_or_search_loses_nothing(sign_in: SignIn, house: House, go: str) -> None:
    """Each is a button of the form: nothing is booked, nothing typed stands in an address, and the key stays, so that a
    second click books nothing more. A service chosen anew is shown before it is booked."""
    client = sign_in()
    house.answers["booking.customers"] = {"items": [], "next": None}
    page = client.get("/desk/book?day=2026-03-25")
    action, fields = booking_form(page)
    day = [one.get("value") for one in page.all("button", name="go") if "day=2026-03-26" in str(one.get("value"))]
    typed = {"first_name": "Karl", "phone": "0711 2345", "note": "Hört schlecht", "time": "18:30", "q": "Kurz"}
    pressed: Json = {"day": {"go": day[0]}, "service": {"service": SERVICES[1]["id"]}}.get(go, {"go": go})
    start = {"start": "2026-03-25T09:00:00+01:00"}
    page = client.post(action, {**fields, **typed, **start, **pressed})
    assert page.status == 200
    assert house.asked("booking.book_for") == []
    _, again = booking_form(page)
    assert {name: again[name].strip() for name in ("first_name", "phone", "note", "time")} == {
        name: typed[name] for name in ("first_name", "phone", "note", "time")
    }
    assert (again["key"], again["day"]) == (fields["key"], "2026-03-26" if go == "day" else "2026-03-25")
    assert again["service"] == (SERVICES[1]["id"] if go == "service" else SERVICES[0]["id"])
    kept = [one.get("value") for one in page.all("input", name="start") if "checked" in one.attrib]
    assert kept == ([start["start"]] if go == "find" else [])
    assert not [one for one in page.all("button", name="go") if "Karl" in str(one.get("value"))]


def test_a_click_in_the_calendar_brings_its_time_along(sign_in: SignIn, house: House) -> None:
    """A free one is chosen; another stands in the field for other times."""
    client = sign_in()
    where = f"/desk/book?service={SERVICES[0]['id']}&calendar={CALENDARS[0]['id']}"
    page = client.get(f"{where}&start=2026-03-25T08:00:00%2B00:00")
    [chosen] = [e for e in page.all("input", name="start") if "checked" in e.attrib]
    assert chosen.get("value") == "2026-03-25T09:00:00+01:00"
    page = client.get(f"{where}&start=2026-03-25T17:10:00%2B00:00")
    assert page.find("input", id="time").get("value") == "18:10"


def test_a_booking_that_cannot_be_keeps_what_was_typed(sign_in: SignIn, house: House) -> None:
    """Errors beside their fields and in the summary; a taken slot is said."""
    client = sign_in()
    action, fields = booking_form(client.get("/desk/book?day=2026-03-25"))
    empty = client.post(action, {**fields, "first_name": "Karl", "start": ""})
    assert empty.status == 422
    assert empty.find("input", id="first_name").get("value") == "Karl"
    assert "E-Mail-Adresse oder eine Telefonnummer" in empty.text
    house.answers["booking.book_for"] = Refused("slot_taken")
    full = {**fields, "first_name": "Karl", "last_name": "Kurz", "email": "k@example.org", "start": fields["start"]}
    page = client.post(action, full)
    assert page.status == 409
    assert FASTER in page.text
    house.answers["booking.book_for"] = Refused(
        "invalid", {"errors": {"customer": {"phone": ["Not a valid phone number."]}}}
    )
    page = client.post(action, full | {"phone": "1"})
    assert page.find("p", id="phone-error") is not None


@pytest.mark.parametrize(("zone", "told"), [("America/New_York", True), ("Europe/Paris", False)])
def test_who_is_far_away_reads_whose_clock_it_is(sign_in: SignIn, house: House, zone: str, told: bool) -> None:
    """K2: the own zone's times, and where the calendar's clock shows another; nothing where both show the same."""
    client = sign_in(zone=zone)
    calendars = [{**one, "active": True} for one in CALENDARS]
    house.answers["availability.list_calendars"] = {"items": calendars, "next": None}
    for path in ("book", "calendar/slot", f"calendar/appointments/{ID}/move", f"calendar/appointments/{ID}/cancel"):
        assert ("Berlin" in client.get(f"/desk/{path}").text) == told, path
