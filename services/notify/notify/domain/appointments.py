"""An appointment as one event showed it."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Status(StrEnum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    DECLINED = "declined"
    CANCELLED = "cancelled"
    COMPLETED = "completed"
    MISSED = "missed"


GONE = frozenset({Status.DECLINED, Status.CANCELLED})


@dataclass(frozen=True, kw_only=True)
class Customer:
    """The person who comes. `email` may be empty: staff know customers with a phone only."""

    first_name: str
    last_name: str
    email: str
    phone: str
    locale: str
    time_zone: str

    @property
    def name(self) -> str:
        return f"{self.first_name} {self.last_name}".strip()


@dataclass(frozen=True)
class Announcement:
    """What staff want the customer to hear beside a change: `kind` is "notice" or "reminder"."""

    kind: str
    channels: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Place:
    """Where it takes place: an address, a video call or a phone call. Parts may be empty; `url` is http or https."""

    kind: str = "address"
    name: str = ""
    address: str = ""
    text: str = ""
    url: str = ""

    @property
    def line(self) -> str:
        """What calendars and short messages call it."""
        return ", ".join(part for part in (self.name, self.address, self.text, self.url) if part)


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """One version of an appointment and the change that led to it.

    `change` is the event's type without its prefix ("booked", "cancelled"), `at` the instant of the change,
    `actor` who made it ("customer", "staff", "system"), `changed` what else it changed, `channels` how staff want the
    customer to hear of it (None: by mail, or by SMS where there is no address). `meeting`: it is an invitation
    to a video call, to which the reader's link leads. `paid` and `balance` are None where booking does not tell.
    Instants are aware; `time_zone` is the calendar's.
    """

    id: str
    version: int
    practice_id: str
    change: str
    at: datetime
    status: Status
    start: datetime
    end: datetime
    time_zone: str
    service: str
    duration_minutes: int
    price: dict[str, str] | None
    calendar_id: str
    nickname: str
    place: Place
    customer: Customer
    comment: str
    online: bool
    actor: str
    notify: bool
    note: str
    previous_start: datetime | None
    previous_end: datetime | None
    meeting: bool = False
    paid: dict[str, str] | None = None
    balance: dict[str, str] | None = None
    announcement: Announcement | None = None
    changed: tuple[str, ...] = ()
    channels: tuple[str, ...] | None = None

    @property
    def over(self) -> bool:
        """True when the appointment, and the one it replaces, had ended before the change."""
        return max(self.end, self.previous_end or self.end) <= self.at
