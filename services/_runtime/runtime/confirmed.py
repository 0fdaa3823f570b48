"""Publish single messages and wait for the broker's word (py-amqp); for messages that are handed on after a failure."""

import contextlib
import threading
from typing import Any
from urllib.parse import unquote, urlsplit

import amqp


class ConfirmedPublisher:
    """One connection, one publish in flight. After any trouble the connection is thrown away, so that a late confirm
    can never be taken for the confirm of a later message."""

    def __init__(self, amqp_uri: str, timeout: float = 10.0):
        self._uri, self._timeout = urlsplit(amqp_uri), timeout
        self._lock = threading.Lock()
        self._connection: Any = None
        self._channel: Any = None

    def publish(self, exchange: str, key: str, body: bytes, **properties: Any) -> None:
        """Return when the broker has taken the message into a queue; raise otherwise, within the time-out."""
        with self._lock:
            fresh = self._connection is None
            try:
                self._publish(exchange, key, body, properties)
            except (OSError, amqp.ConnectionError):
                if fresh:
                    raise
                self._publish(exchange, key, body, properties)  # it was merely stale

    def _publish(self, exchange: str, key: str, body: bytes, properties: dict[str, Any]) -> None:
        message = amqp.Message(body, delivery_mode=2, **properties)
        try:  # a returned or refused message raises, too
            self._open().basic_publish_confirm(message, exchange, key, mandatory=True, confirm_timeout=self._timeout)
        except BaseException:
            self.close()
            raise

    def _open(self) -> Any:
        if self._connection is None:
            parts = self._uri
            connection = amqp.Connection(
                f"{parts.hostname}:{parts.port or 5672}",
                userid=unquote(parts.username or "guest"),
                password=unquote(parts.password or "guest"),
                virtual_host=unquote(parts.path[1:]) or "/",
                confirm_publish=True,
                connect_timeout=self._timeout,
                read_timeout=self._timeout,
                write_timeout=self._timeout,
            )
            self._connection = connection
            connection.connect()
            self._channel = connection.channel()
        return self._channel

    def close(self) -> None:
        connection, self._connection = self._connection, None
        if connection is not None:
            with contextlib.suppress(Exception):
                connection.collect()
