"""From an event to message rows to mails, on both databases."""

import base64
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError

from notify.usecases import delivery
from runtime.db import Database
from runtime.errors import NotSent, Refused
from runtime.testing import Databases
from services.notify.tests.builders import APPOINTMENT, START, Desk, appointment_event, calendar_of, links

DOCTOR, COPY, CUSTOMER = "hanna@top-hearing.example", "kopie@top-hearing.example", "juergen@example.com"
ID = "44444444-4444-4444-8444-{:012d}"


def failing(times: int, then: Callable[..., Any]) -> Callable[..., Any]:
    """`then`, once it has failed so often for want of a database."""
    errors = [OperationalError("select 1", {}, Exception("gone"))] * times

    def function(*args: Any, **kwargs: Any) -> Any:
        if errors:
            raise errors.pop()
        return then(*args, **kwargs)

    return function


def snapshots(db: Database) -> list[tuple[str, str]]:
    """State and snapshot of each message."""
    with db.engine.connect() as connection:
        rows = connection.execute(text("select state, cast(snapshot as text) from messages order by state"))
        return [(state, snapshot) for state, snapshot in rows]


def outbox(db: Database) -> list[str]:
    with db.engine.connect() as connection:
        return list(connection.execute(text("select routing_key from outbox order by seq")).scalars())


def test_an_online_booking_tells_customer_practitioner_and_copy(databases: Databases) -> None:
    """Each once, and each delivery is an event."""
    desk = Desk(databases).ready(DOCTOR, COPY)
    desk.happens("booked")
    assert desk.sender.drain() == 3
    assert desk.summary() == {
        ("customer", "booking_confirmation", CUSTOMER, "sent"),
        ("practitioner", "practitioner_booked", DOCTOR, "sent"),
        ("copy", "booking_confirmation", COPY, "sent"),
    }
    assert outbox(desk.db) == ["email.sent"] * 3


def test_the_same_version_is_decided_once(databases: Databases) -> None:
    """Neither a redelivery nor a second event with the same version, after the settings changed, sends more."""
    desk = Desk(databases).ready()
    event = appointment_event("booked")
    assert desk.handle(event)
    assert not desk.handle(event)
    desk.ready(DOCTOR, COPY)
    desk.happens("booked")
    assert desk.sender.drain() == 1
    assert len(desk.mails()) == 1


def test_a_cancellation_overtakes_a_confirmation_that_still_waits(databases: Databases) -> None:
    """The customer gets the cancellation only."""
    desk = Desk(databases).ready(DOCTOR)
    desk.happens("booked")
    desk.happens("cancelled", 2, status="cancelled")
    desk.sender.drain()
    assert desk.summary() == {
        ("customer", "booking_confirmation", CUSTOMER, "expired"),
        ("practitioner", "practitioner_booked", DOCTOR, "expired"),
        ("customer", "booking_cancelled", CUSTOMER, "sent"),
    }


def test_events_in_the_wrong_order_send_the_newest_only(databases: Databases) -> None:
    """The booking arrives after its cancellation."""
    desk = Desk(databases).ready(DOCTOR)
    desk.happens("cancelled", 2, status="cancelled")
    desk.happens("booked", 1)
    desk.sender.drain()
    sent = [m["purpose"] for m in desk.messages() if m["state"] == "sent"]
    assert sent == ["booking_cancelled"]


def test_a_late_booking_event_is_still_told_when_nothing_newer_was(databases: Databases) -> None:
    """An acknowledgement (version 2) came first and told nobody."""
    desk = Desk(databases).ready()
    desk.happens("updated", 2, actor="staff")
    desk.happens("booked", 1)
    assert desk.sender.drain() == 1


def test_two_messages_of_one_appointment_to_one_reader_are_never_under_way_together(databases: Databases) -> None:
    """The move waits until the confirmation's turn has ended; a temporary failure then makes it obsolete."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    lease = timedelta(minutes=1)
    (first,) = desk.db.write(delivery.claim, desk.clock(), 10, lease)
    desk.happens("rescheduled", 2, previous_start=START - timedelta(days=1))
    assert desk.db.write(delivery.claim, desk.clock(), 10, lease) == []
    outcome = delivery.retry("server_busy")
    desk.db.write(delivery.finish, desk.clock(), first.id, first.attempt, outcome, timedelta(minutes=1))
    (second,) = desk.db.write(delivery.claim, desk.clock(), 10, lease)
    assert second.purpose == "booking_moved"
    assert ("customer", "booking_confirmation", CUSTOMER, "expired") in desk.summary()


def test_a_turn_lost_in_a_crash_is_begun_again_as_the_same_mail(databases: Databases) -> None:
    """After its lease, with the same Message-ID; the dead sender's late word changes nothing."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    (lost,) = desk.db.write(delivery.claim, desk.clock(), 10, timedelta(minutes=1))
    assert desk.sender.drain() == 0
    desk.clock.forward(minutes=2)
    assert desk.sender.drain() == 1
    desk.db.write(delivery.finish, desk.clock(), lost.id, lost.attempt, delivery.retry("late"), timedelta(minutes=1))
    (message,) = desk.messages()
    assert message["state"] == "sent"
    assert [turn["state"] for turn in message["history"]] == ["queued", "queued", "sent"]
    assert desk.mails()[0]["Message-ID"] == f"<{lost.id}@localhost>"


def test_a_mail_captured_before_the_crash_is_captured_once(databases: Databases) -> None:
    """kill -9 between the capture and the note that it was sent."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    (lost,) = desk.db.write(delivery.claim, desk.clock(), 10, timedelta(seconds=10))
    desk.sender._attempt(lost, lambda: {APPOINTMENT: "https://termine.example/a/t"})
    desk.clock.forward(minutes=1)
    assert desk.sender.drain() == 1
    assert len(desk.mails()) == 1


def test_two_senders_share_the_work_without_sending_twice(databases: Databases) -> None:
    """What one has claimed, the other does not get."""
    desk = Desk(databases).ready(DOCTOR, COPY)
    desk.happens("booked")
    lease = timedelta(minutes=1)
    mine = desk.db.write(delivery.claim, desk.clock(), 2, lease)
    theirs = desk.db.write(delivery.claim, desk.clock(), 10, lease)
    assert {m.id for m in mine} & {m.id for m in theirs} == set()
    assert len(mine) + len(theirs) == 3


def test_the_mail_waits_while_booking_is_away(databases: Databases) -> None:
    """No link, no confirmation; the practitioner's notice needs none."""
    desk = Desk(databases).ready(DOCTOR)
    desk.rpc.answers["booking.manage_links"] = NotSent("down")
    desk.happens("booked")
    desk.sender.drain()
    assert ("customer", "booking_confirmation", CUSTOMER, "queued") in desk.summary()
    assert ("practitioner", "practitioner_booked", DOCTOR, "sent") in desk.summary()
    desk.rpc.answers["booking.manage_links"] = links
    desk.clock.forward(minutes=1)
    assert desk.sender.drain() == 1


def test_an_appointment_that_booking_does_not_know_fails_alone(databases: Databases) -> None:
    """Asked in one question with others, which get their links."""
    desk = Desk(databases).ready()
    known, unknown = APPOINTMENT, ID.format(1)
    desk.rpc.answers["booking.manage_links"] = {"tokens": {known: "T" * 22, unknown: None}}
    for id in (known, unknown):
        desk.happens("booked", id=id)
    with ThreadPoolExecutor(2) as pool:
        desk.sender._begin(pool, queued=True)
    assert {(m["appointment"], m["state"]) for m in desk.messages()} == {(known, "sent"), (unknown, "failed")}
    assert len(desk.rpc.calls) == 1


def test_a_database_that_is_away_leaves_every_thread_free(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever fails while messages are taken: the sender goes on with as many threads as before."""
    desk = Desk(databases, senders=1).ready()
    desk.happens("booked")
    with ThreadPoolExecutor(1) as pool:
        monkeypatch.setattr(delivery, "claim", failing(2, then=delivery.claim))
        for _ in range(2):
            with pytest.raises(OperationalError):
                desk.sender._begin(pool, queued=True)
        assert not desk.sender._busy
        desk.sender._begin(pool, queued=True)
    assert desk.messages()[0]["state"] == "sent"


def test_a_mail_that_is_out_is_noted_when_the_database_is_back(
    databases: Databases, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise it would go out twice."""
    monkeypatch.setattr("notify.sender.POLL", 0)
    desk = Desk(databases).ready()
    desk.happens("booked")
    monkeypatch.setattr(delivery, "finish", failing(3, then=delivery.finish))
    assert desk.sender.drain() == 1
    (message,) = desk.messages()
    assert [turn["state"] for turn in message["history"]] == ["queued", "sent"]


def test_what_is_over_forgets_the_appointment(databases: Databases) -> None:
    """What was overtaken at once, the others when nobody would send them again; until then that is possible."""
    desk = Desk(databases).ready()
    desk.happens("booked", id=ID.format(0))
    desk.happens("booked", id=ID.format(1), customer={"email": "nobody"})
    desk.sender.drain()
    desk.happens("booked", id=ID.format(2))
    desk.happens("cancelled", 2, status="cancelled", id=ID.format(2), customer={"email": "", "phone": ""})
    desk.happens("booked", id=ID.format(3))
    assert [state for state, snapshot in snapshots(desk.db) if "Servicetermin" in snapshot] == [
        *("failed", "queued", "sent")
    ]
    desk.clock.now = START + timedelta(days=1)
    desk.sender.drain()
    assert snapshots(desk.db) == [("expired", "{}"), ("expired", "{}"), ("failed", "{}"), ("sent", "{}")]


def test_a_message_that_can_help_nobody_any_more_expires(databases: Databases) -> None:
    """The sender stood still until the appointment was over."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    desk.clock.now = START + timedelta(days=1)
    assert desk.sender.drain() == 0
    (message,) = desk.messages()
    assert message["state"] == "expired"
    assert message["reason"] == "Der Termin war vorbei, bevor die Nachricht gesendet werden konnte."


def test_of_what_is_late_only_the_customers_news_has_failed(databases: Databases) -> None:
    """The sender stood still for two days, the appointment is to come. Nobody is called for want of a reminder."""
    desk = Desk(databases).ready(DOCTOR, COPY)
    desk.happens("booked")
    desk.happens("announced", 2, actor="staff", announcement={"kind": "reminder", "channels": ["email"], "text": None})
    desk.clock.forward(hours=49)
    desk.db.write(delivery.claim, desk.clock(), 10, timedelta(minutes=1))
    assert desk.summary() == {
        ("customer", "booking_confirmation", CUSTOMER, "failed"),
        ("customer", "reminder", CUSTOMER, "expired"),
        ("practitioner", "practitioner_booked", DOCTOR, "expired"),
        ("copy", "booking_confirmation", COPY, "expired"),
    }
    assert outbox(desk.db) == ["email.failed"]


def test_an_undone_cancellation_is_told_to_the_practitioner_who_heard_of_it(databases: Databases) -> None:
    desk = Desk(databases).ready(DOCTOR)
    at = START - timedelta(hours=2)
    desk.clock.now = at
    desk.happens("cancelled", 2, status="cancelled")
    desk.sender.drain()
    desk.happens("restored", 3)
    desk.sender.drain()
    assert ("practitioner", "practitioner_booked", DOCTOR, "sent") in desk.summary()


def test_a_cancellation_whose_undo_came_first_is_told_to_nobody(databases: Databases) -> None:
    """The practitioner's last news would be that the time is free."""
    desk = Desk(databases).ready(DOCTOR)
    desk.clock.now = START - timedelta(hours=2)
    desk.happens("restored", 3)
    desk.happens("cancelled", 2, status="cancelled")
    desk.sender.drain()
    assert desk.summary() == {
        ("customer", "booking_cancelled", CUSTOMER, "expired"),
        ("customer", "booking_confirmation", CUSTOMER, "sent"),
        ("practitioner", "practitioner_cancelled", DOCTOR, "expired"),
    }


def test_a_cancellation_that_still_waits_goes_with_a_silent_undo(databases: Databases) -> None:
    """The customer's calendar keeps the appointment; whoever calls it off again is heard."""
    desk = Desk(databases).ready()
    desk.happens("cancelled", 2, status="cancelled", actor="staff")
    desk.happens("restored", 3, actor="staff", notify=False)
    assert desk.sender.drain() == 0
    desk.happens("cancelled", 4, status="cancelled", actor="staff")
    assert desk.sender.drain() == 1


def test_the_message_log_is_paged_and_filtered(databases: Databases) -> None:
    desk = Desk(databases).ready(DOCTOR, COPY)
    desk.happens("booked")
    first = desk.staff("messages", limit=2, appointment=APPOINTMENT)
    second = desk.staff("messages", limit=2, cursor=first["next"])
    assert len({m["id"] for m in first["items"] + second["items"]}) == 3
    assert second["next"] is None
    assert desk.staff("messages", appointment="99999999-9999-4999-8999-999999999999")["items"] == []


@pytest.mark.parametrize("place", ["", "x", "2020-01-01T00:00:00+00:00|x", "|99999999-9999-4999-8999-999999999999"])
def test_a_place_in_the_log_that_nobody_was_given_is_refused(databases: Databases, place: str) -> None:
    """Whatever the database makes of such values."""
    cursor = base64.urlsafe_b64encode(place.encode()).decode()
    with pytest.raises(Refused) as refused:
        Desk(databases).ready().staff("messages", cursor=cursor)
    assert list(refused.value.facts["errors"]) == ["cursor"]


def test_messages_of_several_appointments_come_in_one_answer(databases: Databases) -> None:
    """Such as all of one customer's; none of none; still no other practice's."""
    other, third = "99999999-9999-4999-8999-999999999991", "99999999-9999-4999-8999-999999999992"
    desk = Desk(databases).ready()
    for id in (APPOINTMENT, other, third):
        desk.handle(appointment_event("booked", 1, desk.clock(), id=id))
    wanted = [APPOINTMENT, other]
    assert {m["appointment"] for m in desk.staff("messages", appointments=wanted)["items"]} == set(wanted)
    assert desk.staff("messages", appointments=[])["items"] == []
    assert desk.staff("messages", practice=other, appointments=wanted)["items"] == []


def test_another_practice_sees_nothing(databases: Databases) -> None:
    desk = Desk(databases).ready(DOCTOR)
    desk.happens("booked")
    assert desk.staff("messages", practice="99999999-9999-4999-8999-999999999999")["items"] == []


def test_copies_and_practitioners_never_get_the_manage_link(sqlite: Databases) -> None:
    """Neither in the mail nor in the calendar file."""
    desk = Desk(sqlite).ready(DOCTOR, COPY)
    desk.happens("booked")
    desk.sender.drain()
    for mail in desk.mails():
        complete = "".join(str(p.get_content()) for p in mail.walk() if p.get_content_maintype() == "text")
        assert ("T" * 22 in complete) is (CUSTOMER in str(mail["To"]))
    assert "T" * 22 in calendar_of(desk.mail_to(CUSTOMER)).replace("\r\n ", "")


def test_staff_messages_are_refused_to_strangers(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    with pytest.raises(Refused, match="unauthorized"):
        desk.public("messages")
