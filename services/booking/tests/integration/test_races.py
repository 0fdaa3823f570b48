"""Many at once for one time: exactly one gets it, whatever way they come, and nobody waits in a deadlock storm."""

import pytest
from sqlalchemy import event

from booking.models import appointments, holds
from runtime.errors import Refused
from runtime.ids import new_id

CLIENTS = 50


@pytest.fixture(autouse=True)
def sqlstates(desk):
    """Every SQLSTATE that the database refused a statement with: no 40P01 may be among them."""
    seen: list[str | None] = []

    @event.listens_for(desk.db.engine, "handle_error")
    def note(context):
        seen.append(getattr(context.original_exception, "pgcode", None))

    yield seen
    assert "40P01" not in seen


def won(results):
    return [r for r in results if not isinstance(r, Refused)]


def lost(results):
    return [r for r in results if isinstance(r, Refused)]


def test_of_fifty_who_want_one_slot_exactly_one_gets_it(desk):
    """The others are told slot_taken with alternatives."""
    results = desk.race(*[lambda: desk.book()] * CLIENTS)
    assert len(won(results)) == 1
    assert {r.code for r in lost(results)} == {"slot_taken"}
    assert all(r.facts["alternatives"] for r in lost(results))
    assert desk.overlaps() == 0
    assert desk.count(appointments) == len(desk.events("appointment.booked")) == 1


def test_without_the_constraint_the_same_race_books_the_slot_twice(desk):
    """Negative control: the constraint is the check, nothing else hides behind it."""
    desk.drop_constraint()
    results = desk.race(*[lambda: desk.book()] * 10)
    assert len(won(results)) > 1
    assert desk.overlaps() > 0


def test_overlapping_slots_of_different_length_never_overlap_in_the_end(desk):
    """Buffers and lengths differ per client; what was booked is disjoint and covers the contested time."""
    desk.before = 5

    def attempt(number):
        return lambda: desk.book(24 + number % 5 / 12)  # every five minutes, each 30 minutes long and 5 before

    results = desk.race(*[attempt(number) for number in range(CLIENTS)])
    assert len(won(results)) == 1
    assert desk.overlaps() == 0


def test_any_professional_gives_two_slots_to_the_first_two(desk):
    """Without a calendar the next candidate is tried: as many win as there are professionals."""
    results = desk.race(*[lambda: desk.book(calendar=None)] * 20)
    assert sorted(r["calendar"]["id"] for r in won(results)) == [desk.anna, desk.ben]
    assert desk.overlaps() == 0


def test_a_hold_and_a_booking_of_one_slot_exclude_each_other(desk):
    """Twenty-five of each at once: one wins in all."""
    results = desk.race(*[lambda: desk.hold(), lambda: desk.book()] * (CLIENTS // 2))
    assert len(won(results)) == 1
    assert desk.count(appointments) + desk.count(holds) == 1


def test_moves_and_bookings_of_one_slot_exclude_each_other(desk):
    """The loser of a move keeps its old time."""
    tokens = [desk.book(48 + n)["manage_token"] for n in range(10)]
    moves = [lambda t=t: desk.call("reschedule_managed", token=t, start=desk.at(24)) for t in tokens]
    results = desk.race(*moves, *[lambda: desk.book()] * 10)
    assert len(won(results)) == 1
    assert desk.overlaps() == 0
    starts = [desk.call("managed", token=token)["start"] for token in tokens]
    assert sum(start == desk.at(24) for start in starts) == ("can_move" in won(results)[0])


def test_two_who_swap_their_places_do_not_deadlock(desk):
    """Moves that cross each other lock in the same order."""
    for number in range(5):
        one, two = desk.book(24 + number, desk.anna), desk.book(24 + number, desk.ben)
        start = desk.at(24 + number)
        desk.race(
            lambda one=one, start=start: desk.call(
                "reschedule_managed", token=one["manage_token"], start=start, calendar=desk.ben
            ),
            lambda two=two, start=start: desk.call(
                "reschedule_managed", token=two["manage_token"], start=start, calendar=desk.anna
            ),
        )
    assert desk.overlaps() == 0


def test_an_undo_and_bookings_of_the_freed_slot_exclude_each_other(desk):
    """Either the customer gets the time back or somebody else has it."""
    token = desk.book()["manage_token"]
    desk.call("cancel_managed", token=token)
    results = desk.race(lambda: desk.call("undo_managed", token=token), *[lambda: desk.book()] * 20)
    assert len(won(results)) == 1
    assert desk.overlaps() == 0
    restored = desk.call("managed", token=token)["status"] == "accepted"
    assert restored == (not isinstance(results[0], Refused))


def test_expired_holds_in_the_way_are_cleared_by_one_of_many(desk):
    """Fifty find the same expired hold: one of them clears it and books, and it is told once."""
    desk.hold()
    desk.clock.forward(minutes=6)
    results = desk.race(*[lambda: desk.book()] * CLIENTS)
    assert len(won(results)) == 1
    assert len(desk.events("slot.released")) == 1


def test_one_request_sent_twenty_times_at_once_is_one_appointment_with_one_answer(desk):
    """The idempotency key: nobody is told that the slot was taken by oneself."""
    wish = desk.wish()
    results = desk.race(*[lambda: desk.call("book", **wish)] * 20)
    assert not lost(results)
    assert {r["id"] for r in results} == {results[0]["id"]}
    assert desk.count(appointments) == 1


def test_one_key_with_different_requests_at_once_is_one_booking_and_conflicts(desk):
    """Different calendars share no lock but the key's own."""
    for number in range(5):
        key, calendars = new_id(), [new_id() for _ in range(8)]
        calls = [lambda c=c, k=key, n=number: desk.book(24 + n, c, idempotency_key=k) for c in calendars]
        results = desk.race(*calls)
        assert len(won(results)) == 1
        assert {r.code for r in lost(results)} == {"idempotency_conflict"}


def test_one_customer_at_once_on_many_calendars_stays_within_the_limit_of_open_bookings(desk):
    """The limit is counted under a lock of the customer's own: different calendars share no other."""
    desk.staff("update_form", fields=[], max_open_bookings=2)
    calendars = [new_id() for _ in range(10)]
    results = desk.race(*[lambda c=c: desk.book(24, c) for c in calendars])
    assert len(won(results)) == 2
    assert {r.code for r in lost(results)} == {"too_many_open"}


def test_an_undo_and_bookings_elsewhere_at_once_stay_within_the_limit_of_open_bookings(desk):
    """The undo counts under the same lock of the customer's."""
    desk.staff("update_form", fields=[], max_open_bookings=1)
    for number in range(10):
        contact = {"email": f"e{number}@example.org", "phone": f"030 99999{number}"}
        customer = {"first_name": "E", "last_name": "M", **contact}
        token = desk.book(24 + number, customer=customer)["manage_token"]
        desk.call("cancel_managed", token=token)
        undo, wish = (lambda t=token: desk.call("undo_managed", token=t)), {"customer": customer}
        results = desk.race(undo, lambda n=number, w=wish: desk.book(24 + n, desk.ben, **w))
        assert [r.code for r in lost(results)] == ["too_many_open"]


def test_the_daily_limit_holds_under_a_race(desk):
    """Two a day, ten at once on ten different times: two."""
    desk.limits["max_per_day"] = 2
    results = desk.race(*[lambda n=n: desk.book(24 + n / 2) for n in range(10)])
    assert len(won(results)) == 2
    assert {(r.code, r.facts["per"]) for r in lost(results)} == {("limit_reached", "day")}


def test_cancelling_the_same_appointment_many_times_at_once_frees_it_once(desk):
    """All get the same answer, and there is one event."""
    token = desk.book()["manage_token"]
    results = desk.race(*[lambda: desk.call("cancel_managed", token=token)] * 10)
    assert all(r == results[0] for r in results)
    assert len(desk.events("appointment.cancelled")) == 1
