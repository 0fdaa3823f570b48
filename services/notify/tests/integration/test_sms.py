"""SMS: who gets one, on which plan, and what it says."""

from datetime import timedelta

import pytest

from runtime.errors import Refused
from runtime.testing import Databases
from services.notify.tests.builders import CALENDAR, START, Desk

DOCTOR, MOBILE, LANDLINE = "hanna@top-hearing.example", "+491701234568", "+4930901820"


def sms(desk: Desk) -> list[tuple[str, str, str]]:
    """(role, purpose, recipient) of each SMS row."""
    return [(m["role"], m["purpose"], m["recipient"]) for m in desk.messages() if m["channel"] == "sms"]


def test_the_practitioner_hears_of_a_booking_by_both_channels(databases: Databases) -> None:
    """D1: a number beside the address; the texts have a sender of their own."""
    desk = Desk(databases).ready(DOCTOR, phone="0170 1234568")
    desk.happens("booked")
    assert desk.sender.drain() == 2
    assert desk.texts.drain() == 1
    (text,) = desk.captured("sms")
    assert text["recipient"] == MOBILE
    assert text["subject"] == "Online gebucht bei Hanna: Mi 24. Oktober, 15:30, Servicetermin."
    assert desk.public("mailbox_message", id=text["id"])["text"] == text["subject"]
    assert {m["state"] for m in desk.messages()} == {"sent"}


@pytest.mark.parametrize(
    ("change", "at_hours_before", "purpose"),
    [
        ("cancelled", 23, "practitioner_cancelled"),
        ("cancelled", 25, None),
        ("rescheduled", 24, "practitioner_moved"),
        ("rescheduled", 25, None),
    ],
)
def test_an_sms_tells_of_what_happens_in_the_last_day_only(
    sqlite: Databases, change: str, at_hours_before: int, purpose: str | None
) -> None:
    """D3, D4, by number alone: the address is switched off."""
    desk = Desk(sqlite).ready(phone=MOBILE)
    status = "cancelled" if change == "cancelled" else "accepted"
    moved = {"previous_start": START, "start": START + timedelta(days=3)} if change == "rescheduled" else {}
    desk.happens(change, 2, at=START - timedelta(hours=at_hours_before), status=status, **moved)
    assert sms(desk) == ([("practitioner", purpose, MOBILE)] if purpose else [])


@pytest.mark.parametrize("plan", ["basic", "", None])
def test_on_another_plan_no_sms_is_made(databases: Databases, plan: str | None) -> None:
    """V2: no row at all; the number stays stored."""
    desk = Desk(databases).ready(DOCTOR, phone=MOBILE, plan=plan)
    desk.happens("booked", customer={"email": ""})
    assert sms(desk) == []
    assert desk.staff("notification_settings", calendar=CALENDAR)["phone"] == MOBILE


def test_a_plan_that_ends_stops_what_still_waits(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready(phone=MOBILE)
    desk.happens("booked")
    desk.ready(plan="basic")
    desk.texts.drain()
    assert desk.captured("sms") == []
    (text,) = [m for m in desk.messages() if m["channel"] == "sms"]
    assert (text["state"], text["reason"]) == ("failed", "Der Tarif der Praxis enthält keine SMS.")


def test_a_landline_gets_no_sms(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready(phone=LANDLINE)
    desk.happens("booked", customer={"email": "", "phone": "030 901820"})
    assert sms(desk) == []


def test_a_customer_with_a_number_only_is_told_by_sms(databases: Databases) -> None:
    """In their language, with their own link; national numbers are read as the practice's country does."""
    desk = Desk(databases).ready()
    customer = {"email": "", "phone": "0170 1234567", "locale": "en", "time_zone": "America/New_York"}
    desk.happens("booked", actor="staff", customer=customer)
    desk.texts.drain()
    (text,) = desk.captured("sms")
    assert text["recipient"] == "+491701234567"
    link = "https://termine.example/a/" + "T" * 22
    when = "Wed, October 24, 9:30 AM (New York time)"
    assert text["subject"] == f"Top Hearing: your appointment on {when} is confirmed. Change or cancel: {link}"


def test_where_mails_go_out_and_no_provider_is_set_no_sms_is_made(sqlite: Databases) -> None:
    """An SMS that is only kept would be called sent."""
    desk = Desk(sqlite, smtp_url="smtp://127.0.0.1:9").ready(phone=MOBILE)
    desk.happens("booked")
    assert sms(desk) == []
    assert desk.staff("channels")["sms"] == {"possible": False, "reason": "sms_unavailable"}
    with pytest.raises(Refused, match="sms_unavailable"):
        desk.staff("require_channels", channels=["email", "sms"])


def test_who_asks_for_an_sms_on_another_plan_is_refused(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready(plan="basic")
    assert desk.staff("channels")["sms"] == {"possible": False, "reason": "plan_required"}
    with pytest.raises(Refused, match="plan_required"):
        desk.staff("require_channels", channels=["sms"])
    assert desk.staff("require_channels", channels=["email"])["email"]["possible"]


def test_a_number_that_can_get_no_sms_is_said_before(sqlite: Databases) -> None:
    """Read as people in the practice's country write it; without a number only what the practice can."""
    desk = Desk(sqlite).ready()
    assert desk.staff("channels", phone="0711 123456")["sms"] == {"possible": False, "reason": "no_mobile"}
    for number in ("0170 1234567", None):
        assert desk.staff("channels", phone=number)["sms"]["possible"]


def test_the_practice_writes_its_own_sms(sqlite: Databases) -> None:
    """With a link, which no other field may name; 480 characters at most; the calendar file has none."""
    desk = Desk(sqlite).ready()
    key = {"name": "booking_confirmation", "locale": "de"}
    assert desk.staff("update_template", **key, sms="Bis {when_short}! {link}")["changed"] == ["sms"]
    assert desk.staff("preview_template", **key)["sms"].startswith("Bis ")
    desk.happens("booked", customer={"email": ""})
    desk.texts.drain()
    assert desk.captured("sms")[0]["subject"].startswith("Bis Mi 24. Oktober, 15:30! https://")
    for name, words in (
        ("booking_confirmation", {"text": "{link}"}),
        ("booking_confirmation", {"sms": "x" * 481}),
        ("booking_confirmation", {"sms": " "}),
        ("calendar_attachment", {"sms": "x"}),
    ):
        with pytest.raises(Refused, match="invalid"):
            desk.staff("update_template", name=name, locale="de", **words)
