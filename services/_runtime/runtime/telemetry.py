"""Structured logs and the trace that runs through HTTP, RPC, outbox and events (W3C Trace Context).

A log line is one JSON object: a constant event name, ids, numbers, and the trace id; never people's data, so what an
error quotes is hidden (`runtime.discretion`).
"""

import contextvars
import json
import logging
import random
import re
import sys
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from datetime import UTC, datetime
from typing import Any

from runtime.discretion import discreet

_TRACEPARENT = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
_current: contextvars.ContextVar[str] = contextvars.ContextVar("traceparent", default="")
_span: contextvars.ContextVar[Any] = contextvars.ContextVar("span", default=None)
_spans: Any = None  # a runtime.spans.Spans, once `export_spans` has made it
Facts = Mapping[str, str | int]
NO_FACTS: Facts = {}


def traceparent() -> str:
    """The current trace context in W3C form, or an empty string outside any trace."""
    return _current.get()


def trace_id() -> str:
    """The 32 hex digits that a support request can quote; empty outside any trace."""
    return _current.get()[3:35]


def child_of(parent: str) -> str:
    """A new span of the parent's trace, or a new trace if the parent is not a valid traceparent."""
    trace = parent[3:35] if _TRACEPARENT.match(parent or "") else f"{random.getrandbits(128):032x}"
    return f"00-{trace}-{random.getrandbits(64):016x}-01"


def unrecorded() -> str:
    """The parent of what nobody wants to find among the traces: it has a trace id, and its spans are dropped."""
    return f"{child_of('')[:-2]}00"


@contextmanager
def tracing(parent: str, name: str = "work", kind: str = "internal", facts: Facts = NO_FACTS) -> Iterator[str]:
    """Run the block in a child span of `parent`; yields its own traceparent.

    Where spans are exported, the span has this name, kind (server, client, producer, consumer, internal) and these
    attributes: names that the code gives, ids and numbers, never people's data.
    """
    span, context = _spans.open(parent, name, kind, facts) if _spans else (None, child_of(parent))
    token, outer = _current.set(context), _span.set(span)
    try:
        yield context
    except BaseException as error:
        if span:
            _spans.failed(span, error)
        raise
    finally:
        _current.reset(token)
        _span.reset(outer)
        if span:
            span.end()


def step(name: str, kind: str, facts: Facts = NO_FACTS) -> AbstractContextManager[str]:
    """Where spans are exported, run the block in a child span of the current one; elsewhere in the current one. Yields
    the traceparent either way."""
    return tracing(_current.get(), name, kind, facts) if _spans else nullcontext(_current.get())


def describe(facts: Facts, name: str = "", *, failed: bool = False) -> None:
    """Tell more of the current span, where it is exported; also that it has failed, if no error leaves it."""
    if span := _span.get():
        span.set_attributes(facts)
        if name:
            span.update_name(name)
        if failed:
            _spans.mark_failed(span)


def export_spans(service: str, endpoint: str) -> None:
    """Send this process's spans to an OpenTelemetry collector (OTLP over HTTP); without an endpoint, do nothing.
    Called once, by a composition root, after any fork."""
    global _spans
    if endpoint:
        from runtime.spans import Spans  # here: it takes 9 MB

        _spans = Spans(service, endpoint)


def rpc_span(service: str, method: str, kind: str) -> tuple[str, str, Facts]:
    """Name, kind and attributes of a call's span, on either side."""
    return f"{service}/{method}", kind, {"rpc.system": "nameko", "rpc.service": service, "rpc.method": method}


def event_span(source: str, type: str, id: str, consumer: str = "") -> tuple[str, str, Facts]:
    """Name, kind and attributes of the span in which an event is made, or handled by a consumer: as OpenTelemetry names
    them for RabbitMQ."""
    operation, place = "process" if consumer else "create", f"{source}.events:{type}"
    facts = {
        "messaging.system": "rabbitmq",
        "messaging.operation.name": operation,
        "messaging.operation.type": operation,
        "messaging.destination.name": place,
        "messaging.rabbitmq.destination.routing_key": type,
        "messaging.message.id": id,
    }
    if consumer:
        facts["messaging.destination.subscription.name"] = consumer
    return f"{operation} {place}", "consumer" if consumer else "producer", facts


class JsonFormatter(logging.Formatter):
    """`log.info("event_name", extra={"facts": {...}})` becomes one JSON line."""

    def __init__(self, service: str):
        super().__init__()
        self.service = service

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "service": self.service,
            "event": discreet(record.getMessage()),
            **{name: _discreet(value) for name, value in getattr(record, "facts", {}).items()},
        }
        if trace := trace_id():
            line["trace"] = trace
        if record.exc_info:
            line["exception"] = discreet(self.formatException(record.exc_info))
        return json.dumps(line, ensure_ascii=False, default=_told)


def _discreet(fact: Any) -> Any:
    return discreet(fact) if isinstance(fact, str) else fact


def _told(value: Any) -> str:
    return discreet(str(value))


def configure_logging(service: str, level: str = "INFO") -> None:
    """Send every log line of this process to standard error as JSON. Called once, by a composition root."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("pika").setLevel("CRITICAL")  # eight lines per failed attempt; runtime.connection tells it in one
    for noisy in ("amqp", "kombu", "nameko", "alembic", "waitress"):
        logging.getLogger(noisy).setLevel("WARNING")
    logging.getLogger("opentelemetry").setLevel("ERROR")  # one line per lost batch, none per attempt
