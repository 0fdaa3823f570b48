"""What staff see and change: templates, addresses, previews; and the mailbox of the embedded mode."""

import pytest

from runtime.errors import Refused
from runtime.testing import Databases
from services.notify.tests.builders import CALENDAR, PRACTICE, START, Desk, calendar_of

STRANGER = "99999999-9999-4999-8999-999999999999"


def test_addresses_are_entered_changed_and_deleted(databases: Databases) -> None:
    """What is left out stays; an empty field switches the channel off; numbers become international."""
    desk = Desk(databases).ready()
    change = lambda **fields: desk.staff("update_notification_settings", calendar=CALENDAR, **fields)  # noqa: E731
    changed = change(email="a@b.example", phone="030 901820")
    assert (changed["email"], changed["phone"], changed["copy_to"]) == ("a@b.example", "+4930901820", None)
    assert change(copy_to="c@b.example")["email"] == "a@b.example"
    assert change(email="")["email"] is None
    assert desk.staff("notification_settings", calendar=CALENDAR)["copy_to"] == "c@b.example"


def test_two_who_change_addresses_or_words_do_not_overwrite_each_other(databases: Databases) -> None:
    """Who comes second learns the version of now; with it, or without any, the change counts."""
    desk = Desk(databases).ready()
    words = {"name": "reminder", "locale": "de"}
    for look, change, key, field in (
        ("notification_settings", "update_notification_settings", {"calendar": CALENDAR}, "copy_to"),
        ("template", "update_template", words, "closing"),
    ):
        seen = desk.staff(look, **key)["version"]
        first = desk.staff(change, **key, **{field: "a@b.example"}, if_version=seen)
        assert (first[field], first["version"] != seen) == ("a@b.example", True)
        with pytest.raises(Refused) as refused:
            desk.staff(change, **key, **{field: "c@d.example"}, if_version=seen)
        assert (refused.value.code, refused.value.facts) == ("precondition_failed", {"version": first["version"]})
        assert desk.staff(look, **key)[field] == "a@b.example"
        second = desk.staff(change, **key, **{field: "c@d.example"}, if_version=first["version"])
        assert (second[field], desk.staff(look, **key)) == ("c@d.example", second)
        assert desk.staff(change, **key, **{field: None})["version"] not in (first["version"], second["version"])


@pytest.mark.parametrize("host", ["hotmail.com", "Outlook.com", "live.com"])
def test_a_hint_warns_of_spam_folders(sqlite: Databases, host: str) -> None:
    desk = Desk(sqlite).ready(f"x@{host}")
    assert desk.staff("notification_settings", calendar=CALENDAR)["hint"] == "spam_folder"


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", "no address"),
        ("email", "a@b.example\nBcc: x@y.example"),
        ("copy_to", "a@"),
        ("phone", "12"),
        ("phone", "call me"),
    ],
)
def test_a_wrong_address_is_refused_in_the_readers_language(sqlite: Databases, field: str, value: str) -> None:
    desk = Desk(sqlite).ready()
    with pytest.raises(Refused) as refused:
        desk.staff("update_notification_settings", calendar=CALENDAR, **{field: value})
    assert refused.value.code == "invalid"
    assert refused.value.facts["errors"][field][0].startswith("Bitte geben Sie")


def test_another_practices_calendar_is_not_found(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    for method in ("notification_settings", "update_notification_settings"):
        with pytest.raises(Refused, match="not_found"):
            desk.staff(method, practice=STRANGER, calendar=CALENDAR)


def test_a_practice_writes_its_own_words(databases: Databases) -> None:
    """They are in the next mail; null brings ours back; another language and practice keep theirs."""
    desk = Desk(databases).ready()
    key = {"name": "booking_confirmation", "locale": "de"}
    saved = desk.staff("update_template", **key, subject="Bis {when_short}!", text="Hallo <b>{first_name}</b>")
    assert saved["changed"] == ["subject", "text"]
    desk.happens("booked")
    desk.sender.drain()
    mail = desk.mail_to("juergen@example.com")
    assert mail["Subject"] == "Bis Mi 24. Oktober, 15:30!"
    assert "Hallo &lt;b&gt;Jürgen&lt;/b&gt;" in mail.get_body(("html",)).get_content()
    assert desk.staff("template", name="booking_confirmation", locale="en")["changed"] == []
    assert desk.staff("template", practice=STRANGER, **key)["changed"] == []
    assert desk.staff("update_template", **key, subject=None)["changed"] == ["text"]


def test_what_is_no_template_is_not_found(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    for method, words in (("template", {}), ("update_template", {"text": "Hallo"}), ("preview_template", {})):
        with pytest.raises(Refused, match="not_found"):
            desk.staff(method, name="ode", locale="de", **words)


def test_an_unknown_placeholder_is_refused_when_saving(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    for method in ("update_template", "preview_template"):
        with pytest.raises(Refused) as refused:
            desk.staff(method, name="booking_confirmation", locale="de", text="Hallo {vorname}")
        assert refused.value.facts["errors"] == {"text": ["Den Platzhalter {vorname} gibt es nicht."]}


def test_every_template_can_be_listed_and_previewed(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    items = desk.staff("templates", locale="de")["items"]
    assert {i["name"]: i["title"] for i in items}["booking_confirmation"] == "Bestätigung Terminanfrage"
    for item in items:
        seen = desk.staff("preview_template", name=item["name"], locale="de", subject="Probe {practice}")
        if item["name"] == "calendar_attachment":
            assert "SUMMARY:Probe Top Hearing" in seen["content"]
        else:
            assert seen["subject"] == "Probe Top Hearing"
            assert "Erika Mustermann" in seen["text"] or item["name"].startswith("practitioner")
            assert "<table" in seen["html"]


def test_the_calendar_file_takes_its_name_and_title_from_the_template(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    words = {"subject": "{service} – {practice}", "filename": "Mein Termin.ics"}
    desk.staff("update_template", name="calendar_attachment", locale="de", **words)
    desk.happens("booked")
    desk.sender.drain()
    mail = desk.mail_to("juergen@example.com")
    assert [part.get_filename() for part in mail.iter_attachments()] == ["Mein Termin.ics"]
    assert "SUMMARY:Servicetermin – Top Hearing" in calendar_of(mail)


def test_the_customer_downloads_the_calendar_file(sqlite: Databases) -> None:
    """With the calendar's zone, though booking answers in the customer's."""
    desk = Desk(sqlite).ready()
    desk.rpc.answers["booking.managed"] = {
        "id": "33333333-3333-4333-8333-333333333333",
        "practice_id": PRACTICE,
        "version": 7,
        "status": "pending",
        "start": START.isoformat(),
        "end": START.isoformat(),
        "time_zone": "America/New_York",
        "service": {"id": CALENDAR, "name": "Beratung", "duration_minutes": 60, "price": None},
        "calendar": {"id": CALENDAR, "nickname": "Hanna", "time_zone": "Europe/Berlin"},
        "place": None,
        "customer": {"first_name": "A", "last_name": "B", "email": "a@b.example", "phone": "", "locale": "de"},
        "comment": "",
    }
    file = desk.public("calendar_file", token="t" * 22)
    assert file["filename"] == "Terminanhang.ics"
    for line in ("STATUS:TENTATIVE", "SEQUENCE:7", "DTSTART;TZID=Europe/Berlin:20181024T153000", "METHOD:REQUEST"):
        assert line in file["content"]


def test_a_wrong_token_gets_no_file(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    desk.rpc.answers["booking.managed"] = Refused("not_found")
    with pytest.raises(Refused, match="not_found"):
        desk.public("calendar_file", token="x")


def test_captured_mails_can_be_read(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    desk.happens("booked")
    desk.sender.drain()
    (item,) = desk.public("mailbox")["items"]
    mail = desk.public("mailbox_message", id=item["id"])
    assert "Ihr Termin ist bestätigt" in mail["text"]
    assert mail["html"].startswith("<!DOCTYPE html>")
    assert [a["filename"] for a in mail["attachments"]] == ["Terminanhang.ics"]
    assert mail["attachments"][0]["content"].startswith("BEGIN:VCALENDAR")


def test_there_is_no_mailbox_where_mail_leaves_the_house(sqlite: Databases) -> None:
    desk = Desk(sqlite, smtp_url="smtp://127.0.0.1:25").ready()
    with pytest.raises(Refused, match="not_found"):
        desk.public("mailbox")
    with pytest.raises(Refused, match="not_found"):
        desk.public("mailbox_message", id=STRANGER)


def test_each_reader_gets_their_own_language_and_time(sqlite: Databases) -> None:
    """An English customer in New York; the practitioner in the practice's language, the calendar's zone."""
    desk = Desk(sqlite).ready("hanna@top-hearing.example")
    desk.happens("booked", customer={"locale": "en", "time_zone": "America/New_York"})
    desk.sender.drain()
    customer = desk.mail_to("juergen@example.com").get_body(("plain",)).get_content()
    assert "Wednesday, October 24, 2018, 9:30 AM – 11:00 AM (New York time)" in customer
    assert "In Berlin it is then Wed, October 24, 3:30 PM." in customer
    notice = desk.mail_to("hanna@top-hearing.example").get_body(("plain",)).get_content()
    assert "Mittwoch, 24. Oktober 2018, 15:30 – 17:00\r\n" in notice
    assert "Linkes Ohr pfeift" in notice
