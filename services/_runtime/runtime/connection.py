"""One AMQP connection (pika) on a thread of its own, opened again for as long as it is wanted.

Works with plain threads and inside a process that eventlet has patched (then its thread is a green one).
"""

import logging
import os
import threading
import time
from collections.abc import Callable
from functools import partial
from typing import Any

import pika

log = logging.getLogger(__name__)
Channel = Any
FIRST_PAUSE, LONGEST_PAUSE = 0.05, 1.0


def parameters(amqp_uri: str, heartbeat: int = 10) -> pika.URLParameters:
    """Connection parameters under which no step waits for ever on a dead, frozen or blocked broker."""
    wanted = pika.URLParameters(amqp_uri)
    wanted.heartbeat = heartbeat
    wanted.socket_timeout = 3
    wanted.stack_timeout = 5
    wanted.blocked_connection_timeout = 10
    return wanted


class Connection:
    """Keeps one channel open. `setup(channel, ready)` runs after each connect and calls `ready()` when it is usable;
    `lost()` runs after each loss. Both run on the connection's thread, as does every submitted action.

    `start()` may be called often and in a forked child: a thread does not survive a fork, so the child gets its own.
    """

    def __init__(
        self,
        amqp_uri: str,
        name: str,
        setup: Callable[[Channel, Callable[[], None]], None],
        lost: Callable[[], None] = lambda: None,
    ):
        self.name = name
        self._parameters = parameters(amqp_uri)
        self._setup, self._lost = setup, lost
        self._ready = threading.Event()
        self._starting = threading.Lock()
        self._owner = 0
        self._stopping = False
        self._open: tuple[Any, Channel] | None = None
        self._trying: Any = None
        self._pause = FIRST_PAUSE

    @property
    def ready(self) -> bool:
        return self._open is not None

    def start(self) -> None:
        if self._owner == os.getpid():
            return
        with self._starting:
            if self._owner == os.getpid():
                return
            self._ready, self._open, self._stopping = threading.Event(), None, False
            threading.Thread(target=self._run, name=self.name, daemon=True).start()
            self._owner = os.getpid()

    def wait_ready(self, timeout: float) -> bool:
        return self.ready or self._ready.wait(timeout)

    def submit(self, action: Callable[[Channel], None]) -> bool:
        """Run `action(channel)` on the connection's thread; False if there is no connection now.

        True is no promise: if the connection breaks first, the action never runs, and `lost()` does.
        """
        current = self._open
        if current is None:
            return False
        connection, channel = current
        connection.ioloop.add_callback_threadsafe(partial(action, channel))
        return True

    def reset(self) -> None:
        """Throw the connection away and open another: its state is in doubt."""
        if current := self._open:
            connection = current[0]
            connection.ioloop.add_callback_threadsafe(partial(_abandon, connection))

    def stop(self, timeout: float = 3.0) -> None:
        """Close and end the thread."""
        if self._owner != os.getpid() or self._stopping:
            return
        self._stopping = True
        if trying := self._trying:
            trying.ioloop.add_callback_threadsafe(partial(_abandon, trying))
        self._owner = 0

    def _run(self) -> None:
        while not self._stopping:
            try:
                self._connect_and_serve()
            except Exception as error:
                self._note(error)
            self._closed()
            if not self._stopping:
                time.sleep(self._pause)
                self._pause = min(LONGEST_PAUSE, self._pause * 2)

    def _connect_and_serve(self) -> None:
        connection = pika.SelectConnection(
            self._parameters,
            on_open_callback=lambda c: c.channel(on_open_callback=partial(self._on_channel, c)),
            on_open_error_callback=self._on_end,
            on_close_callback=self._on_end,
        )
        self._trying = connection
        try:
            connection.ioloop.start()
        finally:
            connection.ioloop.close()

    def _on_channel(self, connection: Any, channel: Channel) -> None:
        channel.add_on_close_callback(lambda _channel, reason: self._on_channel_closed(connection, reason))
        self._setup(channel, partial(self._on_ready, connection, channel))

    def _on_ready(self, connection: Any, channel: Channel) -> None:
        self._pause = FIRST_PAUSE
        self._open = (connection, channel)
        self._ready.set()

    def _on_channel_closed(self, connection: Any, reason: Any) -> None:
        if connection.is_open:
            self._note(reason)
            connection.close()

    def _on_end(self, connection: Any, reason: Any) -> None:
        if not self._stopping:
            self._note(reason)
        connection.ioloop.stop()

    def _closed(self) -> None:
        was_open, self._open, self._trying = self._open, None, None
        self._ready.clear()
        if was_open:
            self._lost()

    def _note(self, reason: Any) -> None:
        facts = {"connection": self.name, "reason": f"{type(reason).__name__}: {reason}"[:200]}
        log.warning("broker_connection_lost", extra={"facts": facts})


def _abandon(connection: Any) -> None:
    """Close politely if the broker answers; in a second it is over either way."""
    connection.ioloop.call_later(1, connection.ioloop.stop)
    if connection.is_open:
        connection.close()
    elif not connection.is_closing:
        connection.ioloop.stop()
