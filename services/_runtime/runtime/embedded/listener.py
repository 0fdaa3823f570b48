"""What a gateway in the same process hears: each event once it is on its way, while it listens."""

import logging
from collections.abc import Callable
from threading import Lock

from runtime.messages import Event, Undecodable, parse_event

log = logging.getLogger(__name__)


class LocalListener:
    """The gateway's listener port, fed by the relay threads: one event at a time, at least once, nothing replayed.

    Events of one service come in their order. `on_gap` is called when an event could not be read: something may have
    been missed. What the callbacks raise is logged, never passed on to a relay.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._on_event: Callable[[Event], None] | None = None
        self._on_gap: Callable[[], None] | None = None

    def start(self, on_event: Callable[[Event], None], on_gap: Callable[[], None]) -> None:
        with self._lock:
            self._on_event, self._on_gap = on_event, on_gap

    def stop(self) -> None:
        """No callback runs after this returns."""
        with self._lock:
            self._on_event = self._on_gap = None

    def tell(self, body: str) -> None:
        """Pass an event on, if anybody listens."""
        with self._lock:
            if self._on_event is None or self._on_gap is None:
                return
            try:
                event = parse_event(body)
            except Undecodable:
                _guarded(self._on_gap)
            else:
                _guarded(self._on_event, event)


def _guarded(callback: Callable[..., None], *args: Event) -> None:
    try:
        callback(*args)
    except Exception:
        log.exception("listener_failed")
