"""From the booking to the mails that arrive at a real mail server, and what each of them says to whom."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import requests

from runtime.clock import utc_now
from tests.end_to_end.mailserver import FROM, Mail, MailServer
from tests.end_to_end.pages import cancel_by_hand
from tests.end_to_end.practice import Practice
from tests.systems import Answer, until

BERLIN = "Europe/Berlin"
DAYS = ["Montag", "Dienstag", "Mittwoch", "Donnerstag", "Freitag", "Samstag", "Sonntag"]
MONTHS = [
    "Januar", "Februar", "März", "April", "Mai", "Juni",
    "Juli", "August", "September", "Oktober", "November", "Dezember",
]  # fmt: skip
PLACE = "Top Hearing (S), Königstraße 28, 70173 Stuttgart"
ANNA, COPY = "anna@top-hearing.example", "empfang@top-hearing.example"


def booked(practice: Practice, who: str = "Anna", **more: Any) -> tuple[Answer, dict[str, Any]]:
    """A fresh slot of the Servicetermin, booked; the answer and what was sent."""
    start = practice.slots("Servicetermin", who, practice.day(who))[0]
    body = practice.body("Servicetermin", who, start, **more)
    answer = practice.running.call("POST", "/api/v1/practices/top-hearing/appointments", body)
    assert answer.status == 201, answer
    return answer, body


def german(answer: Answer) -> str:
    """ "Mittwoch, 24. Oktober 2018, 15:30 – 17:00", on the practice's wall."""
    start, end = (datetime.fromisoformat(answer.json[name]).astimezone(ZoneInfo(BERLIN)) for name in ("start", "end"))
    day = f"{DAYS[start.weekday()]}, {start.day}. {MONTHS[start.month - 1]} {start.year}"
    return f"{day}, {start:%H:%M} – {end:%H:%M}"


def test_the_confirmation_is_complete(practice: Practice, server: MailServer) -> None:
    """A4: headers, plain text, HTML, Terminanhang.ics and the reader's own link."""
    answer, body = booked(practice)
    mail = server.wait(body["customer"]["email"])
    check_headers(mail, body["customer"])
    when = german(answer)
    for words in (when, "Rita Renner", "Servicetermin", "Anna", "Königstraße 28", answer.json["manage_url"]):
        assert words in mail.text
        assert words in mail.html
    assert mail["Subject"].startswith("Ihr Termin am ")
    assert mail.manage_link == answer.json["manage_url"]
    check_entry(mail, answer, "REQUEST", "CONFIRMED")
    assert {link for link in mail.links if not link.startswith(practice.running.url)} == set()


def check_headers(mail: Mail, customer: dict[str, str]) -> None:
    """Who from, who to, where answers go, and that a machine wrote it."""
    assert mail["From"] == f"Top Hearing <{FROM}>"
    assert mail["To"] == f"{customer['first_name']} {customer['last_name']} <{customer['email']}>"
    assert mail["Reply-To"] == "Top Hearing <info@top-hearing.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Content-Language"] == "de"
    assert re.fullmatch(r"<[0-9a-f-]{36}@terminfluss\.example>", str(mail["Message-ID"]))
    assert abs(mail["Date"].datetime - utc_now()) < timedelta(minutes=5)


def check_entry(mail: Mail, answer: Answer, method: str, status: str) -> None:
    """The same calendar file in the body and as a file; the entry says what was booked."""
    assert mail.attachment.get_filename() == "Terminanhang.ics"
    assert str(mail.calendar["METHOD"]) == mail.method_of_the_body == method
    assert mail.calendar.walk("VTIMEZONE")
    event = mail.event
    assert str(event["SUMMARY"]) == "Online-Termin bei Top Hearing"
    assert str(event["LOCATION"]) == PLACE
    assert str(event["STATUS"]) == status
    assert event["DTSTART"].dt.astimezone(UTC) == datetime.fromisoformat(answer.json["start"])
    assert event["DTEND"].dt.astimezone(UTC) == datetime.fromisoformat(answer.json["end"])


def test_book_move_and_cancel_are_one_entry_in_the_calendar(practice: Practice, server: MailServer) -> None:
    """The same UID, a rising SEQUENCE; cancelled through the link of the mail, by two clicks."""
    answer, body = booked(practice)
    address = body["customer"]["email"]
    first = server.wait(address)
    moved = practice.manage(
        answer, "reschedule", {"start": practice.slots("Servicetermin", "Anna", practice.day("Anna"))[0]}
    )
    second = server.wait(address, 2)
    assert "Neue Zeit" in second["Subject"]
    assert german(answer) in second.text  # the old time, too
    assert german(moved) in second.text
    check_entry(second, moved, "REQUEST", "CONFIRMED")
    cancel_by_hand(requests.Session(), second.manage_link)
    third = server.wait(address, 3)
    assert "Storniert" in third["Subject"]
    check_entry(third, moved, "CANCEL", "CANCELLED")
    entries = [mail.event for mail in (first, second, third)]
    assert len({str(event["UID"]) for event in entries}) == 1
    sequences = [int(event["SEQUENCE"]) for event in entries]
    assert sequences == sorted(set(sequences))
    assert len({str(mail["Message-ID"]) for mail in (first, second, third)}) == 3


def test_the_practitioner_hears_of_the_booking_at_once(practice: Practice, server: MailServer) -> None:
    """D1: seconds, not ten minutes; with the customer's contact, without the customer's link or calendar file."""
    _, body = booked(practice)
    name = body["customer"]["last_name"]
    notice = waited(server, ANNA, name)
    assert "Neuer Online-Termin" in notice["Subject"]
    assert body["customer"]["phone"] in notice.text
    assert "/a/" not in notice.text + notice.html
    assert not list(notice.message.iter_attachments())


def test_the_copy_has_no_link(practice: Practice, server: MailServer) -> None:
    """A10: booking and cancellation reach "Kopie an", with the calendar file, never with the manage link."""
    answer, body = booked(practice)
    name = body["customer"]["last_name"]
    confirmation = waited(server, COPY, name, "Ihr Termin")  # or the cancellation would overtake it in the queue
    practice.manage(answer, "cancel")
    for copy, method in ((confirmation, "REQUEST"), (waited(server, COPY, name, "Storniert"), "CANCEL")):
        token = answer.json["manage_url"].rsplit("/", 1)[1]
        assert token not in copy.text + copy.html + copy.attachment.get_content().decode()
        assert str(copy.calendar["METHOD"]) == method


def waited(server: MailServer, recipient: str, name: str, subject: str = "") -> Mail:
    """The mail to this colleague that names this customer."""

    def found() -> list[Mail]:
        ours = [mail for mail in server.to(recipient) if re.search(rf"{name}\b", mail.text)]
        return [mail for mail in ours if mail["Subject"].startswith(subject)]

    mail: Mail = until(found, what=f"“{subject}” to {recipient} about {name}")[0]
    return mail


def test_a_cancellation_is_told_within_the_last_day_only(practice: Practice, server: MailServer) -> None:
    """D3: the practitioner hears of tomorrow morning's, not of next week's. (The exact minute: notify's own tests.)"""
    staff = practice.running.staff()
    far, far_body = booked(practice)
    near = soon(practice, staff, server)
    for answer in (far, near):
        assert practice.manage(answer, "cancel").status == 200
    assert "Online storniert" in waited(server, ANNA, near.json["last_name"], "Online storniert")["Subject"]
    server.wait_for(far_body["customer"]["email"], "Storniert")
    told = [mail for mail in server.to(ANNA) if "Online storniert" in mail["Subject"]]
    assert not [mail for mail in told if re.search(rf"{far_body['customer']['last_name']}\b", mail.text)]


def soon(practice: Practice, staff: dict[str, str], server: MailServer) -> Answer:
    """An appointment that begins within the next day, and the customer's way to it.

    Staff book it, since tomorrow may be a Sunday: their bookings may lie outside the working hours. The link is in the
    customer's mail.
    """
    start = (utc_now() + timedelta(hours=20)).replace(minute=0, second=0, microsecond=0)
    body = practice.body("Servicetermin", "Anna", start.isoformat())
    wanted = {name: body[name] for name in ("service", "calendar", "start", "customer")}
    answer = practice.running.call("POST", "/api/v1/appointments", {**wanted, "force": True}, **staff)
    assert answer.status == 201, answer
    link = server.wait(body["customer"]["email"]).manage_link
    return Answer(201, {"manage_url": link, "last_name": body["customer"]["last_name"]})


@pytest.mark.parametrize(
    ("locale", "subject", "words"),
    [
        (None, "Ihr Termin am", "Ihr Termin ist bestätigt."),
        ("en", "Your appointment on", "Your appointment is confirmed."),
        ("fr", "Votre rendez-vous", "Votre rendez-vous est confirmé."),
        ("ru", "Ваша запись", "Ваша запись подтверждена."),
    ],
)
def test_mails_speak_the_customers_language(
    practice: Practice, server: MailServer, locale: str | None, subject: str, words: str
) -> None:
    """K1: what the customer chose; German where nothing was said."""
    _, body = booked(practice, **({"locale": locale} if locale else {}))
    mail = server.wait(body["customer"]["email"])
    assert subject.lower() in str(mail["Subject"]).lower()
    assert words in mail.text
    assert mail["Content-Language"] == (locale or "de")


def test_times_in_a_mail_are_those_of_its_reader(practice: Practice, server: MailServer) -> None:
    """K2: the customer in Tokyo reads Tokyo's time, and what time it is at the practice; the practitioner Berlin's."""
    answer, body = booked(practice, locale="en", time_zone="Asia/Tokyo")
    start = datetime.fromisoformat(answer.json["start"])
    there, here = (start.astimezone(ZoneInfo(zone)) for zone in ("Asia/Tokyo", BERLIN))
    mail = server.wait(body["customer"]["email"])
    assert "Tokyo time" in mail.text
    assert clock(there) in mail.text
    assert f"In Berlin it is then {here:%a}" in mail.text
    assert f"{here:%H:%M}" in waited(server, ANNA, body["customer"]["last_name"]).text


def clock(time: datetime) -> str:
    """As the English mails write it."""
    return f"{time.hour % 12 or 12}:{time:%M}"


def test_a_request_is_tentative_until_the_practice_accepts(practice: Practice, server: MailServer) -> None:
    """Pending: TENTATIVE and no promise; accepted: CONFIRMED, in the same entry."""
    start = practice.slots("Beratung", "Ben", practice.day("Ben"))[0]
    answer = practice.book("Beratung", "Ben", start)
    appointment = practice.running.call("GET", f"/api/v1/appointments/{answer.json['id']}", **practice.running.staff())
    address = appointment.json["customer"]["email"]
    first = server.wait(address)
    assert "Ihre Terminanfrage" in first["Subject"]
    check_entry(first, answer, "REQUEST", "TENTATIVE")
    accept = f"/api/v1/appointments/{answer.json['id']}/accept"
    assert practice.running.call("POST", accept, {}, **practice.running.staff()).status == 200
    second = server.wait(address, 2)
    check_entry(second, answer, "REQUEST", "CONFIRMED")
    assert str(first.event["UID"]) == str(second.event["UID"])
    assert int(second.event["SEQUENCE"]) > int(first.event["SEQUENCE"])
