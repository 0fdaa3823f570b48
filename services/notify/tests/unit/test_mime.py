"""Mails as bytes, read back by the standard library's strict parser."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.message import EmailMessage

import pytest

from notify import contracts, mime
from notify.compose import letter, reader_of
from notify.domain.decide import Purpose
from notify.ical import CalendarFile
from notify.usecases.templates import template
from services.notify.tests.builders import NOW, PRACTICE_DATA, appointment_event

FILE = CalendarFile("Termin für Sie.ics", "REQUEST", b"BEGIN:VCALENDAR\r\nEND:VCALENDAR\r\n")


def written(practice: str, text: str = "", calendar: CalendarFile | None = None) -> bytes:
    change = contracts.appointment(contracts.snapshot(appointment_event("booked")))
    known, words = {**PRACTICE_DATA, "name": practice}, template({}, "practitioner_booked", "de")
    reader = reader_of(change, "practitioner", "de")
    content = letter(change, Purpose.PRACTITIONER_BOOKED, reader, known, words, "https://termine.example")
    return mime.mail(
        replace(content, subject=f"Termin bei {practice}", paragraphs=[text]),
        message_id="<1@example.com>",
        recipient="a@example.com",
        recipient_name=practice,
        mail_from="termine@example.com",
        practice=known,
        calendar=calendar,
        now=NOW,
    ).raw


def read(raw: bytes) -> EmailMessage:
    return message_from_bytes(raw, policy=policy.default)


@pytest.mark.parametrize(
    "name", ["Top Hearing", "Hörgeräte „Ohr“ 🦻 " * 12, "Plain but long " * 12, 'Müller, "Ltd"; (x)', "=?utf-8?q?x?="]
)
def test_names_survive_in_every_header_and_no_line_is_too_long(name: str) -> None:
    """Long ones are folded; what looks encoded already is shown as it was entered."""
    raw = written(name)
    mail = read(raw)
    assert mail["Subject"] == f"Termin bei {name}".strip()
    for header in ("From", "To", "Reply-To"):
        (who,) = mail[header].addresses
        assert who.display_name.replace(" ", "") == name.replace(" ", "")
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78
    assert b"\n" not in raw.replace(b"\r\n", b"")


@pytest.mark.parametrize("text", [".\n..\n.", "--=_alternative\n--=_mixed--", "ü " * 300, "trailing  \t", "a\rb\r\nc"])
def test_no_text_breaks_the_mail(text: str) -> None:
    """Dots, boundaries, long lines and odd line ends arrive as they are."""
    mail = read(written("Top Hearing", text, FILE))
    assert [part.get_content_type() for part in mail.iter_parts()] == ["multipart/alternative", "application/ics"]
    body = mail.get_body(("plain",))
    assert body is not None
    assert str(body.get_content()).splitlines()[: len(text.splitlines())] == text.splitlines()
    assert not any(part.defects for part in mail.walk())
    boundaries = [part.get_boundary() for part in mail.walk() if part.is_multipart()]
    assert all(boundary.startswith("=_") for boundary in boundaries)  # which no encoded body can hold


def test_a_file_name_with_umlauts_arrives() -> None:
    (attachment,) = read(written("Top Hearing", calendar=FILE)).iter_attachments()
    assert attachment.get_filename() == "Termin für Sie.ics"
    assert attachment.get_content() == FILE.content


def test_a_long_file_name_is_folded() -> None:
    """It stands on a line of its own."""
    raw = written("Top Hearing", calendar=replace(FILE, filename=f"{'Termin ' * 8}.ics"))
    assert max(len(line) for line in raw.split(b"\r\n")) <= 78


def test_a_line_break_in_a_header_is_refused() -> None:
    """None comes so far; if one did, it would be a header of its own."""
    with pytest.raises(ValueError, match="line break"):
        written("Top Hearing", calendar=replace(FILE, filename="a.ics\r\nBcc: all@example.com"))


def test_a_mail_names_its_language() -> None:
    """For screen readers and translators."""
    assert read(written("Top Hearing"))["Content-Language"] == "de"
