"""A worker that is told to stop ends, whatever the broker does meanwhile, and leaves its events where they are."""

import signal
import time

import pytest

from deploy.services import Broker
from services._runtime.tests.conformance.transports import BrokerTransport, until
from services._runtime.tests.faults.test_faults import charged, exactly_once, order

pytestmark = [pytest.mark.broker, pytest.mark.slow]
FLOOD = 400  # orders
ENDS_WITHIN = 90  # seconds


def test_a_worker_that_stops_in_a_flood_of_events_parks_none(house: BrokerTransport) -> None:
    """Given back to a broker that hands it out again at once, an event would soon reach its delivery limit."""
    house.start()
    orders = [order(house) for _ in range(50)]
    until(lambda: charged(house))
    house.workers[0].send_signal(signal.SIGTERM)
    while house.workers[0].poll() is None:
        if len(orders) < FLOOD:  # a worker that ends late leaves no more behind
            orders.append(order(house))
        time.sleep(0.001)
    house.start_worker()
    exactly_once(house, orders)
    assert house.parked() == []


def test_a_worker_that_is_told_to_stop_while_the_broker_is_away_ends(node: Broker, own_house: BrokerTransport) -> None:
    """It does not wait for its return."""
    node.kill()
    try:
        time.sleep(1)
        own_house.workers[0].send_signal(signal.SIGTERM)
        assert own_house.workers[0].wait(ENDS_WITHIN) == 0
    finally:
        node.start()


@pytest.mark.parametrize("later", [0.0, 0.05, 0.3])
def test_a_broker_that_goes_away_under_a_stopping_worker_is_not_awaited(
    node: Broker, own_house: BrokerTransport, later: float
) -> None:
    """Nor does the worker come back with it, to take events that it gives back until they are parked."""
    own_house.workers[0].send_signal(signal.SIGTERM)
    time.sleep(later)
    node.kill()
    node.start()
    orders = [order(own_house) for _ in range(30)]
    assert own_house.workers[0].wait(ENDS_WITHIN) == 0
    own_house.start_worker()
    exactly_once(own_house, orders)
    assert own_house.parked() == []
