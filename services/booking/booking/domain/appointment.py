"""An appointment and what happens to it."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from booking.domain.money import Money, hundredths, money

PENDING, ACCEPTED, DECLINED, CANCELLED, COMPLETED, MISSED = (
    "pending",
    "accepted",
    "declined",
    "cancelled",
    "completed",
    "missed",
)
STATUSES = (PENDING, ACCEPTED, DECLINED, CANCELLED, COMPLETED, MISSED)
ACTIVE = (PENDING, ACCEPTED)
STANDING = (PENDING, ACCEPTED, COMPLETED, MISSED)
UNDO_TIME = timedelta(minutes=10)


@dataclass(frozen=True)
class Contact:
    """How to reach the customer, as entered. `phone` is E.164, `phone_typed` what the customer wrote."""

    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    phone_typed: str | None


@dataclass(frozen=True)
class Slot:
    """A time with its buffers on one calendar; all instants are UTC, intervals half-open."""

    calendar_id: str
    starts: datetime
    ends: datetime
    occupies_from: datetime
    occupies_until: datetime

    @property
    def resources(self) -> tuple[str, ...]:
        """Everything that the slot needs for itself."""
        return (self.calendar_id,)


@dataclass(frozen=True, kw_only=True)
class Appointment:
    """One appointment with snapshots of what was booked: later changes of a service or calendar do not touch it.

    `version` rises by one with each change. `occupying` says whether it holds rows of `occupancies`. `undo_status` is
    what an undo restores until `undo_until`; after the undo it is None while `undo_until` and `undo_actor` stay, so
    that a repeated undo answers the same. `undo_occupied` is `occupying` as it was before the last change of status;
    None: not known. `cancelled_at` and `cancelled_by` outlast a correction, which an undo may take back. While a
    customer's record is linked (`customer_id`), the contact is the record's, and `booked` keeps the one that was
    entered.
    """

    id: str
    practice_id: str
    version: int
    status: str
    starts: datetime
    ends: datetime
    occupies_from: datetime
    occupies_until: datetime
    occupying: bool
    service: dict[str, Any]
    confirmation: str
    calendar_id: str
    calendar: dict[str, Any]
    place: dict[str, Any] | None
    cancel_notice_minutes: int
    move_notice_minutes: int
    customer_id: str | None
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    phone_typed: str | None
    locale: str
    time_zone: str | None
    answers: list[dict[str, Any]]
    message: str
    comment: str
    note: str | None
    paid: int
    online: bool
    link: str | None
    handled_at: datetime | None
    token_hash: str
    token_generation: int
    cancelled_at: datetime | None
    cancelled_by: str | None
    undo_status: str | None
    undo_until: datetime | None
    undo_actor: str | None
    undo_handled_at: datetime | None
    created_at: datetime
    changed_at: datetime
    booked: dict[str, Any] | None = None
    undo_occupied: bool | None = None

    @property
    def slot(self) -> Slot:
        return Slot(self.calendar_id, self.starts, self.ends, self.occupies_from, self.occupies_until)

    @property
    def price(self) -> Money | None:
        """What it costs: the service's price when it was booked, unless staff have set another."""
        price: Money | None = self.service.get("price")
        return price

    @property
    def currency(self) -> str:
        """Of its price; empty without one."""
        return str(self.price["currency"]) if self.price else ""

    @property
    def account(self) -> dict[str, Money | None]:
        """Price, what is paid of it and what is open; all None without a price."""
        if self.price is None:
            return {"price": None, "paid": None, "balance": None}
        open_ = hundredths(self.price) - self.paid
        return {"price": self.price, "paid": money(self.paid, self.currency), "balance": money(open_, self.currency)}

    @property
    def cancel_until(self) -> datetime:
        """The last instant at which the customer may cancel."""
        return self.starts - timedelta(minutes=self.cancel_notice_minutes)

    @property
    def move_until(self) -> datetime:
        """The last instant at which the customer may move it."""
        return self.starts - timedelta(minutes=self.move_notice_minutes)

    @property
    def undoable(self) -> dict[str, Any]:
        """What an undo needs; for changes that leave it possible."""
        return {name: value for name, value in vars(self).items() if name.startswith("undo_")}

    def customer_may(self, until: datetime, now: datetime) -> bool:
        """Whether the customer may still change it: it is active, has not begun, and `until` has not passed."""
        return self.status in ACTIVE and now < self.starts and now <= until

    def changed(self, now: datetime, **values: Any) -> "Appointment":
        """The next version. What could be undone before cannot any more, unless `values` say otherwise."""
        forgotten = dict.fromkeys(self.undoable)
        return replace(self, version=self.version + 1, changed_at=now, **{**forgotten, **values})


@dataclass(frozen=True, kw_only=True)
class Change:
    """Who changed an appointment, when and how: what its history and its event say beside the new state.

    `actor` is customer, staff or system; `via` is page, api, link or desk. `before` is None for a new appointment.
    `changed` names what changed beside status and time, each with its `from` and `to`.
    `channels` are the ways by which the customer is to hear of it; None: as ever.
    `announcement` is what staff want the customer to be told beside it: kind, channels, text.
    """

    what: str
    at: datetime
    actor: str
    via: str
    before: Appointment | None = None
    user_id: str | None = None
    note: str | None = None
    notify: bool = True
    channels: Sequence[str] | None = None
    changed: dict[str, Any] = field(default_factory=dict)
    announcement: dict[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class Hold:
    """A slot kept for a customer who fills in the form, until `expires_at`."""

    id: str
    practice_id: str
    service_id: str
    calendar_id: str
    starts: datetime
    ends: datetime
    occupies_from: datetime
    occupies_until: datetime
    expires_at: datetime
    extensions: int
    version: int

    @property
    def slot(self) -> Slot:
        return Slot(self.calendar_id, self.starts, self.ends, self.occupies_from, self.occupies_until)
