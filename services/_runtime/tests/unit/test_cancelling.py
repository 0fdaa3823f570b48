"""A connection that breaks while its consumers are being cancelled: the worker's end does not wait for it."""

from types import SimpleNamespace
from typing import Any

import pytest

from runtime.broker import PatientQueueConsumer


class Stopping:
    """An entrypoint that has been told to stop, and waits to hear that it is removed."""

    def __init__(self) -> None:
        self.stopping, self.queue, self.removed = True, None, False

    def send(self) -> None:
        self.removed = True


class Cancelling:
    """One consumer; `cancel` finds a broken connection."""

    def __init__(self, **_options: Any): ...

    def qos(self, **_options: Any) -> None: ...

    def cancel(self) -> None:
        raise ConnectionResetError("gone")


@pytest.fixture(name="entrypoints")
def _entrypoints() -> list[Stopping]:
    return [Stopping() for _ in range(3)]


@pytest.fixture(name="consumer")
def _consumer(entrypoints: list[Stopping]) -> PatientQueueConsumer:
    """Consumes for all three."""
    made = PatientQueueConsumer()
    made.container = SimpleNamespace(config={"report": lambda *_: None}, max_workers=10)
    for each in entrypoints:
        made._providers.add(each)
        made._consumers[each], made._pending_remove_providers[each] = Cancelling(), each
    return made


def test_each_entrypoint_hears_that_it_has_ended(consumer: PatientQueueConsumer, entrypoints: list[Stopping]) -> None:
    """Also those behind the one whose cancelling failed."""
    consumer.on_iteration()
    assert all(each.removed for each in entrypoints)
    assert consumer.should_stop


def test_none_consumes_again_after_a_reconnection(consumer: PatientQueueConsumer) -> None:
    """It would take messages only to give them back, until the broker parks them."""
    assert list(consumer.get_consumers(Cancelling, None)) == []


def test_the_broker_is_not_awaited_any_more(consumer: PatientQueueConsumer, entrypoints: list[Stopping]) -> None:
    """kombu's waiting ends with the error."""
    with pytest.raises(ConnectionRefusedError):
        consumer.on_connection_error(ConnectionRefusedError(), 2.0)
    assert all(each.removed for each in entrypoints)
    assert consumer.should_stop
