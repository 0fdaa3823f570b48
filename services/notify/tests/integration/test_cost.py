"""What a booking costs notify in statements. Each is a round trip, and they are most of the cost: add none unawares."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import event

from notify.domain.delivery import SENT, Outcome
from notify.mime import Mail
from notify.outlets.emails import Emails
from notify.sender import Sender
from notify.store import calls
from notify.transport import Envelope
from runtime.db import Database, Session
from runtime.testing import Databases
from services.notify.tests.builders import Desk

DOCTOR, COPY = "hanna@top-hearing.example", "kopie@top-hearing.example"
ID = "33333333-3333-4333-8333-{:012d}"


@dataclass
class Cost:
    statements: int = 0
    commits: int = 0


@contextmanager
def counted(db: Database) -> Iterator[Cost]:
    """What runs on this database in the block; BEGIN is no statement."""
    cost = Cost()

    def statement(_connection: Any, _cursor: Any, words: str, *_: Any) -> None:
        cost.statements += not words.startswith("begin")

    def commit(_connection: Any) -> None:
        cost.commits += 1

    listeners = [("before_cursor_execute", statement), ("commit", commit)]
    for name, listener in listeners:
        event.listen(db.engine, name, listener)
    try:
        yield cost
    finally:
        for name, listener in listeners:
            event.remove(db.engine, name, listener)


class Taken:
    """A mail server that takes everything."""

    def deliver(self, envelope: Envelope, mail: Mail, now: datetime) -> Outcome:
        return SENT


def sender_of(desk: Desk) -> Sender:
    return Sender(desk.app, Emails(desk.app.settings, desk.db, Taken()))


def test_an_event_costs_six_statements_whoever_hears_of_it(databases: Databases) -> None:
    """Inbox, addresses and rules, newest version, decision, messages, reminders: one commit."""
    desk = Desk(databases).ready(DOCTOR, COPY)
    with counted(desk.db) as cost:
        desk.happens("booked")
    assert cost == Cost(statements=6, commits=1)
    assert len(desk.messages()) == 3


def test_a_later_version_costs_four_more(databases: Databases) -> None:
    """Its reminders go; the newest version, the appointment's messages, and those that it overtakes."""
    desk = Desk(databases).ready(DOCTOR, COPY)
    desk.happens("booked")
    with counted(desk.db) as cost:
        desk.happens("cancelled", 2, status="cancelled")
    assert cost == Cost(statements=9, commits=1)


def test_mails_cost_two_statements_each_and_three_and_a_question_together(databases: Databases) -> None:
    """Together: the look for lost turns, the messages, practices with their words; and booking for the links. Each:
    its end and the event that tells it."""
    desk = Desk(databases).ready(DOCTOR)
    for number in range(3):
        desk.happens("booked", id=ID.format(number))
    sender = sender_of(desk)
    with counted(desk.db) as cost, ThreadPoolExecutor(8) as pool:
        sender._begin(pool, queued=True)
    assert cost == Cost(statements=3 + 6 * 2, commits=2 + 6)
    ((method, question),) = desk.rpc.calls
    assert (method, sorted(question["appointment_ids"])) == ("booking.manage_links", [ID.format(n) for n in range(3)])
    assert {message["state"] for message in desk.messages()} == {"sent"}


def test_lost_turns_are_not_looked_for_in_each_batch(databases: Databases) -> None:
    """A rush has forty batches a second; one look in it is enough."""
    desk = Desk(databases).ready()
    sender = sender_of(desk)
    sender.drain()
    desk.happens("booked")
    with counted(desk.db) as cost, ThreadPoolExecutor(8) as pool:
        sender._begin(pool, queued=True)
    assert cost == Cost(statements=2 + 2, commits=1 + 1)


def test_whom_no_mail_can_reach_is_asked_by_index(databases: Databases) -> None:
    """Of thousands of coming appointments only those few are looked at."""
    db, sent = Desk(databases).ready().db, list[tuple[str, Any]]()

    def plan(session: Session) -> str:
        event.listen(db.engine, "before_cursor_execute", lambda *told: sent.append((told[2], told[3])))
        calls.without_address(session, ID.format(1), datetime.now(UTC), 10)
        (question, values), ask = sent[0], session.connection.exec_driver_sql
        if not db.sqlite:
            ask("set local enable_seqscan = off")  # a table with nothing in it would be read as a whole
        return str(ask(f"explain {'query plan ' * db.sqlite}{question}", values).all())

    assert "appointments_unaddressed" in db.write(plan)
