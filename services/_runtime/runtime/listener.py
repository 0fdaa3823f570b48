"""Every event of the system for one process: a queue of its own, gone with its connection.

For caches and live feeds. Nothing is replayed: after each (re)connect `on_gap` says that something may have been
missed.
"""

import logging
from collections.abc import Callable, Collection, Iterable
from itertools import product
from typing import Any

from runtime.connection import Channel, Connection
from runtime.messages import Event, Undecodable, parse_event
from runtime.topology import events_exchange

log = logging.getLogger(__name__)


class BrokerListener:
    """Delivers the events of `services`, all or those of these `types` (others are not even sent). Start it after
    the fork, once per process; callbacks come from its thread."""

    def __init__(
        self, amqp_uri: str, services: Iterable[str], name: str = "listener", types: Collection[str] | None = None
    ):
        self._services = list(services)
        self._types = sorted(types or ())
        self._connection = Connection(amqp_uri, name, self._setup)
        self._on_event: Callable[[Event], None] = lambda event: None
        self._on_gap: Callable[[], None] = lambda: None

    def start(self, on_event: Callable[[Event], None], on_gap: Callable[[], None]) -> None:
        self._on_event, self._on_gap = on_event, on_gap
        self._connection.start()

    def stop(self) -> None:
        self._connection.stop()

    @property
    def ready(self) -> bool:
        return self._connection.ready

    def _setup(self, channel: Channel, ready: Callable[[], None]) -> None:
        def bind(declared: Any) -> None:
            queue = declared.method.queue
            for service, key in product(self._services, self._types or ["#"]):
                channel.queue_bind(queue, events_exchange(service), key)
            channel.basic_consume(queue, self._deliver, auto_ack=True, callback=begin)

        def begin(_frame: Any) -> None:
            ready()
            self._guard(self._on_gap)  # only now: whatever happens from here on arrives

        channel.queue_declare("", exclusive=True, auto_delete=True, callback=bind)

    def _deliver(self, _channel: Channel, method: Any, _properties: Any, body: bytes) -> None:
        try:
            event = parse_event(body)
        except Undecodable as error:
            log.warning("event_ignored", extra={"facts": {"key": method.routing_key, "reason": str(error)}})
            return
        self._guard(lambda: self._on_event(event))

    @staticmethod
    def _guard(callback: Callable[[], None]) -> None:
        try:
            callback()
        except Exception:
            log.exception("listener_callback_failed")
