"""Where time comes from: read once at the edge, handed down as an argument, never read below it."""

from collections.abc import Callable
from datetime import UTC, datetime

Clock = Callable[[], datetime]


def utc_now() -> datetime:
    """The current instant, aware, in UTC."""
    return datetime.now(UTC)


def iso(instant: datetime) -> str:
    """An aware instant as RFC 3339 in UTC, as it travels in events and RPC payloads."""
    return instant.astimezone(UTC).isoformat()
