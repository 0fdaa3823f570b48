"""Calls to services over the broker, in nameko's protocol; safe under threads, and in a process that eventlet patched.

Many callers share one connection and its thread. A call ends at its deadline whatever happens to the broker, and its
failure says whether it can have run: NotSent (certainly not), Unavailable (perhaps), Refused (the service's answer).
"""

import json
import math
import threading
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import partial
from typing import Any

import pika

from runtime.connection import Channel, Connection
from runtime.errors import NotSent, Refused, Unavailable
from runtime.telemetry import rpc_span, step, traceparent
from runtime.topology import RPC_EXCHANGE

HEADER_PREFIX = "nameko."  # nameko hands on no others
TRANSIENT = 1
_deadline: ContextVar[float] = ContextVar("rpc_deadline", default=math.inf)


@contextmanager
def not_later_than(deadline: str | None) -> Iterator[None]:
    """While answering a call with this deadline (unix seconds), further calls get no more time than it has left."""
    token = _deadline.set(min(_deadline.get(), float(deadline or math.inf)))
    try:
        yield
    finally:
        _deadline.reset(token)


class _Pending:
    """The place where one caller waits for its answer."""

    __slots__ = ("answer", "done", "error")

    def __init__(self) -> None:
        self.done = threading.Lock()
        self.done.acquire()
        self.answer: bytes | None = None
        self.error: Exception | None = None

    def finish(self, answer: bytes | None, error: Exception | None = None) -> None:
        self.answer, self.error = answer, error
        self.done.release()


class BrokerRpc:
    """`runtime.service.Rpc` over RabbitMQ. Connects at the first call, in the process that makes it."""

    def __init__(self, amqp_uri: str, name: str = "client"):
        self._name = name
        self._pending: dict[str, _Pending] = {}
        self._reply_to = ""
        self._connection = Connection(amqp_uri, f"rpc-{name}", self._setup, self._lost)

    def call(
        self,
        service: str,
        method: str,
        payload: dict[str, Any],
        headers: dict[str, str] | None = None,
        timeout: float = 5.0,
    ) -> Any:
        """Answer of `service.method(payload)`. Raises Refused, NotSent, Unavailable; never later than `timeout`
        seconds from now."""
        with step(*rpc_span(service, method, "client")):
            return self._call(service, method, payload, headers or {}, timeout)

    def _call(self, service: str, method: str, payload: dict[str, Any], headers: dict[str, str], timeout: float) -> Any:
        timeout = min(timeout, _deadline.get() - time.time())
        if timeout <= 0:
            raise NotSent("the deadline of the call being answered has passed")
        end = time.monotonic() + timeout
        body = json.dumps({"args": [payload], "kwargs": {}}, separators=(",", ":")).encode()
        self._connection.start()
        if not self._connection.wait_ready(timeout):
            raise NotSent("no connection to the broker")
        id, pending = uuid.uuid4().hex, _Pending()
        properties = self._properties(id, headers, end - time.monotonic())
        self._pending[id] = pending
        try:
            if not self._connection.submit(partial(self._send, f"{service}.{method}", body, properties)):
                raise NotSent("no connection to the broker")
            if not pending.done.acquire(timeout=max(0.001, end - time.monotonic())):
                raise Unavailable(f"no answer from {service}.{method} within {timeout:g} s")
        finally:
            self._pending.pop(id, None)
        if pending.error:
            raise pending.error
        return _read(pending.answer or b"")

    @property
    def ready(self) -> bool:
        """Whether a call made now would find a connection."""
        self._connection.start()
        return self._connection.ready

    def close(self) -> None:
        self._connection.stop()

    def _properties(self, id: str, headers: dict[str, str], remaining: float) -> pika.BasicProperties:
        sent = {HEADER_PREFIX + name: value for name, value in headers.items() if value}
        sent[HEADER_PREFIX + "deadline"] = f"{time.time() + remaining:.3f}"
        if HEADER_PREFIX + "traceparent" not in sent and (trace := traceparent()):
            sent[HEADER_PREFIX + "traceparent"] = trace
        return pika.BasicProperties(
            content_type="application/json",
            content_encoding="utf-8",
            correlation_id=id,
            delivery_mode=TRANSIENT,
            expiration=str(max(1, int(remaining * 1000))),
            headers=sent,
        )

    # The rest runs on the connection's thread.

    def _setup(self, channel: Channel, ready: Any) -> None:
        self._reply_to = str(uuid.uuid4())
        queue = f"rpc.reply-{self._name}-{self._reply_to}"
        channel.add_on_return_callback(self._on_return)
        channel.queue_declare(queue, exclusive=True, auto_delete=True)
        channel.queue_bind(queue, RPC_EXCHANGE, self._reply_to)
        channel.basic_consume(queue, self._on_reply, auto_ack=True, callback=lambda _frame: ready())

    def _send(self, key: str, body: bytes, properties: pika.BasicProperties, channel: Channel) -> None:
        properties.reply_to = self._reply_to  # of this very connection
        channel.basic_publish(RPC_EXCHANGE, key, body, properties, mandatory=True)

    def _on_reply(self, _channel: Channel, _method: Any, properties: pika.BasicProperties, body: bytes) -> None:
        if pending := self._pending.pop(properties.correlation_id, None):
            pending.finish(body)

    def _on_return(self, _channel: Channel, method: Any, properties: pika.BasicProperties, _body: bytes) -> None:
        if pending := self._pending.pop(properties.correlation_id, None):
            pending.finish(None, NotSent(f"nobody answers {method.routing_key}"))

    def _lost(self) -> None:
        for id in list(self._pending):
            if pending := self._pending.pop(id, None):
                pending.finish(None, Unavailable("connection to the broker lost"))


def _read(body: bytes) -> Any:
    answer = json.loads(body)
    error = answer.get("error")
    if not error:
        return answer["result"]
    if error.get("exc_type") == "Refused":
        raise Refused(*error["exc_args"])
    raise Refused("internal")
