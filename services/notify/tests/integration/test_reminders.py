"""Reminders on a schedule (X9), on both databases: who is reminded when, of what, and once."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import text

from notify import reminder_loop
from notify.store import reminders as kept
from runtime.errors import Refused
from runtime.testing import Databases
from services.notify.tests.builders import START, Desk, calendar_of

CUSTOMER, MOBILE = "juergen@example.com", "+491701234567"
DAY = timedelta(days=1)
ID = "44444444-4444-4444-8444-{:012d}"
BY_MAIL = [{"channel": "email", "before": 1440}]


def reminded(desk: Desk) -> list[tuple[str, str]]:
    """(channel, recipient) of each reminder that has become a message, oldest first."""
    return [(m["channel"], m["recipient"]) for m in desk.messages() if m["purpose"] == "reminder"]


def wait_until(desk: Desk, at: datetime) -> int:
    """Turn the clock; how many reminders became due."""
    desk.clock.now = at
    return reminder_loop.remind(desk.app)


def scheduled(desk: Desk) -> dict[str, datetime]:
    """What is still to come, by rule."""
    rows = desk.db.read(lambda s: list(s.execute(kept.REMINDERS.select().where(kept.REMINDER.done_at.is_(None)))))
    return {row.rule: row.due_at for row in rows}


def test_a_customer_is_reminded_by_the_rules_that_we_ship(databases: Databases) -> None:
    """Seven days before by mail, two by SMS, one by mail; each once, however often one looks."""
    desk = Desk(databases).ready()
    desk.happens("booked", at=START - 10 * DAY)
    for days, expected in ((7.1, 0), (7, 1), (6, 0), (2, 1), (1, 1), (0.5, 0)):
        assert wait_until(desk, START - days * DAY) == expected
        assert wait_until(desk, START - days * DAY) == 0
    assert reminded(desk) == [("email", CUSTOMER), ("sms", MOBILE), ("email", CUSTOMER)]


def test_a_reminder_says_all_that_one_needs(sqlite: Databases) -> None:
    """In the customer's language and zone: when, where, price, paid, open, the link; with the calendar file."""
    desk = Desk(sqlite).ready()
    money = {name: {"amount": amount, "currency": "EUR"} for name, amount in PAYMENTS.items()}
    desk.happens("booked", customer={"locale": "en", "time_zone": "America/New_York"}, **money, note="Bis dann")
    desk.sender.drain()
    wait_until(desk, START - DAY)
    desk.sender.drain()
    mail = desk.mail_to(CUSTOMER)
    assert mail["Subject"] == "Reminder: your appointment on Wed, October 24, 9:30 AM at Top Hearing"
    words = mail.get_body(("plain",)).get_content()
    for line in ("Price: €49.00", "Paid: €20.00", "Open: €29.00", "Where: 📍 Top Hearing (S)", "(New York time)"):
        assert line in words
    assert "Servicetermin · 90 minutes" in words
    assert "https://termine.example/a/" in words
    assert "Bis dann" not in words  # that was said with the booking
    assert "METHOD:REQUEST" in calendar_of(mail)


PAYMENTS = {"price": "49.00", "paid": "20.00", "balance": "29.00"}


@pytest.mark.parametrize("status", ["cancelled", "declined", "missed", "completed"])
def test_nobody_is_reminded_of_what_was_called_off(databases: Databases, status: str) -> None:
    """Also when the events come in the wrong order."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    desk.happens(status, 2, status=status)
    desk.happens(status, 2, status=status, id=ID.format(1))
    desk.happens("booked", id=ID.format(1))
    wait_until(desk, START - DAY)
    assert reminded(desk) == []


def test_a_request_is_reminded_of_once_it_is_accepted(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    desk.happens("booked", status="pending")
    assert scheduled(desk) == {}
    desk.happens("accepted", 2, actor="staff")
    assert set(scheduled(desk)) == {"sms:2880", "email:1440"}


def test_the_schedule_follows_a_move(databases: Databases) -> None:
    """What was sent for the old time does not stop the reminder of the new one; nothing comes for the old time."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    assert wait_until(desk, START - DAY) == 2
    desk.happens("rescheduled", 2, start=START + 2 * DAY, previous_start=START)
    assert scheduled(desk) == {"email:1440": START + DAY, "sms:2880": START}
    assert wait_until(desk, START + DAY) == 2
    assert sorted(reminded(desk)) == [("email", CUSTOMER)] * 2 + [("sms", MOBILE)] * 2


def test_a_reminder_that_still_waits_goes_when_the_appointment_is_moved(databases: Databases) -> None:
    """Also when staff move it and tell nobody."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    wait_until(desk, START - DAY)
    desk.happens("rescheduled", 2, start=START + 9 * DAY, previous_start=START, actor="staff", notify=False)
    assert {m["state"] for m in desk.messages() if m["purpose"] == "reminder"} == {"expired"}


def test_an_appointment_that_is_changed_otherwise_keeps_its_reminders(sqlite: Databases) -> None:
    """With what it says now; those sent are not sent again."""
    desk = Desk(sqlite).ready()
    desk.happens("booked")
    desk.sender.drain()
    wait_until(desk, START - 2 * DAY)
    desk.happens("updated", 2, actor="staff", price={"amount": "55.00", "currency": "EUR"})
    assert wait_until(desk, START - DAY) == 1
    assert reminded(desk) == [("sms", MOBILE), ("email", CUSTOMER)]
    desk.sender.drain()
    assert "55,00" in desk.mail_to(CUSTOMER).get_body(("plain",)).get_content()


def test_a_short_notice_booking_gets_one_sms_at_once_and_no_mail(databases: Databases) -> None:
    """The confirmation has just gone by mail and says the same."""
    desk = Desk(databases).ready()
    desk.happens("booked", at=START - timedelta(hours=3))
    assert wait_until(desk, START - timedelta(hours=3)) == 1
    assert reminded(desk) == [("sms", MOBILE)]
    assert scheduled(desk) == {}


def test_whoever_was_just_told_by_sms_hears_it_once(sqlite: Databases) -> None:
    """A customer without an address: the confirmation was an SMS."""
    desk = Desk(sqlite).ready()
    desk.happens("booked", at=START - timedelta(hours=3), customer={"email": ""})
    assert wait_until(desk, START - timedelta(hours=3)) == 0
    assert [(m["purpose"], m["channel"]) for m in desk.messages()] == [("booking_confirmation", "sms")]


def test_nobody_hears_at_once_of_what_staff_booked_in_silence(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    desk.happens("booked", at=START - timedelta(hours=3), actor="staff", notify=False)
    assert wait_until(desk, START - timedelta(hours=3)) == 0


def test_on_a_plan_without_sms_only_mails_remind(databases: Databases) -> None:
    """V2: no SMS row at all."""
    desk = Desk(databases).ready(plan="basic")
    desk.happens("booked")
    wait_until(desk, START - DAY)
    assert reminded(desk) == [("email", CUSTOMER)]


def test_whoever_cannot_be_reached_that_way_is_left_out(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    desk.happens("booked", customer={"email": "", "phone": "+4930901820"})
    wait_until(desk, START - DAY)
    assert reminded(desk) == []


def test_the_schedule_follows_the_rules(databases: Databases) -> None:
    """New rules hold for what was booked before; old ones no longer; what was sent is not sent again."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    desk.happens("booked", id=ID.format(1), start=START + 9 * DAY)
    wait_until(desk, START - 2 * DAY)
    rules = [
        {"channel": channel, "before": before} for channel, before in (("email", 60), ("sms", 2880), ("email", 5760))
    ]
    saved = desk.staff("update_reminder_rules", rules=rules)
    assert saved == {"version": 1, "rules": sorted(rules, key=lambda rule: -int(str(rule["before"])))}
    reminder_loop.remind(desk.app)
    assert set(scheduled(desk)) == {"email:60", "email:5760", "sms:2880"}
    assert wait_until(desk, START - DAY) == 0  # the day before no longer counts, nor what had passed when it was made
    assert wait_until(desk, START - timedelta(hours=1)) == 1
    assert wait_until(desk, START + 9 * DAY - timedelta(hours=1)) == 3


def test_an_appointment_booked_while_the_rules_change_is_found_later(databases: Databases) -> None:
    """Its event had still seen the rules of before."""
    desk = Desk(databases).ready()
    desk.staff("update_reminder_rules", rules=BY_MAIL)
    reminder_loop.remind(desk.app)
    desk.happens("booked")
    desk.db.write(lambda s: s.execute(text("update appointments set rules_version = 0")))
    desk.db.write(lambda s: s.execute(text("delete from reminders")))
    assert wait_until(desk, START - DAY) == 1


def test_rules_that_somebody_else_has_changed_are_not_overwritten(sqlite: Databases) -> None:
    desk = Desk(sqlite).ready()
    assert desk.staff("reminder_rules") == {
        "version": 0,
        "rules": [
            {"channel": "email", "before": 10080},
            {"channel": "sms", "before": 2880},
            {"channel": "email", "before": 1440},
        ],
    }
    desk.staff("update_reminder_rules", rules=BY_MAIL, if_version=0)
    with pytest.raises(Refused, match="precondition_failed"):
        desk.staff("update_reminder_rules", rules=[], if_version=0)
    other = "99999999-9999-4999-8999-999999999999"
    assert desk.staff("reminder_rules", practice=other)["version"] == 0
    assert desk.staff("update_reminder_rules", rules=[], if_version=1) == {"version": 2, "rules": []}


@pytest.mark.parametrize(
    "rule", [{"channel": "pigeon", "before": 60}, {"channel": "email", "before": 0}, {"channel": "email"}]
)
def test_a_rule_that_means_nothing_is_refused(sqlite: Databases, rule: dict[str, Any]) -> None:
    desk = Desk(sqlite).ready()
    with pytest.raises(Refused, match="invalid"):
        desk.staff("update_reminder_rules", rules=[rule])


def test_what_is_over_is_forgotten(databases: Databases) -> None:
    """People's data stay no longer than a reminder could need them."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    desk.happens("booked", id=ID.format(1))
    desk.happens("cancelled", 2, status="cancelled", id=ID.format(1))
    remembered = "select count(*) from appointments where snapshot is not null"
    assert desk.db.read(lambda s: s.scalar(text(remembered))) == 1
    desk.db.write(kept.forget_what_is_over, START + DAY)
    assert desk.db.read(lambda s: s.scalar(text(remembered))) == 0


def test_an_older_version_beside_this_one_cannot_make_us_remind_wrongly(sqlite: Databases) -> None:
    """It knows the version of an appointment, but keeps no snapshot: what was remembered counts no longer."""
    desk = Desk(sqlite).ready()
    desk.happens("booked")
    desk.db.write(lambda s: s.execute(text("update appointments set version = 2")))
    wait_until(desk, START - DAY)
    assert reminded(desk) == []


def test_an_announced_reminder_goes_by_the_ways_that_were_chosen(databases: Databases) -> None:
    """K29, with staff's own words, beside those of the schedule; copies get none."""
    desk = Desk(databases).ready(copy_to="kopie@top-hearing.example")
    desk.happens("booked")
    desk.sender.drain()
    told = {"kind": "reminder", "channels": ["email", "sms"], "text": "Nüchtern kommen"}
    desk.clock.forward(minutes=1)
    desk.happens("announced", 2, actor="staff", note="Nüchtern kommen", announcement=told)
    assert sorted(reminded(desk)) == [("email", CUSTOMER), ("sms", MOBILE)]
    desk.sender.drain()
    assert "Nachricht der Praxis: Nüchtern kommen" in desk.mail_to(CUSTOMER).get_body(("plain",)).get_content()
    assert set(scheduled(desk)) == {"sms:2880", "email:1440"}


def test_a_notice_is_copied_and_takes_no_other_message_away(sqlite: Databases) -> None:
    """A9, A10: the confirmation that still waits goes out, too."""
    desk = Desk(sqlite).ready(copy_to="kopie@top-hearing.example")
    desk.happens("booked")
    told = {"kind": "notice", "channels": ["email"], "text": None}
    desk.happens("announced", 2, actor="staff", announcement=told)
    desk.sender.drain()
    sent = {(m["role"], m["purpose"]) for m in desk.messages() if m["state"] == "sent"}
    assert {("customer", "booking_confirmation"), ("customer", "notice"), ("copy", "notice")} <= sent


def test_a_completed_appointment_is_summed_up(databases: Databases) -> None:
    """K22: always, long after it ended, without a calendar file; not when it was not completed after all."""
    desk = Desk(databases).ready()
    money = {name: {"amount": amount, "currency": "EUR"} for name, amount in PAYMENTS.items()}
    desk.clock.now = START + 3 * DAY
    desk.happens("completed", 2, status="completed", actor="staff", notify=False, **money)
    desk.happens("completed", 2, status="completed", actor="staff", id=ID.format(1))
    desk.happens("missed", 3, status="missed", actor="staff", id=ID.format(1))
    desk.sender.drain()
    (mail,) = desk.mails()
    words = mail.get_body(("plain",)).get_content()
    for line in ("Preis: 49,00", "Bezahlt: 20,00", "Offen: 29,00"):
        assert line in words
    assert list(mail.iter_attachments()) == []


# --- once, whatever dies

WORKER = """
import sys, time
from datetime import datetime
from notify.usecases import reminders
from runtime.db import Database
db, now = Database(sys.argv[1]), datetime.fromisoformat(sys.argv[2])
reminders.BATCH = 2

def written():
    print("written", flush=True)
    sys.stdin.readline()

print("begun", flush=True)
{body}
"""
HONEST = "while db.write(reminders.work_off, now, True): written()"
# The control: message and mark in two transactions, and an id that no repeat finds again.
CARELESS = """
import uuid
from notify.store import reminders as kept
done, original, keys = kept.done, reminders.row, []
kept.done = lambda session, found, now: keys.append(found)
reminders.row = lambda *args, occasion: original(*args, occasion=str(uuid.uuid4()))
while db.write(reminders.work_off, now, True):
    written()
    db.write(done, keys.pop(), now)
"""


def kill_until_done(desk: Desk, body: str) -> int:
    """Run workers until nothing is due any more; how many that took. Each is let go on after it has written once, and
    then killed: the one when it has written again, the next somewhere on its way there."""
    command = [sys.executable, "-c", WORKER.format(body=body), desk.db.url, desk.clock().isoformat()]
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    pipe = subprocess.PIPE
    for workers in range(1, 40):
        with subprocess.Popen(command, env=environment, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL) as worker:
            assert worker.stdout
            assert worker.stdin
            assert worker.stdout.readline() == b"begun\n"
            if worker.stdout.readline():
                worker.stdin.write(b"\n")
                worker.stdin.flush()
            if workers % 2:
                worker.stdout.readline()
            else:
                time.sleep(0.005 * (workers % 5))
            worker.send_signal(signal.SIGKILL)
        if not desk.db.read(kept.next_due):
            return workers
    raise AssertionError("never done")


@pytest.mark.parametrize(("body", "once"), [(HONEST, True), (CARELESS, False)], ids=["honest", "control"])
def test_each_reminder_goes_out_once_however_often_the_worker_is_killed(
    sqlite: Databases, body: str, once: bool
) -> None:
    """The control, which notes apart what it has done, doubles some."""
    desk = Desk(sqlite).ready()
    desk.staff("update_reminder_rules", rules=BY_MAIL)
    for number in range(8):
        desk.happens("booked", id=ID.format(number))
    desk.clock.now = START - DAY
    assert kill_until_done(desk, body) > 1
    told = [m["appointment"] for m in desk.staff("messages", limit=200)["items"] if m["purpose"] == "reminder"]
    assert len(set(told)) == 8
    assert (len(told) == 8) is once


def test_workers_at_the_same_time_share_the_reminders(databases: Databases) -> None:
    """What one works off, the others leave alone."""
    desk = Desk(databases).ready()
    desk.staff("update_reminder_rules", rules=BY_MAIL)
    for number in range(20):
        desk.happens("booked", id=ID.format(number))
    desk.clock.now = START - DAY
    with ThreadPoolExecutor(4) as pool:
        counts = list(pool.map(lambda _: reminder_loop.remind(desk.app), range(4)))
    assert sum(counts) == 20
    assert len(reminded(desk)) == 20
