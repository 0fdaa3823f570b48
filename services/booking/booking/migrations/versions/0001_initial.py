"""Appointments, their history, holds, occupancies with the overlap constraint, rules, idempotency keys."""

import sqlalchemy as sa
from alembic import op

from runtime import tables
from runtime.db import UtcDateTime

revision = "0001"
down_revision = None

OPEN = "handled_at is null and status in ('pending', 'accepted')"

# btree_gist is a trusted extension since PostgreSQL 13: the database's owner may create it. Where the owner may not,
# an administrator does it once, beforehand.
EXCLUDE = """
create extension if not exists btree_gist;
alter table occupancies add column during tstzrange not null
    generated always as (tstzrange(from_at, until_at, '[)')) stored;
alter table occupancies add constraint occupancies_no_overlap
    exclude using gist (resource_id with =, during with &&);
"""

# Rows of one resource never overlap, so of all that begin before the new one ends only the last can reach into it:
# one look-up in the index, however many rows there are.
REFUSE_OVERLAP = """
create trigger occupancies_no_overlap before insert on occupancies
when new.from_at < (
    select until_at from occupancies
    where resource_id = new.resource_id and from_at < new.until_at
    order by from_at desc limit 1)
begin select raise(abort, 'occupancies_no_overlap'); end
"""

# Otherwise an update could carry a row around the check above.
REFUSE_CHANGE = """
create trigger occupancies_no_move before update of resource_id, from_at, until_at on occupancies
begin select raise(abort, 'occupancies_no_move'); end
"""


def upgrade() -> None:
    tables.create(op)
    _appointments()
    _history()
    _holds()
    _occupancies()
    _rules()


def downgrade() -> None:
    for name in ("idempotency", "booking_rules", "occupancies", "holds", "appointment_history", "appointments"):
        op.drop_table(name)
    tables.drop(op)  # the extension stays: others in this database may use it


def _id(name: str, *args, **options) -> sa.Column:
    return sa.Column(name, sa.Uuid(as_uuid=False), *args, **options)


def _needed(name: str, kind) -> sa.Column:
    return sa.Column(name, kind, nullable=False)


def _appointments() -> None:
    op.create_table(
        "appointments",
        _id("id", primary_key=True),
        _id("practice_id", nullable=False),
        _needed("version", sa.Integer),
        _needed("status", sa.String(12)),
        _needed("starts", UtcDateTime),
        _needed("ends", UtcDateTime),
        _needed("occupies_from", UtcDateTime),
        _needed("occupies_until", UtcDateTime),
        _needed("occupying", sa.Boolean),
        _needed("service", sa.JSON),
        _needed("confirmation", sa.String(12)),
        _id("calendar_id", nullable=False),
        _needed("calendar", sa.JSON),
        sa.Column("place", sa.JSON),
        _needed("cancel_notice_minutes", sa.Integer),
        _needed("move_notice_minutes", sa.Integer),
        _id("customer_id"),
        _needed("first_name", sa.String(100)),
        _needed("last_name", sa.String(100)),
        sa.Column("email", sa.String(254)),
        sa.Column("email_key", sa.String(254)),
        sa.Column("phone", sa.String(20)),
        sa.Column("phone_typed", sa.String(50)),
        _needed("locale", sa.String(2)),
        sa.Column("time_zone", sa.String(64)),
        _needed("answers", sa.JSON),
        _needed("message", sa.Text),
        _needed("comment", sa.Text),
        _needed("search", sa.Text),
        _needed("online", sa.Boolean),
        sa.Column("link", sa.String(64)),
        sa.Column("handled_at", UtcDateTime),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        _needed("token_generation", sa.Integer),
        sa.Column("cancelled_at", UtcDateTime),
        sa.Column("cancelled_by", sa.String(10)),
        sa.Column("undo_status", sa.String(12)),
        sa.Column("undo_until", UtcDateTime),
        sa.Column("undo_actor", sa.String(10)),
        sa.Column("undo_handled_at", UtcDateTime),
        _needed("created_at", UtcDateTime),
        _needed("changed_at", UtcDateTime),
        sa.CheckConstraint("ends > starts", name="appointments_last"),
        sa.CheckConstraint(
            "status in ('pending', 'accepted', 'declined', 'cancelled', 'completed', 'missed')",
            name="appointments_status",
        ),
    )
    op.create_index("appointments_planner", "appointments", ["practice_id", "starts", "id"])
    op.create_index("appointments_calendar", "appointments", ["calendar_id", "starts"])
    op.create_index("appointments_email", "appointments", ["practice_id", "email_key", "starts"])
    op.create_index("appointments_phone", "appointments", ["practice_id", "phone", "starts"])
    columns = ["practice_id", "created_at", "id"]
    where = sa.text(OPEN)
    op.create_index("appointments_inbox", "appointments", columns, postgresql_where=where, sqlite_where=where)


def _history() -> None:
    op.create_table(
        "appointment_history",
        _id("appointment_id", sa.ForeignKey("appointments.id", ondelete="CASCADE"), primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True),
        _needed("at", UtcDateTime),
        _needed("what", sa.String(12)),
        _needed("actor", sa.String(10)),
        _needed("via", sa.String(10)),
        _id("user_id"),
        sa.Column("from_status", sa.String(12)),
        _needed("to_status", sa.String(12)),
        sa.Column("from_start", UtcDateTime),
        _needed("to_start", UtcDateTime),
        sa.Column("note", sa.Text),
    )


def _holds() -> None:
    op.create_table(
        "holds",
        _id("id", primary_key=True),
        _id("practice_id", nullable=False),
        _id("service_id", nullable=False),
        _id("calendar_id", nullable=False),
        _needed("starts", UtcDateTime),
        _needed("ends", UtcDateTime),
        _needed("occupies_from", UtcDateTime),
        _needed("occupies_until", UtcDateTime),
        _needed("expires_at", UtcDateTime),
        _needed("extensions", sa.Integer),
        _needed("version", sa.Integer),
    )
    op.create_index("holds_calendar", "holds", ["calendar_id"])
    op.create_index("holds_expiry", "holds", ["expires_at"])


def _occupancies() -> None:
    deferred = {"deferrable": True, "initially": "DEFERRED"}
    op.create_table(
        "occupancies",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        _id("resource_id", nullable=False),
        _needed("from_at", UtcDateTime),
        _needed("until_at", UtcDateTime),
        _id("appointment_id", sa.ForeignKey("appointments.id", **deferred)),
        _id("hold_id", sa.ForeignKey("holds.id", ondelete="CASCADE", **deferred)),
        sa.CheckConstraint("until_at > from_at", name="occupancies_last"),
        sa.CheckConstraint("(appointment_id is null) <> (hold_id is null)", name="occupancies_owner"),
    )
    op.create_index("occupancies_resource", "occupancies", ["resource_id", "from_at"])
    op.create_index("occupancies_appointment", "occupancies", ["appointment_id"])
    op.create_index("occupancies_hold", "occupancies", ["hold_id"])
    if op.get_bind().dialect.name == "postgresql":
        op.execute(EXCLUDE)
    else:
        op.execute(REFUSE_OVERLAP)
        op.execute(REFUSE_CHANGE)


def _rules() -> None:
    op.create_table(
        "booking_rules",
        _id("practice_id", primary_key=True),
        _needed("fields", sa.JSON),
        sa.Column("max_open_bookings", sa.Integer),
    )
    op.create_table(
        "idempotency",
        _id("practice_id", primary_key=True),
        sa.Column("operation", sa.String(20), primary_key=True),
        sa.Column("key", sa.String(200), primary_key=True),
        _needed("digest", sa.String(64)),
        _needed("answer", sa.JSON),
        _needed("created", UtcDateTime),
    )
    op.create_index("idempotency_created", "idempotency", ["created"])
