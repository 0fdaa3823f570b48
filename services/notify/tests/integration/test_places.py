"""Where an appointment happens (K27): in confirmation, reminder and calendar file, marked by its sign."""

from typing import Any

import pytest
from icalendar import Calendar

from notify import reminder_loop
from runtime.testing import Databases
from services.notify.tests.builders import START, Desk, calendar_of

CUSTOMER = "juergen@example.com"
BRANCH = {"kind": "address", "name": "Top Hearing (N)", "address": "Weg 2, 70173 Stuttgart", "text": None, "url": None}
VIDEO = {"kind": "video", "name": None, "address": None, "text": None, "url": "https://video.example/anna"}
PHONE = {"kind": "phone", "name": None, "address": None, "text": "Wir rufen Sie an.", "url": None}
PLACES = [
    (BRANCH, "📍 Top Hearing (N), Weg 2, 70173 Stuttgart", "Top Hearing (N), Weg 2, 70173 Stuttgart"),
    (VIDEO, "📍 Videogespräch, https://video.example/anna", "https://video.example/anna"),
    (PHONE, "📍 Telefontermin, Wir rufen Sie an.", "Wir rufen Sie an."),
]


def entry(mail: Any) -> Any:
    """The entry in the mail's calendar file."""
    return Calendar.from_ical(calendar_of(mail)).walk("VEVENT")[0]


@pytest.mark.parametrize(("place", "line", "location"), PLACES)
def test_confirmation_reminder_and_calendar_say_where(
    sqlite: Databases, place: dict[str, Any], line: str, location: str
) -> None:
    desk = Desk(sqlite).ready()
    desk.happens("booked", place=place)
    desk.sender.drain()
    confirmation = desk.mail_to(CUSTOMER)
    desk.clock.now = START.replace(day=23)
    reminder_loop.remind(desk.app)
    desk.sender.drain()
    reminder = desk.mail_to(CUSTOMER)
    assert reminder["Subject"].startswith("Erinnerung")
    for mail in (confirmation, reminder):
        assert f"Ort: {line}" in mail.get_body(("plain",)).get_content()
        assert entry(mail)["LOCATION"] == location
        assert "📍" in entry(mail)["DESCRIPTION"]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (BRANCH, "15:30. Top Hearing (N). Ändern"),
        (VIDEO, "15:30. https://video.example/anna Ändern"),
        (PHONE, "15:30. Wir rufen Sie an. Ändern"),
        ({**PHONE, "text": None}, "15:30. Ändern"),
    ],
)
def test_the_sms_ends_the_sentence_that_says_where(sqlite: Databases, place: dict[str, Any], words: str) -> None:
    """One full stop, and none that would become part of a link."""
    desk = Desk(sqlite).ready()
    desk.happens("booked", place=place, customer={"email": ""})
    desk.texts.drain()
    desk.clock.now = START.replace(day=23)
    reminder_loop.remind(desk.app)
    desk.texts.drain()
    assert f"{words} oder absagen: https://" in desk.captured("sms")[-1]["subject"]


def test_a_video_call_is_what_the_calendar_offers_to_join(sqlite: Databases) -> None:
    """RFC 7986; the link to move or cancel stays in the description."""
    desk = Desk(sqlite).ready()
    desk.happens("booked", place=VIDEO)
    desk.sender.drain()
    found = entry(desk.mail_to(CUSTOMER))
    assert found["URL"] == found["CONFERENCE"] == "https://video.example/anna"
    assert found["CONFERENCE"].params["FEATURE"] == "VIDEO"
    assert "https://termine.example/a/" in found["DESCRIPTION"]


def test_what_is_no_web_address_is_no_link(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    desk.happens("booked", place={**VIDEO, "url": "javascript:alert(1)"})
    desk.sender.drain()
    assert "javascript" not in desk.mail_to(CUSTOMER).as_string()
    assert "CONFERENCE" not in entry(desk.mail_to(CUSTOMER))


def test_a_place_of_before_stays_readable(sqlite: Databases) -> None:
    """Events that lie in a queue since the last version: no kind, no url."""
    desk = Desk(sqlite).ready()
    desk.happens("booked")
    desk.sender.drain()
    assert entry(desk.mail_to(CUSTOMER))["LOCATION"] == "Top Hearing (S), Hauptstraße 1, 10115 Berlin"
