"""Many want the same time at once, through the gateway; the database decides, and one gets it.

The last test is the control: it takes the constraint away and expects the same race to book double, so that a race
that never happens cannot pass for a guard that works.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial

from sqlalchemy import text

from tests.end_to_end.practice import Practice, at, race, statuses
from tests.systems import Running

CROWD = 50


def test_of_fifty_who_want_the_same_slot_one_gets_it(practice: Practice) -> None:
    """One 201; the others learn that it is taken, and what is free instead."""
    start = practice.slots("Servicetermin", "Anna", practice.day("Anna"))[0]
    answers = race([partial(practice.book, "Servicetermin", "Anna", start)] * CROWD)
    assert statuses(answers) == {201: 1, 409: CROWD - 1}
    for loser in (answer for answer in answers if answer.status == 409):
        assert loser.json["code"] == "slot_taken"
        assert loser.json["alternatives"]
        assert start not in [slot["start"] for slot in loser.json["alternatives"]]


def test_of_fifty_who_want_overlapping_slots_of_different_length_no_two_overlap(practice: Practice) -> None:
    """Services of 15, 30 and 60 minutes around the same hour: what was booked does not overlap."""
    day = practice.day("Ben")
    start = practice.slots("Beratung", "Ben", day)[0]
    wishes = [("Beratung", 0), ("Servicetermin", 0), ("Servicetermin", 30), ("Batteriewechsel", 30)]
    attempts = [partial(practice.book, name, "Ben", at(start, m)) for name, m in wishes]
    answers = race((attempts * CROWD)[:CROWD])
    booked = sorted((a.json["start"], a.json["end"]) for a in answers if a.status == 201)
    assert booked
    assert all(end <= later for (_, end), (later, _) in itertools.pairwise(booked))
    assert set(statuses(answers)) == {201, 409}


def test_a_hold_and_bookings_of_the_same_slot_have_one_winner(practice: Practice) -> None:
    """Whoever comes first keeps it, holder or booker."""
    start = practice.slots("Servicetermin", "Clara", practice.day("Clara"))[0]
    holds = [partial(practice.hold, "Servicetermin", "Clara", start)] * 10
    bookings = [partial(practice.book, "Servicetermin", "Clara", start)] * 10
    assert statuses(race([*holds, *bookings])) == {201: 1, 409: 19}


def test_moves_and_bookings_to_the_same_slot_have_one_winner(practice: Practice) -> None:
    """A move is a booking of its new time."""
    slots = practice.slots("Servicetermin", "Anna", practice.day("Anna"))
    movers = [practice.book("Servicetermin", "Anna", start) for start in slots[1:5]]
    moves = [partial(practice.manage, mover, "reschedule", {"start": slots[0]}) for mover in movers]
    bookings = [partial(practice.book, "Servicetermin", "Anna", slots[0])] * 10
    answers = race([*moves, *bookings])
    assert sum(answer.status in (200, 201) for answer in answers) == 1
    assert statuses(answers)[409] == len(answers) - 1


def test_an_undo_and_bookings_of_the_freed_slot_have_one_winner(practice: Practice) -> None:
    """A cancelled appointment comes back only while its time is free."""
    start = practice.slots("Servicetermin", "Ben", practice.day("Ben"))[0]
    cancelled = practice.book("Servicetermin", "Ben", start)
    assert practice.manage(cancelled, "cancel").status == 200
    undo = partial(practice.manage, cancelled, "undo")
    bookings = [partial(practice.book, "Servicetermin", "Ben", start)] * 10
    answers = race([undo, *bookings])
    assert sum(answer.status in (200, 201) for answer in answers) == 1


def test_without_the_constraint_the_same_race_books_double(practice: Practice) -> None:
    """The control: the races above do collide, and it is the constraint that keeps them apart."""
    start = practice.slots("Servicetermin", "Clara", practice.day("Clara"))[0]
    with constraint_dropped(practice.running):
        answers = race([partial(practice.book, "Servicetermin", "Clara", start)] * CROWD)
        booked = [answer for answer in answers if answer.status == 201]
        for winner in booked[1:]:
            practice.manage(winner, "cancel")
    assert len(booked) > 1


@contextmanager
def constraint_dropped(running: Running) -> Iterator[None]:
    """The overlap guard is away meanwhile, and back afterwards."""
    engine = running.engine("booking")
    guards = _guards_sqlite if running.kind == "embedded" else _guards_postgresql
    with engine.begin() as connection:
        drop, restore = zip(*guards(connection), strict=True)
        for statement in drop:
            connection.execute(text(statement))
    try:
        yield
    finally:
        with engine.begin() as connection:
            for statement in restore:
                connection.execute(text(statement))
        engine.dispose()


def _guards_sqlite(connection) -> list[tuple[str, str]]:
    rows = connection.execute(
        text("select name, sql from sqlite_master where type = 'trigger' and sql like '%verlap%'")
    )
    return [(f'drop trigger "{name}"', sql) for name, sql in rows]


def _guards_postgresql(connection) -> list[tuple[str, str]]:
    rows = connection.execute(
        text(
            "select conname, pg_get_constraintdef(oid) from pg_constraint "
            "where contype = 'x' and conrelid = 'occupancies'::regclass"
        )
    )
    return [
        (
            f"alter table occupancies drop constraint {name}",
            f"alter table occupancies add constraint {name} {definition}",
        )
        for name, definition in rows
    ]
