"""What an operator may rely on, wherever the parked messages lie."""

import json
from datetime import timedelta

from runtime.parking import Parked
from services._runtime.tests.conformance.transports import until
from services._runtime.tests.parking.places import CHARGE, COOK, NOON, Place, event, everything


def ids(messages: list[Parked]) -> list[int]:
    """The numbers of the events."""
    return [json.loads(message.body)["data"]["n"] for message in messages]


def test_a_look_tells_all_that_is_known_of_a_message(place: Place) -> None:
    """Where it came from and why it is here."""
    place.park(7)
    [found] = place.parking.look(everything, 10)
    assert (found.queue, found.type, found.service) == (COOK.queue, "order.placed", "kitchen")
    assert (found.reason, found.error, found.traceback) == ("retries exhausted", "RuntimeError: no", "Traceback")
    assert found.first_failed == NOON + timedelta(seconds=7)
    assert found.headers["x-attempt"] == 6
    assert found.body.decode() == event(7, COOK).to_json()


def test_looks_lose_nothing_and_change_nothing(place: Place) -> None:
    """However often; oldest failure first, under the same names."""
    for number in (3, 1, 2):
        place.park(number)
    first = place.parking.look(everything, 10)
    assert ids(first) == [1, 2, 3]
    for _ in range(15):
        until(lambda: place.parking.look(everything, 10) == first)
    assert place.waiting() == []


def test_a_look_keeps_its_measure_and_its_choice(place: Place) -> None:
    """A team that owns one service sees its own."""
    for number in range(4):
        place.park(number)
    place.park(9, CHARGE)
    assert len(place.parking.look(everything, 2)) == 2
    until(lambda: ids(place.parking.look(lambda found: found.service == "bank", 10)) == [9])


def test_a_replayed_message_begins_anew_in_the_queue_that_it_came_from(place: Place) -> None:
    """Under its own id, with no try behind it; the others stay."""
    for number in (1, 2):
        place.park(number)
    place.park(2, CHARGE)
    [_, second] = place.parking.look(lambda found: found.service == "kitchen", 10)
    until(lambda: place.parking.replay(lambda found: found.id == second.id) == (1, []))
    [back] = place.waiting()
    assert (back.message_id, back.body, back.attempt) == (event(2, COOK).id, event(2, COOK).to_json(), 0)
    assert place.waiting(CHARGE) == []
    until(lambda: len(place.parking.look(everything, 10)) == 2)


def test_all_can_be_replayed(place: Place) -> None:
    """Each to its own queue."""
    for number in range(5):
        place.park(number, CHARGE if number % 2 else COOK)
    assert place.parking.replay(everything).done == 5
    assert (len(place.waiting(COOK)), len(place.waiting(CHARGE))) == (3, 2)
    assert place.parking.look(everything, 10) == []


def test_a_dropped_message_is_gone(place: Place) -> None:
    """That one only."""
    place.park(1)
    place.park(2)
    [first, _] = place.parking.look(everything, 10)
    until(lambda: place.parking.drop(lambda found: found.id == first.id) == 1)
    until(lambda: ids(place.parking.look(everything, 10)) == [2])
    assert place.waiting() == []
