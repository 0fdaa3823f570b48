"""The broker restarts, is killed, freezes, or has no memory left: bounded waits, recovery by itself, nothing lost."""

import threading
import time
from collections import Counter
from collections.abc import Callable

import pytest

from deploy.services import Broker
from runtime.errors import NotSent, Unavailable
from runtime.listener import BrokerListener
from runtime.messages import Event
from runtime.rpcclient import BrokerRpc, not_later_than
from services._runtime.tests.conformance.transports import BrokerTransport, until
from services._runtime.tests.faults.test_faults import exactly_once, order

pytestmark = [pytest.mark.broker, pytest.mark.slow]
LIMIT = 1.0


class Caller(threading.Thread):
    """Calls all the time, and notes how each call ended."""

    def __init__(self, house: BrokerTransport):
        super().__init__(daemon=True)
        self.house, self.outcomes, self.stop = house, Counter[str](), threading.Event()
        self.last_success = 0.0

    def run(self) -> None:
        while not self.stop.wait(0.01):
            try:
                self.house.rpc.call("shop", "nap", {"seconds": 0}, timeout=LIMIT)
                self.outcomes["answered"] += 1
                self.last_success = time.monotonic()
            except Unavailable as error:
                self.outcomes[type(error).__name__] += 1

    @property
    def calls(self) -> int:
        """How many have ended."""
        return self.outcomes.total()


@pytest.mark.parametrize("how", ["restart", "kill"])
def test_after_a_broker_restart_everything_flows_again(node: Broker, own_house: BrokerTransport, how: str) -> None:
    """Orders before, during and after: each effect once. Calls end while the broker is away, and work again after."""
    callers = [Caller(own_house) for _ in range(4)]
    for caller in callers:
        caller.start()
    orders = [order(own_house)]
    exactly_once(own_house, orders)  # RabbitMQ 3.10, killed right after it made a quorum queue, may lose that
    orders += [order(own_house) for _ in range(100)]
    {"kill": node.kill, "restart": node.halt}[how]()
    ended = [caller.calls for caller in callers]
    until(lambda: all(c.calls > before + 1 for c, before in zip(callers, ended, strict=True)))
    restart = threading.Thread(target=node.start)
    restart.start()
    while restart.is_alive():
        orders.append(order(own_house))
        time.sleep(0.2)
    back = time.monotonic()
    until(lambda: all(c.last_success > back for c in callers), 90)
    exactly_once(own_house, orders)
    for caller in callers:
        caller.stop.set()
        caller.join(60)
    assert not any(c.is_alive() for c in callers)


def test_a_frozen_broker_holds_nobody(node: Broker, own_house: BrokerTransport) -> None:
    """It neither answers nor closes: a call ends at its deadline, and events wait in the outbox until the thaw."""
    node.freeze()
    try:
        subject = order(own_house)
        with pytest.raises(Unavailable):
            own_house.rpc.call("shop", "nap", {"seconds": 0}, timeout=LIMIT)
        time.sleep(5)  # longer than the relay waits for confirms
    finally:
        node.freeze(False)
    exactly_once(own_house, [subject])
    until(lambda: answered(own_house), 60)


def test_a_memory_alarm_holds_nobody(node: Broker, own_house: BrokerTransport) -> None:
    """The broker takes no publish: calls end at their deadline, the outbox keeps its rows, all of it flows after."""
    node.ctl("set_vm_memory_high_watermark", "0.000001")
    try:
        subject = order(own_house)
        with pytest.raises(Unavailable):
            own_house.rpc.call("shop", "nap", {"seconds": 0}, timeout=LIMIT)
        time.sleep(4)
    finally:
        node.ctl("set_vm_memory_high_watermark", "0.4")
    exactly_once(own_house, [subject])
    until(lambda: answered(own_house), 60)


def answered(house: BrokerTransport) -> bool:
    try:
        return bool(house.rpc.call("shop", "nap", {"seconds": 0}, timeout=LIMIT) == "rested")
    except Unavailable:
        return False


def test_a_call_without_any_broker_was_certainly_not_sent() -> None:
    """NotSent at the deadline, not earlier: it may come back."""
    rpc = BrokerRpc("amqp://guest:guest@127.0.0.1:1/none")
    begun = time.monotonic()
    with pytest.raises(NotSent):
        rpc.call("shop", "nap", {}, timeout=0.4)
    assert time.monotonic() - begun > 0.3
    rpc.close()


def test_a_call_made_while_answering_another_ends_at_that_ones_deadline() -> None:
    """Ten minutes of its own do not stretch the two tenths that the outer call has left; none left: not even tried."""
    rpc = BrokerRpc("amqp://guest:guest@127.0.0.1:1/none")
    for left, why in ((0.2, "no connection"), (-1.0, "has passed")):
        with not_later_than(str(time.time() + left)), pytest.raises(NotSent, match=why):
            rpc.call("shop", "nap", {}, timeout=600)
    rpc.close()


def test_the_listener_hears_everything_and_tells_of_gaps(node: Broker, own_house: BrokerTransport) -> None:
    """One gap at the first connect, one more after each loss."""
    heard: list[Event] = []
    gaps: list[float] = []
    listener = BrokerListener(own_house.uri, ["shop", "kitchen"])
    listener.start(heard.append, lambda: gaps.append(time.monotonic()))
    until(lambda: len(gaps) == 1)
    subject = order(own_house)
    types: Callable[[], set[str]] = lambda: {e.type for e in heard if e.subject == subject}  # noqa: E731
    until(lambda: types() == {"order.placed", "dish.cooked"})
    node.restart()
    until(lambda: len(gaps) == 2, 60)
    again = order(own_house)
    until(lambda: any(e.subject == again for e in heard), 60)
    listener.stop()


def test_a_listener_may_want_some_types_only(node: Broker, own_house: BrokerTransport) -> None:
    heard: list[Event] = []
    ready = threading.Event()
    listener = BrokerListener(own_house.uri, ["shop", "kitchen"], types=["dish.cooked"])
    listener.start(heard.append, ready.set)
    assert ready.wait(60)
    subject = order(own_house)
    until(lambda: heard)
    assert [(event.type, event.subject) for event in heard] == [("dish.cooked", subject)]
    listener.stop()
