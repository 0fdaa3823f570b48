"""The call itself: two sides, one browser each, and what they may tell each other."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

AWAY = timedelta(seconds=40)  # a browser that has asked for nothing so long is not there any more
KEPT = timedelta(minutes=3)  # a signal that nobody has fetched by then helps nobody
BYE = "bye"
KINDS = ("ready", "offer", "answer", "candidates", "restart", BYE)
GONE = datetime(1970, 1, 1, tzinfo=UTC)  # when a browser that has said farewell was seen last


class Side(StrEnum):
    """The host is who creates offers."""

    HOST = "host"
    GUEST = "guest"

    @property
    def other(self) -> "Side":
        return Side.GUEST if self is Side.HOST else Side.HOST


@dataclass(frozen=True)
class Participant:
    """The browser (`peer`, a random name that it gives itself) that a side uses now."""

    invitation_id: str
    side: str
    peer: str
    seen_at: datetime

    def there(self, now: datetime) -> bool:
        """Whether it has asked for news lately."""
        return now - self.seen_at < AWAY


def stays_in(known: Mapping[str, Participant], peer: str, now: datetime) -> bool:
    """Whether a guest whom the host let in need not be let in again: the same browser, while the host's is there."""
    guest, host = known.get(Side.GUEST), known.get(Side.HOST)
    return guest is not None and guest.peer == peer and host is not None and host.there(now)


@dataclass(frozen=True)
class Signal:
    """Something that one browser tells the other: `data` is what WebRTC gave it."""

    kind: str
    data: Any
