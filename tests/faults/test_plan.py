"""A run can be repeated, and is complete."""

import random
from collections import Counter

import pytest

from tests.faults.customers import wishes
from tests.faults.mail import UNKNOWN
from tests.faults.plan import FULL, SHORT, SLOW_TO_HEAL, VICTIMS, Size, plan


def test_the_same_seed_gives_the_same_plan() -> None:
    """And another one another."""
    assert plan(7, FULL) == plan(7, FULL)
    assert plan(7, FULL) != plan(8, FULL)


@pytest.mark.parametrize("size", [FULL, SHORT])
def test_a_run_holds_every_fault_and_all_of_the_work(size: Size) -> None:
    """Each service's worker and supervisor is killed as often as there are passes, at least."""
    steps = plan(1, size)
    faults = Counter((step.fault.kind, step.fault.what) for step in steps)
    assert all(faults["kill", victim] >= size.passes for victim in VICTIMS)
    assert {faults["broker", how] for how in ("clean", "kill -9")} == {size.passes}
    assert {faults["database", how] for how in ("fast", "immediate")} == {size.passes}
    assert sum(step.bookings for step in steps) == size.bookings
    assert sum(step.told for step in steps) * 2 == size.events


def test_the_last_pass_begins_with_what_heals_slowest() -> None:
    """Or a short run would wait at its end for the lease of a turn that was lost in its last second."""
    assert {step.fault.what for step in plan(3, SHORT)[: len(SLOW_TO_HEAL)]} == set(SLOW_TO_HEAL)


def test_rivals_want_the_same_slot_under_keys_of_their_own() -> None:
    """And as many customers as asked for have addresses that do not exist."""
    bodies = ({"calendar": "c", "start": number, "customer": {}} for number in range(20))
    found = wishes(bodies, 20, 3, 4, random.Random(1))
    crowds = [crowd for crowd in found if len(crowd) == 2]
    assert len(crowds) == 3
    assert all(one.slot == other.slot and one.key != other.key and one.rival for one, other in crowds)
    assert sum(crowd[0].email.startswith(UNKNOWN) for crowd in found) == 4
