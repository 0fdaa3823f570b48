"""An invitation to a one-on-one video call, and what becomes of the messages that carry it."""

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import Any

ACTIVE, DELETED = "active", "deleted"
STATUSES = (ACTIVE, DELETED)
EMAIL, SMS = "email", "sms"
CHANNELS = (EMAIL, SMS)
CONSENT_TEXT = "1"  # the wording beside the tick box; a changed wording is another version


class Purpose(StrEnum):
    """What a message to the guest tells."""

    INVITATION = "invitation"
    MOVED = "invitation_moved"
    CANCELLED = "invitation_cancelled"


class Mark(StrEnum):
    """What the list shows: nothing is known yet, the green tick, the red exclamation mark."""

    PENDING = "pending"
    DELIVERED = "delivered"
    FAILED = "failed"


class Call(StrEnum):
    """How far the guest has come: not there, in the waiting room, let in."""

    IDLE = "idle"
    WAITING = "waiting"
    ADMITTED = "admitted"


class Join(StrEnum):
    """What the link is good for (decision 17)."""

    OPEN = "open"
    WAITING = "waiting"
    VOID = "void"
    EXPIRED = "expired"


@dataclass(frozen=True)
class Host:
    """Who invites, as guests may know it, and by which clock: never a real name."""

    calendar_id: str | None
    nickname: str
    time_zone: str


@dataclass(frozen=True, kw_only=True)
class Practice:
    """What the rules need to know of a practice."""

    id: str
    plan: str
    country: str
    locale: str


@dataclass(frozen=True, kw_only=True)
class Invitation:
    """One invitation. `version` rises with what staff change, `told` with every event about it.

    Instants are UTC; `time_zone` is the host's, `guest_zone` the guest's if known. `phone` is E.164. `digest` is the
    hash of the request that made it, `last_key` the idempotency key of the last repeat of its messages. `called_…`: who
    of the staff has called the guest instead, and about which failed attempts (channel -> attempt).
    """

    id: str
    practice_id: str
    version: int
    told: int
    status: str
    calendar_id: str | None
    nickname: str
    time_zone: str
    host_id: str | None
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    channels: list[str]
    starts: datetime
    ends: datetime
    valid_until: datetime
    locale: str
    guest_zone: str | None
    consent_at: datetime
    consent_by: str | None
    consent_text: str
    token_hash: str
    token_generation: int
    mark: str
    call: str
    digest: str
    last_key: str | None
    created_at: datetime
    changed_at: datetime
    called_at: datetime | None = None
    called_by: str | None = None
    called_name: str | None = None
    called_for: dict[str, int] | None = None

    @property
    def minutes(self) -> int:
        return int((self.ends - self.starts).total_seconds() // 60)

    def address(self, channel: str) -> str:
        """Where messages of this channel go; a chosen channel has one."""
        return (self.email if channel == EMAIL else self.phone) or ""

    def changed(self, now: datetime, **values: Any) -> "Invitation":
        """The next version."""
        return replace(self, version=self.version + 1, changed_at=now, **values)


@dataclass(frozen=True, kw_only=True)
class Delivery:
    """One attempt to reach the guest by one channel, from 1, and how far it came.

    `turn` counts the tries of the message behind it: a state told of an earlier try is older.
    """

    invitation_id: str
    channel: str
    attempt: int
    practice_id: str
    purpose: str
    address: str
    state: str
    reason: str | None
    turn: int
    at: datetime
    created_at: datetime
