"""What callers ask for, once their payload has been read, and what availability offers."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from booking.domain.appointment import Contact, Slot


@dataclass(frozen=True)
class Candidate:
    """A calendar that could take the appointment, with its own limits (None: none)."""

    id: str
    nickname: str
    time_zone: str
    place: dict[str, Any] | None
    max_per_day: int | None
    max_per_week: int | None


@dataclass(frozen=True)
class Offer:
    """Availability's word that a time is offered. Whether it is free only the constraint knows."""

    service: dict[str, Any]
    confirmation: str
    starts: datetime
    ends: datetime
    occupies_from: datetime
    occupies_until: datetime
    cancel_notice_minutes: int
    move_notice_minutes: int
    candidates: tuple[Candidate, ...]

    def slot(self, candidate: Candidate) -> Slot:
        return Slot(candidate.id, self.starts, self.ends, self.occupies_from, self.occupies_until)

    def preferring(self, calendar_id: str | None) -> list[Candidate]:
        """The candidates, this calendar first: availability sees the customer's own hold as taken."""
        return sorted(self.candidates, key=lambda candidate: candidate.id != calendar_id)


@dataclass(frozen=True)
class Once:
    """An idempotency key and the hash of the request that came with it."""

    operation: str
    key: str
    digest: str


@dataclass(frozen=True, kw_only=True)
class Wish:
    """A time that somebody wants; `calendar` None means any professional, `minutes` None as long as the service takes.
    `zone` is only for alternatives."""

    practice_id: str
    service: str
    calendar: str | None
    start: datetime
    zone: str | None = None
    minutes: int | None = None


@dataclass(frozen=True, kw_only=True)
class Book(Wish):
    """A booking, online or on a customer's behalf: of the contact, or of the customer's record."""

    contact: Contact | None
    answers: dict[str, Any]
    message: str
    hold: str | None
    locale: str | None
    link: str | None
    customer_id: str | None = None
    online: bool = True
    force: bool = False
    notify: bool = True
    channels: Sequence[str] | None = None
    note: str | None = None
    user_id: str | None = None
    via: str = "page"
    once: Once | None = None

    @property
    def whom(self) -> Contact:
        """The contact, once a customer's record has been read for it."""
        assert self.contact is not None
        return self.contact


@dataclass(frozen=True, kw_only=True)
class TakeHold(Wish):
    """Keep the slot while the form is filled in."""

    once: Once | None = None


@dataclass(frozen=True, kw_only=True)
class Move:
    """A new time for an appointment; `calendar` None keeps its calendar."""

    start: datetime
    calendar: str | None
    actor: str
    user_id: str | None = None
    force: bool = False
    notify: bool = True
    channels: Sequence[str] | None = None
    note: str | None = None


@dataclass(frozen=True, kw_only=True)
class Search:
    """The staff's filters for the list of appointments."""

    start: datetime | None = None
    until: datetime | None = None
    calendar: str | None = None
    statuses: tuple[str, ...] = ()
    customer: str | None = None
    words: str = ""
    scope: str | None = None
    limit: int = 50
    cursor: tuple[datetime, str] | None = None


@dataclass(frozen=True)
class Entries:
    """What was entered about a customer: the fields that were given, the phone number normalised."""

    given: dict[str, Any]
    once: Once | None = None
