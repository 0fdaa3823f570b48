"""Parked messages: events that no repetition could help, kept with their reason until an operator decides.

`Parking` is what commands and the operator's page know of them. `runtime.parking_queue` keeps it on the broker,
`runtime.embedded.parking` in the tables of the one-process mode.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any, NamedTuple, Protocol
from uuid import UUID

from runtime.discretion import HIDDEN

KEEP_PARKED = timedelta(days=30)
SHOWN_BYTES = 64 * 1024  # of a body; a replay carries all of it
LAST_SECOND = 2**33  # of a time stamp that means anything
TOLD_APART = ("x-error", "x-traceback", "x-delivery-count")
ENVELOPE = ("specversion", "source", "type", "dataschema", "datacontenttype", "traceparent")


@dataclass(frozen=True)
class Parked:
    """One parked message. `id` names it, and is the same for each copy and at each look; `queue` is where it came from,
    and where a replay puts it. `body` is cut off after SHOWN_BYTES."""

    id: str
    queue: str
    type: str
    reason: str
    error: str
    traceback: str
    first_failed: datetime | None
    headers: dict[str, Any]
    body: bytes = field(repr=False)

    @property
    def service(self) -> str:
        """The service whose handler failed."""
        return self.queue.partition("--")[2].partition(".")[0]


Wanted = Callable[[Parked], bool]


class Replayed(NamedTuple):
    """How many went back to their queues, and what was wrong with the others, which stay parked."""

    done: int
    refused: list[str]


class Parking(Protocol):
    """Where parked messages lie. Every method raises Unavailable when that place does not answer."""

    def look(self, wanted: Wanted, most: int) -> list[Parked]:
        """Up to `most` messages, oldest failure first. Changes nothing."""

    def replay(self, wanted: Wanted) -> Replayed:
        """Give messages back to the very queue that they came from, to be tried anew. Dying in the middle may do one
        twice, which its reader's inbox absorbs, and loses none."""

    def drop(self, wanted: Wanted) -> int:
        """Throw messages away for good; how many there were."""


def parked(queue: str, message_id: str, headers: dict[str, Any], body: bytes) -> Parked:
    """The message that lies in the parking place with these headers (see `runtime.deliveries`), whoever wrote them. One
    that the broker itself moved there, for it was given back too often, has `x-death` instead."""
    death = _death(headers)
    return Parked(
        id=sha256(b"\0".join((queue.encode(), message_id.encode(), body))).hexdigest()[:12],
        queue=queue,
        type=printable(headers.get("x-type") or queue.partition("--")[0].removeprefix("evt-").partition("-")[2]),
        reason=printable(headers.get("x-reason") or death.get("reason") or "unknown"),
        error=printable(headers.get("x-error") or ""),
        traceback=printable(headers.get("x-traceback") or ""),
        first_failed=_instant(headers.get("x-first-failed") or death.get("time")),
        headers={str(name): value for name, value in headers.items() if name not in TOLD_APART},
        body=body[:SHOWN_BYTES],
    )


def printable(value: Any) -> str:
    """A text that can be encoded, of whatever a foreign sender has put there."""
    text = value.decode(errors="replace") if isinstance(value, bytes) else str(value)
    return text.encode(errors="replace").decode()


def _death(headers: dict[str, Any]) -> dict[str, Any]:
    deaths = headers.get("x-death")
    return deaths[0] if isinstance(deaths, list) and deaths and isinstance(deaths[0], dict) else {}


def _instant(value: Any) -> datetime | None:
    if isinstance(value, datetime):
        return value
    return datetime.fromtimestamp(value, UTC) if isinstance(value, int) and 0 < value < LAST_SECOND else None


def by_age(message: Parked) -> tuple[datetime, str]:
    """Sorts the oldest failure first."""
    return message.first_failed or datetime.max.replace(tzinfo=UTC), message.id


def readable(body: bytes, reveal: bool) -> str:
    """The body as indented JSON; unless `reveal`, every text is hidden that is no id, no instant, and not one of the
    envelope's own."""
    try:
        document = json.loads(body)
        shown = document if reveal else _masked(document, known=ENVELOPE)
        return printable(json.dumps(shown, ensure_ascii=False, indent=2))
    except (ValueError, RecursionError):
        return printable(body) if reveal else f"{HIDDEN} ({len(body)} bytes, no JSON)"


def _masked(value: Any, known: tuple[str, ...] = ()) -> Any:
    if isinstance(value, dict):
        return {key: each if key in known else _masked(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_masked(each) for each in value]
    return HIDDEN if isinstance(value, str) and value and not _harmless(value) else value


def _harmless(text: str) -> bool:
    """Whether this is an id or an instant: neither says anything about a person."""
    return _reads(UUID, text) or (_reads(datetime.fromisoformat, text) and "T" in text)


def _reads(kind: Callable[[str], Any], text: str) -> bool:
    try:
        kind(text)
    except ValueError:
        return False
    return True
