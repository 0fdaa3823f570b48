"""The tables of booking. `occupancies` carries the constraint that makes a double booking impossible."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
    text,
)

from runtime.db import UtcDateTime

metadata = MetaData()

OPEN = "handled_at is null and status in ('pending', 'accepted')"


def _id(name: str, *args: Any, **options: Any) -> Column[str]:
    return Column(name, Uuid(as_uuid=False), *args, **options)


appointments = Table(
    "appointments",
    metadata,
    _id("id", primary_key=True),
    _id("practice_id", nullable=False),
    Column("version", Integer, nullable=False),
    Column("status", String(12), nullable=False),
    Column("starts", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    Column("occupies_from", UtcDateTime, nullable=False),
    Column("occupies_until", UtcDateTime, nullable=False),
    Column("occupying", Boolean, nullable=False),
    Column("service", JSON, nullable=False),
    Column("confirmation", String(12), nullable=False),
    _id("calendar_id", nullable=False),
    Column("calendar", JSON, nullable=False),
    Column("place", JSON(none_as_null=True)),
    Column("cancel_notice_minutes", Integer, nullable=False),
    Column("move_notice_minutes", Integer, nullable=False),
    _id("customer_id"),
    Column("first_name", String(100), nullable=False),
    Column("last_name", String(100), nullable=False),
    Column("email", String(254)),
    Column("email_key", String(254)),  # lower case, for comparison
    Column("phone", String(20)),
    Column("phone_typed", String(50)),
    Column("locale", String(2), nullable=False),
    Column("time_zone", String(64)),
    Column("booked", JSON(none_as_null=True)),  # the contact as it was entered, while a customer is linked
    Column("answers", JSON, nullable=False),
    Column("message", Text, nullable=False),
    Column("comment", Text, nullable=False),
    Column("note", Text),  # staff's own; the customer never sees it
    Column("paid", BigInteger, nullable=False, server_default="0"),  # hundredths of the price's currency
    Column("search", Text, nullable=False),  # lower-case names, e-mail and phone
    Column("online", Boolean, nullable=False),
    Column("link", String(64)),
    Column("handled_at", UtcDateTime),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("token_generation", Integer, nullable=False),
    Column("cancelled_at", UtcDateTime),
    Column("cancelled_by", String(10)),
    Column("undo_status", String(12)),
    Column("undo_until", UtcDateTime),
    Column("undo_actor", String(10)),
    Column("undo_handled_at", UtcDateTime),
    Column("undo_occupied", Boolean),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    CheckConstraint("ends > starts", name="appointments_last"),
    CheckConstraint(
        "status in ('pending', 'accepted', 'declined', 'cancelled', 'completed', 'missed')", name="appointments_status"
    ),
    Index("appointments_planner", "practice_id", "starts", "id", "search"),
    Index("appointments_changed", "practice_id", "changed_at"),
    Index("appointments_calendar", "calendar_id", "starts"),
    Index("appointments_email", "practice_id", "email_key", "starts"),
    Index("appointments_phone", "practice_id", "phone", "starts"),
    Index("appointments_customer", "practice_id", "customer_id", "starts", "id"),
    Index(
        "appointments_inbox",
        "practice_id",
        "created_at",
        "id",
        postgresql_where=text(OPEN),
        sqlite_where=text(OPEN),
    ),
)

history = Table(
    "appointment_history",
    metadata,
    _id("appointment_id", ForeignKey("appointments.id", ondelete="CASCADE"), primary_key=True),
    Column("version", Integer, primary_key=True),
    Column("at", UtcDateTime, nullable=False),
    Column("what", String(12), nullable=False),
    Column("actor", String(10), nullable=False),
    Column("via", String(10), nullable=False),
    _id("user_id"),
    Column("from_status", String(12)),
    Column("to_status", String(12), nullable=False),
    Column("from_start", UtcDateTime),
    Column("to_start", UtcDateTime, nullable=False),
    Column("note", Text),
    Column("changed", JSON(none_as_null=True)),
)

# What was paid; the sum stands in `appointments.paid`, written in the same transaction under the appointment's lock.
payments = Table(
    "payments",
    metadata,
    _id("id", primary_key=True),
    _id("practice_id", nullable=False),
    _id("appointment_id", ForeignKey("appointments.id", ondelete="CASCADE"), nullable=False),
    Column("amount", BigInteger, nullable=False),  # hundredths
    Column("currency", String(3), nullable=False),
    Column("method", String(20)),
    Column("note", Text),
    Column("paid_at", UtcDateTime, nullable=False),
    _id("user_id"),
    CheckConstraint("amount > 0", name="payments_amount"),
    Index("payments_appointment", "appointment_id", "paid_at"),
    Index("payments_practice", "practice_id", "paid_at"),
)

customers = Table(
    "customers",
    metadata,
    _id("id", primary_key=True),
    _id("practice_id", nullable=False),
    Column("version", Integer, nullable=False),
    Column("first_name", String(100), nullable=False),
    Column("last_name", String(100), nullable=False),
    Column("email", String(254)),
    Column("email_key", String(254)),  # lower case, for comparison
    Column("phone", String(20)),
    Column("phone_typed", String(50)),
    Column("locale", String(2), nullable=False),
    Column("time_zone", String(64)),
    Column("note", Text, nullable=False),
    _id("merged_into"),
    # How names are sorted and compared, see `domain.customers`.
    Column("first_key", String(400), nullable=False),
    Column("last_key", String(400), nullable=False),
    Column("initials", String(2), nullable=False),
    Column("search", Text, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Index("customers_names", "practice_id", "last_key", "first_key", "id"),
    Index("customers_initials", "practice_id", "initials"),
    Index("customers_email", "practice_id", "email_key"),
    Index("customers_phone", "practice_id", "phone"),
    Index("customers_merged", "merged_into"),
)

holds = Table(
    "holds",
    metadata,
    _id("id", primary_key=True),
    _id("practice_id", nullable=False),
    _id("service_id", nullable=False),
    _id("calendar_id", nullable=False),
    Column("starts", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    Column("occupies_from", UtcDateTime, nullable=False),
    Column("occupies_until", UtcDateTime, nullable=False),
    Column("expires_at", UtcDateTime, nullable=False),
    Column("extensions", Integer, nullable=False),
    Column("version", Integer, nullable=False),
    Index("holds_calendar", "calendar_id"),
    Index("holds_expiry", "expires_at"),
)

# The constraint itself (PostgreSQL: EXCLUDE over the generated column `during`; SQLite: a trigger) stands in the
# migration. The reference to the appointment is deferred: time is taken first, so that losers have written nothing.
occupancies = Table(
    "occupancies",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    _id("resource_id", nullable=False),
    Column("from_at", UtcDateTime, nullable=False),
    Column("until_at", UtcDateTime, nullable=False),
    _id("appointment_id", ForeignKey("appointments.id", deferrable=True, initially="DEFERRED")),
    _id("hold_id", ForeignKey("holds.id", ondelete="CASCADE", deferrable=True, initially="DEFERRED")),
    CheckConstraint("until_at > from_at", name="occupancies_last"),  # an empty range would overlap nothing
    CheckConstraint("(appointment_id is null) <> (hold_id is null)", name="occupancies_owner"),
    Index("occupancies_resource", "resource_id", "from_at"),
    Index("occupancies_appointment", "appointment_id"),
    Index("occupancies_hold", "hold_id"),
)

booking_rules = Table(
    "booking_rules",
    metadata,
    _id("practice_id", primary_key=True),
    Column("fields", JSON, nullable=False),
    Column("max_open_bookings", Integer),
)

idempotency = Table(
    "idempotency",
    metadata,
    _id("practice_id", primary_key=True),
    Column("operation", String(20), primary_key=True),
    Column("key", String(200), primary_key=True),
    Column("digest", String(64), nullable=False),
    Column("answer", JSON, nullable=False),
    Column("created", UtcDateTime, nullable=False),
    Index("idempotency_created", "created"),
)
