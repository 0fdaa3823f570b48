"""docs/topology.txt: a name, an argument or a policy that changes shows. That it is fresh, tests/test_docs.py asks."""

import pytest

from deploy import topology, wiring
from deploy.house import SERVICES, all_subscriptions
from runtime.edge import Subscription
from runtime.topology import system

ONE = next(one for one in all_subscriptions() if one.type == "appointment.booked")
NAMES = [service.name for service in SERVICES]


@pytest.mark.parametrize("changed", ["method", "service", "type", "source"])
def test_a_renamed_handler_is_another_queue(changed: str) -> None:
    """The old queue is missed, and the new one appears."""
    other = Subscription(**{**vars(ONE), changed: "renamed"})
    rest = [one for one in all_subscriptions() if one != ONE]
    before, after = (set(wiring.lines(system(NAMES, [*rest, one]))) for one in (ONE, other))
    assert f"queue {ONE.queue}" in before - after
    assert f"queue {other.queue}" in after - before


def test_every_argument_shows() -> None:
    """A queue's arguments never change under its name."""
    before, after = (set(wiring.lines(system(NAMES, all_subscriptions(), ladder))) for ladder in ((1000,), (2000,)))
    assert any("x-message-ttl" in line for line in after - before)


def test_how_long_parked_messages_are_kept_shows(monkeypatch: pytest.MonkeyPatch) -> None:
    """No argument of the queue, which could not change any more."""
    assert "  message-ttl = 2592000000" in wiring.text().splitlines()
    monkeypatch.setitem(topology.POLICIES["parked"], "definition", {"message-ttl": 1})
    assert "  message-ttl = 1" in wiring.text().splitlines()
