"""Structured logs and the trace that runs through HTTP, RPC, outbox and events (W3C Trace Context).

A log line is one JSON object: a constant event name, ids, numbers, and the trace id; never people's data.
"""

import contextvars
import json
import logging
import re
import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

_TRACEPARENT = re.compile(r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")
_current: contextvars.ContextVar[str] = contextvars.ContextVar("traceparent", default="")


def traceparent() -> str:
    """The current trace context in W3C form, or an empty string outside any trace."""
    return _current.get()


def trace_id() -> str:
    """The 32 hex digits that a support request can quote; empty outside any trace."""
    return _current.get()[3:35]


def child_of(parent: str) -> str:
    """A new span of the parent's trace, or a new trace if the parent is not a valid traceparent."""
    trace = parent[3:35] if _TRACEPARENT.match(parent or "") else secrets.token_hex(16)
    return f"00-{trace}-{secrets.token_hex(8)}-01"


@contextmanager
def tracing(parent: str) -> Iterator[str]:
    """Run the block in a child span of `parent`."""
    token = _current.set(child_of(parent))
    try:
        yield _current.get()
    finally:
        _current.reset(token)


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
            "event": record.getMessage(),
            **getattr(record, "facts", {}),
        }
        if trace := trace_id():
            line["trace"] = trace
        if record.exc_info:
            line["exception"] = self.formatException(record.exc_info)
        return json.dumps(line, ensure_ascii=False, default=str)


def configure_logging(service: str, level: str = "INFO") -> None:
    """Send every log line of this process to standard error as JSON. Called once, by a composition root."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(JsonFormatter(service))
    logging.basicConfig(level=level, handlers=[handler], force=True)
    logging.getLogger("pika").setLevel("CRITICAL")  # eight lines per failed attempt; runtime.connection tells it in one
    for noisy in ("amqp", "kombu", "nameko", "alembic", "waitress"):
        logging.getLogger(noisy).setLevel("WARNING")
