"""Sent again to a corrected address; whom to call; what goes first."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from notify.domain.delivery import BEHIND_BOOKINGS, Outcome, delivered, failure
from notify.models import Message
from notify.store import queue
from runtime.errors import NotSent, Refused
from runtime.ids import new_id
from runtime.testing import Databases
from services.notify.tests.builders import APPOINTMENT, START, Desk, links

GONE = failure("address_unknown", "550 5.1.1 no such user")
RIGHT, WRONG = "juergen@example.org", "juergen@example.com"
ID = "33333333-3333-4333-8333-{:012d}"
STRANGER = "99999999-9999-4999-8999-999999999999"


def failed(databases: Databases, outcome: Outcome = GONE, **customer: Any) -> tuple[Desk, dict[str, Any]]:
    """A confirmation went out and came back."""
    desk = Desk(databases).ready()
    desk.happens("booked", customer=customer)
    desk.sender.drain()
    (message,) = desk.messages()
    desk.told(message["id"], 1, outcome)
    return desk, desk.messages()[0]


def line(desk: Desk) -> list[tuple[str, str | None]]:
    """(appointment, reason) of whom to call."""
    return [(item["appointment"], item["reason"]) for item in desk.staff("call_list")["items"]]


def test_a_message_goes_out_again_to_a_corrected_address(databases: Databases) -> None:
    """The same content and link, as another mail; both attempts stay visible, each with its address."""
    desk, message = failed(databases)
    again = desk.staff("resend_message", id=message["id"], email=RIGHT)
    assert (again["state"], again["recipient"]) == ("queued", RIGHT)
    desk.clock.forward(minutes=1)
    desk.sender.drain()
    first, second = desk.mails()
    assert RIGHT in second["To"]
    assert first.get_body(("plain",)).get_content() == second.get_body(("plain",)).get_content()
    assert first["Message-ID"] != second["Message-ID"]
    (message,) = desk.messages()
    assert message["state"] == "sent"
    assert [(t["state"], t["attempt"], t["address"]) for t in message["history"]] == [
        ("queued", 0, WRONG),
        ("failed", 1, WRONG),
        ("sent", 2, RIGHT),
    ]


def test_a_late_bounce_of_the_first_attempt_does_not_turn_the_second_red(databases: Databases) -> None:
    """Sent, corrected while it still seemed well, delivered; and then the first one comes back."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    desk.sender.drain()
    id = desk.messages()[0]["id"]
    desk.staff("resend_message", id=id, email=RIGHT)
    assert desk.told(id, 1, GONE)  # before the second one was even begun
    desk.sender.drain()
    desk.told(id, 2, delivered())
    assert desk.told(id, 1, GONE)
    (message,) = desk.messages()
    assert message["state"] == "delivered"
    assert [turn["state"] for turn in message["history"]] == ["queued", "failed", "delivered"]


def test_a_mail_that_came_back_goes_out_by_sms(databases: Databases) -> None:
    desk, message = failed(databases)
    desk.staff("resend_message", id=message["id"], phone="0170 1234567")
    assert desk.sender.drain() == 0
    desk.texts.drain()
    (text,) = desk.captured("sms")
    assert text["recipient"] == "+491701234567"
    (message,) = desk.messages()
    assert (message["channel"], message["state"]) == ("sms", "sent")


@pytest.mark.parametrize(
    ("plan", "wanted", "code"),
    [
        ("standard", {"email": "no address"}, "invalid"),
        ("standard", {"phone": "030 901820"}, "invalid"),
        ("basic", {"phone": "0170 1234567"}, "plan_required"),
    ],
)
def test_a_wrong_correction_is_refused(sqlite: Databases, plan: str, wanted: dict[str, str], code: str) -> None:
    """In words, beside the field; nothing goes out."""
    desk, message = failed(sqlite)
    desk.ready(plan=plan)
    with pytest.raises(Refused) as refused:
        desk.staff("resend_message", id=message["id"], **wanted)
    assert refused.value.code == code
    assert set(refused.value.facts.get("errors", wanted)) == set(wanted)
    assert desk.messages()[0]["state"] == "failed"


def test_what_is_out_of_date_is_not_sent_again(databases: Databases) -> None:
    """Moved meanwhile, cancelled, or over: it would tell what is no longer so."""
    desk, message = failed(databases)
    desk.happens("rescheduled", 2, previous_start=START - timedelta(days=1))
    with pytest.raises(Refused, match="message_outdated"):
        desk.staff("resend_message", id=message["id"], email=RIGHT)
    desk.clock.now = START + timedelta(days=1)
    desk.sender.drain()
    desk.clock.forward(minutes=30)
    desk.sender.drain()
    for other in desk.messages():
        with pytest.raises(Refused, match="message_outdated"):
            desk.staff("resend_message", id=other["id"], email=RIGHT)


def test_another_practice_sends_nothing_again(sqlite: Databases) -> None:
    desk, message = failed(sqlite)
    for practice, id in ((STRANGER, message["id"]), (None, STRANGER)):
        with pytest.raises(Refused, match="not_found"):
            desk.staff("resend_message", **({"practice": practice} if practice else {}), id=id)


def test_what_is_just_being_sent_waits_its_turn(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    desk.happens("booked")
    desk.sender._claim(1)
    with pytest.raises(Refused, match="conflict"):
        desk.staff("resend_message", id=desk.messages()[0]["id"], email=RIGHT)


def test_a_customer_whom_no_message_reached_is_to_be_called(databases: Databases) -> None:
    """Until the corrected one is on its way; and again, should that fail, too."""
    desk, message = failed(databases)
    (item,) = desk.staff("call_list")["items"]
    assert item["reason"] == "Diese E-Mail-Adresse gibt es nicht."
    assert item["customer"] == {
        "first_name": "Jürgen",
        "last_name": "Groß",
        "email": WRONG,
        "phone": "+49 170 1234567",
    }
    assert (item["message"]["id"], item["message"]["detail"]) == (message["id"], "550 5.1.1 no such user")
    desk.staff("resend_message", id=message["id"], email=RIGHT)
    assert line(desk) == []
    desk.sender.drain()
    assert line(desk) == []
    desk.told(message["id"], 2, GONE)
    assert len(line(desk)) == 1


def test_who_has_not_heard_of_the_new_time_is_to_be_called(databases: Databases) -> None:
    """The confirmation arrived, the move did not; one line, of the newest."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    desk.sender.drain()
    desk.happens("rescheduled", 2, previous_start=START - timedelta(days=1))
    desk.sender.drain()
    moved = desk.messages()[-1] if desk.messages()[-1]["purpose"] == "booking_moved" else desk.messages()[0]
    desk.told(moved["id"], 1, GONE)
    (item,) = desk.staff("call_list")["items"]
    assert (item["version"], item["message"]["purpose"]) == (2, "booking_moved")


def test_a_customer_with_a_landline_only_is_to_be_called(databases: Databases) -> None:
    """Nothing was ever sent; with a mobile number an SMS was."""
    desk = Desk(databases).ready()
    desk.happens("booked", id=ID.format(1), actor="staff", customer={"email": "", "phone": "030 901820"})
    desk.happens("booked", id=ID.format(2), actor="staff", customer={"email": ""})
    assert line(desk) == [(ID.format(1), "Es gibt keine Adresse für Nachrichten, nur eine Telefonnummer.")]


def test_who_was_to_be_told_nothing_and_could_get_an_sms_is_not_to_be_called(databases: Databases) -> None:
    """Staff wished silence. On a plan without SMS nothing but a call would have reached them."""
    desk = Desk(databases).ready()
    desk.happens("booked", actor="staff", notify=False, customer={"email": ""})
    assert line(desk) == []
    desk.ready(plan="basic")
    assert line(desk) == [(APPOINTMENT, "Es gibt keine Adresse für Nachrichten, nur eine Telefonnummer.")]


def news(desk: Desk) -> list[tuple[int, str]]:
    """(version, what is to be told) of whom to call and who was not called yet."""
    items = [item for item in desk.staff("call_list")["items"] if item["called"] is None]
    return [(item["version"], item["purpose"]) for item in items]


def test_who_could_not_be_told_stays_on_the_list_when_the_plan_takes_sms_by_now(databases: Databases) -> None:
    """Until somebody calls, or an SMS tells something newer. A note of staff's is no news."""
    desk = Desk(databases).ready(plan="basic")
    phone_only = {"email": ""}
    desk.happens("booked", actor="staff", notify=False, customer=phone_only)
    assert news(desk) == [(1, "booking_confirmation")]
    desk.ready(plan="standard")
    assert news(desk) == [(1, "booking_confirmation")]
    desk.happens("updated", 2, actor="staff", notify=False, customer=phone_only)
    assert news(desk) == [(1, "booking_confirmation")]
    desk.staff("mark_called", appointment=APPOINTMENT, by="Dora Demo")
    desk.happens("updated", 3, actor="staff", notify=False, customer=phone_only)
    assert news(desk) == []
    desk.ready(plan="basic")
    before = {"previous_start": START - timedelta(days=1)}
    desk.happens("rescheduled", 4, actor="staff", notify=False, customer=phone_only, **before)
    assert news(desk) == [(4, "booking_moved")]
    desk.ready(plan="standard")
    desk.happens("rescheduled", 5, actor="staff", customer=phone_only, **before)
    assert news(desk) == []


@pytest.mark.parametrize("told", [True, False])
def test_whom_no_message_reaches_is_called_when_the_practice_calls_it_off(databases: Databases, told: bool) -> None:
    """Unless staff say that the customer knows."""
    desk = Desk(databases).ready(plan="basic")
    desk.happens("booked", actor="staff", customer={"email": ""})
    desk.happens("cancelled", 2, actor="staff", status="cancelled", notify=told, customer={"email": ""})
    assert news(desk) == ([(2, "booking_cancelled")] if told else [])


@pytest.mark.parametrize("actor", ["staff", "customer"])
def test_a_cancellation_that_did_not_arrive_is_told_by_phone(databases: Databases, actor: str) -> None:
    """The practice's; a customer who called it off knows."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    desk.sender.drain()
    desk.happens("cancelled", 2, actor=actor, status="cancelled")
    desk.sender.drain()
    [lost] = [one for one in desk.messages() if one["purpose"] == "booking_cancelled" and one["role"] == "customer"]
    desk.told(lost["id"], 1, GONE)
    assert news(desk) == ([(2, "booking_cancelled")] if actor == "staff" else [])


def test_what_is_over_or_cancelled_or_anothers_is_on_no_list(databases: Databases) -> None:
    desk, _ = failed(databases)
    assert desk.staff("call_list", practice=STRANGER)["items"] == []
    desk.clock.now = START + timedelta(minutes=1)
    assert line(desk) == []
    desk.clock.now = START - timedelta(hours=1)
    desk.happens("cancelled", 2, status="cancelled", actor="staff", notify=False)
    assert line(desk) == []


def test_a_call_is_noted_with_user_and_time_and_can_be_taken_back(databases: Databases) -> None:
    """It holds until something newer fails."""
    desk, _ = failed(databases)
    marked = desk.staff("mark_called", appointment=APPOINTMENT, by="Dora Demo")
    assert marked["called"] == {"at": "2018-10-20T08:00:00+00:00", "by": "Dora Demo"}
    assert desk.staff("call_list")["items"] == [marked]
    assert desk.staff("unmark_called", appointment=APPOINTMENT)["called"] is None
    desk.staff("mark_called", appointment=APPOINTMENT, by="Dora Demo")
    with pytest.raises(Refused, match="not_found"):
        desk.staff("mark_called", practice=STRANGER, appointment=APPOINTMENT)
    desk.happens("rescheduled", 2, previous_start=START - timedelta(days=1))
    desk.sender.drain()
    (moved,) = [m for m in desk.messages() if m["purpose"] == "booking_moved"]
    desk.told(moved["id"], 1, GONE)
    assert desk.staff("call_list")["items"][0]["called"] is None


def test_a_customer_whose_message_ran_out_of_time_is_to_be_called(databases: Databases) -> None:
    """The appointment is to come: the message has failed, tried before or not, and staff can send it again."""
    desk = Desk(databases).ready()
    desk.rpc.answers["booking.manage_links"] = NotSent("down")
    desk.happens("booked")
    assert desk.sender.drain() == 1
    (message,) = desk.messages()
    for _ in range(2):
        desk.clock.forward(hours=49)
        assert desk.sender.drain() == 0
        assert line(desk) == [(APPOINTMENT, "Die Nachricht konnte nicht rechtzeitig gesendet werden.")]
        desk.staff("resend_message", id=message["id"])
    desk.rpc.answers["booking.manage_links"] = links
    assert desk.sender.drain() == 1
    (message,) = desk.messages()
    turns = [(turn["attempt"], turn["state"]) for turn in message["history"]]
    assert turns == [(0, "queued"), (1, "queued"), (2, "failed"), (3, "failed"), (4, "sent")]
    with desk.db.engine.connect() as connection:
        told = list(connection.execute(text("select routing_key from outbox order by seq")).scalars())
    assert told == ["email.failed", "email.failed", "email.sent"]


def test_a_corrected_address_waits_no_longer_than_a_new_one(databases: Databases) -> None:
    """However often the wrong one was tried."""
    desk = Desk(databases).ready()
    desk.rpc.answers["booking.manage_links"] = NotSent("down")
    desk.happens("booked")
    for _ in range(4):
        assert desk.sender.drain() == 1
        desk.clock.forward(hours=4)
    desk.staff("resend_message", id=desk.messages()[0]["id"], email=RIGHT)
    assert desk.sender.drain() == 1
    desk.clock.forward(minutes=1)
    assert desk.sender.drain() == 1


def test_a_booking_overtakes_what_came_in_heaps(databases: Databases) -> None:
    """A thousand mails of less haste wait already; the confirmation is the next to go, whatever comes after it."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    with desk.db.engine.connect() as connection:
        like = dict(connection.execute(select(Message.__table__)).mappings().one())
    heap = [
        {**like, "id": new_id(), "appointment_id": new_id(), "priority": BEHIND_BOOKINGS, "not_before": desk.clock()}
        for _ in range(1000)
    ]
    desk.db.write(queue.add_messages, heap)
    desk.clock.forward(seconds=1)
    desk.happens("booked", id=ID.format(9))
    assert {turn.appointment_id for turn in desk.sender._claim(2)} == {APPOINTMENT, ID.format(9)}
    assert len(desk.sender._claim(100)) == 100
