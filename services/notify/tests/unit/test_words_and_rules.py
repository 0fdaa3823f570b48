"""Templates, words, colours and back-off: the pure parts."""

import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from babel.messages.pofile import read_po

from notify import words
from notify.domain import colour
from notify.domain.delivery import State, refused, useful_until, wait
from notify.domain.templates import LIMITS, NAMES, Template, fill, one_line, problems
from notify.usecases.templates import defaults
from runtime.i18n import LOCALES

LOCALE_FILES = Path(words.__file__).parent / "locales"


def test_placeholders_are_filled_and_never_evaluated() -> None:
    """A value that looks like a placeholder, or a format directive, stays what it is."""
    values = {"first_name": "{practice}", "practice": "%(x)s {0.__class__}"}
    assert fill("{first_name} bei {practice}", values) == "{practice} bei %(x)s {0.__class__}"


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Hallo {nobody}", "unknown_placeholder"),
        ("Hallo {practice.__class__}", "stray_brace"),
        ("Hallo {first_name", "stray_brace"),
        ("Hallo }", "stray_brace"),
        ("Hallo {0}", "stray_brace"),
        ("   ", "empty"),
        ("x" * (LIMITS["text"] + 1), "too_long"),
        ("Hallo\x00", "control"),
    ],
)
def test_a_text_that_cannot_be_filled_is_not_saved(text: str, kind: str) -> None:
    assert kind in {p.kind for p in problems({"text": text})}


def test_a_subject_with_a_line_break_is_refused() -> None:
    """It would end up in a header."""
    assert {p.kind for p in problems({"subject": "Termin\r\nBcc: all@example.com"})} == {"control"}


@pytest.mark.parametrize("name", ["Terminanhang.ics", "Mein Termin (1).ics"])
def test_a_calendar_file_may_be_renamed(name: str) -> None:
    assert problems({"filename": name}) == []


@pytest.mark.parametrize("name", ["termin.exe", "../a.ics", 'a".ics', ""])
def test_a_dangerous_file_name_is_refused(name: str) -> None:
    assert problems({"filename": name})


@pytest.mark.parametrize("locale", LOCALES)
def test_our_own_templates_are_complete_and_valid(locale: str) -> None:
    """Every name in every language, with a title, and nothing in it that a practice could not save."""
    shipped = defaults(locale)
    assert set(shipped) == set(NAMES)
    for name, texts in shipped.items():
        words_only = {field: text for field, text in texts.items() if field != "title"}
        assert texts["title"]
        assert problems(words_only) == []
        assert set(words_only) <= set(Template.__dataclass_fields__)
        assert name in ("calendar_attachment", "invitation_cancelled") or texts["button"]


@pytest.mark.parametrize("locale", LOCALES)
def test_each_catalog_is_complete(locale: str) -> None:
    """Every sentence of the English catalog, translated, with the same placeholders."""
    with (LOCALE_FILES / "en.po").open("rb") as source:
        wanted = {m.id for m in read_po(source) if m.id}
    with (LOCALE_FILES / f"{locale}.po").open("rb") as source:
        found = {m.id: m.string for m in read_po(source, locale=locale) if m.id}
    assert set(found) == wanted
    for sentence, translation in found.items():
        assert translation
        assert sorted(re.findall(r"\{\w+\}", sentence)) == sorted(re.findall(r"\{\w+\}", translation))


def test_every_sentence_that_is_said_is_in_the_catalogs() -> None:
    """Words in tables and in calls of `say`."""
    with (LOCALE_FILES / "en.po").open("rb") as source:
        known = {m.id for m in read_po(source) if m.id}
    said = {*words.REASONS.values(), *words.PROBLEMS.values(), *(word for _, word in words.STATUS.values())}
    for module in Path(words.__file__).parent.glob("*.py"):
        said |= set(re.findall(r'\bsay\(\s*"([^"]+)"', module.read_text()))
    assert said <= known


def test_a_date_reads_as_the_language_writes_it() -> None:
    start = datetime(2018, 10, 24, 13, 30, tzinfo=UTC)
    end = start + timedelta(minutes=90)
    assert words.when(start, end, "Europe/Berlin", "de") == "Mittwoch, 24. Oktober 2018, 15:30 – 17:00"
    assert words.when_short(start, "Europe/Berlin", "de") == "Mi 24. Oktober, 15:30"
    assert words.when_short(start, "America/New_York", "en") == "Wed, October 24, 9:30 AM"
    assert words.when_short(start, "Europe/Paris", "fr") == "mer. 24 octobre, 15:30"
    assert words.when_short(start, "Europe/Moscow", "ru") == "ср, 24 октября, 16:30"


@pytest.mark.parametrize(
    ("number", "country", "written"),
    [
        ("+4915123456789", "DE", "01512 3456789"),
        ("+4971112345678", "DE", "0711 12345678"),
        ("+4917123456", "DE", "+49 17123456"),  # nobody's: how it is written at home is not known
        ("+33612345678", "DE", "+33 6 12 34 56 78"),
        ("+4971112345678", "CH", "+49 711 12345678"),
        ("", "DE", ""),
        ("Empfang", "DE", "Empfang"),
    ],
)
def test_a_number_reads_as_it_is_dialled(number: str, country: str, written: str) -> None:
    """What a practitioner reads in the notice."""
    assert words.phone(number, country) == written


def test_an_unknown_zone_of_a_customer_falls_back_to_the_calendars() -> None:
    assert words.zone_for("customer", "Mars/Olympus", "Europe/Berlin") == "Europe/Berlin"
    assert words.zone_for("customer", "../../etc/passwd", "Europe/Berlin") == "Europe/Berlin"
    assert words.zone_for("practitioner", "America/New_York", "Europe/Berlin") == "Europe/Berlin"


def test_no_control_character_survives_into_a_header() -> None:
    assert one_line("Max\r\nBcc: x\u2028y\x00") == "Max Bcc: x y"


@pytest.mark.parametrize("accent", ["#ffff00", "#ffffff", "#000000", "#1f5f6b", "red", None, "#fff;x:url(y)"])
def test_every_accent_is_made_readable(accent: str | None) -> None:
    """White words on it by day, itself on the dark card by night, 4.5:1."""
    assert colour.contrast(colour.on_paper(accent), "#ffffff") >= 4.5
    assert colour.contrast(colour.on_night(accent), colour.NIGHT) >= 4.5


def test_back_off_grows_from_a_minute_to_hours_and_stays_there() -> None:
    minute = timedelta(minutes=1)
    assert [wait(n, minute) // minute for n in (1, 2, 3, 4, 5, 6, 7, 50)] == [1, 5, 15, 60, 120, 240, 240, 240]


@pytest.mark.parametrize(
    ("code", "answer", "state", "reason"),
    [
        (451, "4.3.0 later", State.QUEUED, "server_busy"),
        (421, "closing", State.QUEUED, "server_busy"),
        (550, "5.1.1 no such user", State.FAILED, "address_unknown"),
        (550, "5.7.1 spam", State.FAILED, "rejected"),
        (550, "5.2.2 over quota", State.FAILED, "mailbox_full"),
        (550, "#5.7.1 spam", State.FAILED, "rejected"),
        (550, "5.1.1 no such user at mx [195.7.3.4]", State.FAILED, "address_unknown"),
        (550, "5.1.1 unknown user, host 185.2.21.9", State.FAILED, "address_unknown"),
        (550, "5.2.2.1 knows no such user", State.FAILED, "address_unknown"),
        (552, "quota", State.FAILED, "mailbox_full"),
        (554, "no", State.FAILED, "rejected"),
        (-1, "nonsense", State.QUEUED, "server_busy"),
    ],
)
def test_a_servers_answer_is_understood(code: int, answer: str, state: State, reason: str) -> None:
    outcome = refused(code, answer)
    assert (outcome.state, outcome.reason) == (state, reason)


def test_a_message_is_useful_until_the_appointment_ends() -> None:
    """At most two days, at least an hour."""
    now = datetime(2026, 1, 1, tzinfo=UTC)
    assert useful_until(now, now + timedelta(hours=5)) == now + timedelta(hours=5)
    assert useful_until(now, now + timedelta(days=30)) == now + timedelta(hours=48)
    assert useful_until(now, now - timedelta(days=1)) == now + timedelta(hours=1)
