"""nameko's real container with all its turns taken, and events that wait. No broker: messages are put into it."""

import sys
from collections.abc import Callable, Iterator, Sequence
from types import SimpleNamespace
from typing import Any
from unittest.mock import Mock

import eventlet
import pytest
from eventlet.event import Event
from nameko.containers import ServiceContainer

from runtime import broker
from runtime.broker import EventEntrypoint, RpcEntrypoint, nameko_config, service_class
from runtime.deliveries import Delivery, Handling
from services._runtime.tests.conformance.house import SERVICES

LONG = 60.0
CALLS = broker.WORKERS - broker.EVENT_WORKERS
WAITING = 500  # batches: more than fit on one stack
Handle = Callable[[Sequence[Delivery]], list[Handling]]


class Kitchen:
    """The kitchen's container. Its calls take until `release`; its events do what the test says."""

    def __init__(self, handle: Handle):
        self.release = Event()
        endpoint: Any = SimpleNamespace(call=lambda *_: self.release.wait())
        self.container = ServiceContainer(service_class(SERVICES["kitchen"], endpoint, handle), nameko_config(""))
        self.events = self._entrypoint(EventEntrypoint)
        self.calls = self._entrypoint(RpcEntrypoint)

    def _entrypoint(self, kind: type) -> Any:
        (found,) = [each for each in self.container.entrypoints if isinstance(each, kind)]
        found.queue_consumer = Mock()  # type: ignore[attr-defined]
        return found

    def call(self) -> None:
        facts = {"routing_key": "kitchen.let_nap"}
        self.calls.handle_message(None, Mock(body=b'{"args": [{}]}', headers={}, properties={}, delivery_info=facts))

    def give(self) -> Any:
        """One event, as kombu hands it over."""
        message = Mock(body=b"{}", headers={}, properties={})
        self.events.handle_message(None, message)
        return message

    @property
    def acknowledged(self) -> int:
        return int(self.events.queue_consumer.ack_message.call_count)

    @property
    def given_back(self) -> int:
        return int(self.events.queue_consumer.requeue_message.call_count)


def until(condition: Callable[[], Any]) -> None:
    with eventlet.Timeout(LONG):
        while not condition():
            eventlet.sleep(0.001)


@pytest.fixture(name="one_by_one", autouse=True)
def _one_by_one(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Each event is a batch; pauses are short."""
    monkeypatch.setattr(broker, "BATCH", 1)
    monkeypatch.setattr(broker, "FIRST_PAUSE", 0.001)
    monkeypatch.setattr(broker, "LONGEST_PAUSE", 0.001)
    return


def depth() -> int:
    frame, frames = sys._getframe(), 0
    while frame := frame.f_back:  # type: ignore[assignment]
        frames += 1
    return frames


def test_events_that_wait_in_a_rush_of_calls_are_begun_each_on_a_stack_of_its_own() -> None:
    """A pool that is full runs what its own workers begin inside of them: batch in batch, until the stack ended, and
    with it the container and every call in hand."""
    depths = []

    def handle(deliveries: Sequence[Delivery]) -> list[Handling]:
        depths.append(depth())
        return [Handling.FINISHED] * len(deliveries)

    kitchen = Kitchen(handle)
    for _ in range(CALLS):
        kitchen.call()
    for _ in range(WAITING):
        kitchen.give()
    until(lambda: kitchen.acknowledged == WAITING or kitchen.container._died.ready())
    assert (kitchen.acknowledged, len(set(depths))) == (WAITING, 1)
    until(lambda: len(kitchen.container._worker_threads) == CALLS)  # none is kept that has ended
    kitchen.release.send({})
    until(lambda: kitchen.calls.queue_consumer.ack_message.call_count == CALLS)


def test_what_cannot_be_handed_on_is_kept_and_handled_anew() -> None:
    """While neither the database nor the broker takes anything. Given back, it would be parked the 21st time."""
    outcomes = [Handling.UNSETTLED] * 30 + [Handling.FINISHED]
    kitchen = Kitchen(lambda deliveries: [outcomes.pop(0)])
    kitchen.give()
    until(lambda: kitchen.acknowledged or kitchen.given_back)
    assert (kitchen.acknowledged, kitchen.given_back, outcomes) == (1, 0, [])


def test_what_is_kept_holds_up_no_other() -> None:
    """Not its worker, either."""
    stuck = Kitchen(lambda deliveries: [Handling.UNSETTLED if d.message_id else Handling.FINISHED for d in deliveries])
    for _ in range(broker.EVENT_WORKERS):
        stuck.events.handle_message(None, Mock(body=b"{}", headers={}, properties={"message_id": "stuck"}))
    stuck.give()
    until(lambda: stuck.acknowledged)
    assert stuck.given_back == 0


def test_the_broker_gets_it_back_before_it_loses_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """It closes the channel of whoever keeps a message for half an hour."""
    monkeypatch.setattr(broker, "KEPT_SECONDS", 0.0)
    kitchen = Kitchen(lambda deliveries: [Handling.UNSETTLED])
    message = kitchen.give()
    until(lambda: kitchen.given_back)
    kitchen.events.queue_consumer.requeue_message.assert_called_once_with(message)


def test_what_came_over_a_connection_that_is_gone_is_forgotten() -> None:
    """The broker delivers it again."""
    handled: list[Handling] = []
    kitchen = Kitchen(lambda deliveries: handled.append(Handling.UNSETTLED) or handled[-1:])  # type: ignore[func-returns-value]
    kitchen.give().channel.connection = None
    until(lambda: handled and not kitchen.container._managed_threads)
    assert len(handled) == 1
