"""The first tables of notify, and the bell that wakes the sender (PostgreSQL)."""

import sqlalchemy as sa
from alembic import op

from runtime import tables
from runtime.db import UtcDateTime

revision = "0001"
down_revision = None

ID = sa.Uuid(as_uuid=False)

BELL = """
create function messages_notify() returns trigger language plpgsql as $$
begin perform pg_notify('notify_messages', ''); return null; end $$;
create trigger messages_notify after insert on messages for each statement execute function messages_notify();
"""


def upgrade() -> None:
    tables.create(op)
    _projections()
    _settings()
    _messages()
    if op.get_bind().dialect.name == "postgresql":
        op.execute(BELL)


def downgrade() -> None:
    for table in (
        "mailbox",
        "attempts",
        "messages",
        "templates",
        "channel_settings",
        "decisions",
        "appointments",
        "calendars",
        "practices",
    ):
        op.drop_table(table)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("drop function messages_notify()")
    tables.drop(op)


def _projections() -> None:
    op.create_table(
        "practices",
        sa.Column("id", ID, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
    )
    op.create_table(
        "calendars",
        sa.Column("id", ID, primary_key=True),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("deleted", sa.Boolean, nullable=False),
    )
    op.create_table(
        "appointments",
        sa.Column("id", ID, primary_key=True),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("status", sa.String(20), nullable=False),
    )
    op.create_table(
        "decisions",
        sa.Column("appointment_id", ID, primary_key=True),
        sa.Column("version", sa.Integer, primary_key=True, autoincrement=False),
    )


def _settings() -> None:
    op.create_table(
        "channel_settings",
        sa.Column("calendar_id", ID, primary_key=True),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("email", sa.String(254)),
        sa.Column("phone", sa.String(20)),
        sa.Column("copy_to", sa.String(254)),
    )
    op.create_table(
        "templates",
        sa.Column("practice_id", ID, primary_key=True),
        sa.Column("name", sa.String(40), primary_key=True),
        sa.Column("locale", sa.String(5), primary_key=True),
        *(sa.Column(name, sa.Text) for name in ("subject", "text", "button", "closing", "filename")),
    )


def _messages() -> None:
    op.create_table(
        "messages",
        sa.Column("id", ID, primary_key=True),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("appointment_id", ID),
        sa.Column("invitation_id", ID),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("purpose", sa.String(40), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("recipient", sa.String(254), nullable=False),
        sa.Column("snapshot", sa.JSON, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False, server_default=""),
        sa.Column("detail", sa.Text, nullable=False, server_default=""),
        sa.Column("attempt", sa.Integer, nullable=False, server_default="0"),
        *(sa.Column(name, UtcDateTime, nullable=False) for name in ("queued_at", "changed_at", "not_before")),
        sa.Column("useful_until", UtcDateTime, nullable=False),
        sa.Column("lease_until", UtcDateTime),
        sa.UniqueConstraint("appointment_id", "version", "purpose", "recipient", "channel", name="message_once"),
    )
    op.create_index("messages_log", "messages", ["practice_id", "queued_at", "id"])
    op.create_index("messages_of_appointment", "messages", ["appointment_id", "role"])
    for name, column, state in (
        ("messages_queued", "not_before", "queued"),
        ("messages_sending", "lease_until", "sending"),
    ):
        only = sa.text(f"state = '{state}'")
        op.create_index(name, "messages", [column], postgresql_where=only, sqlite_where=only)
    op.create_table(
        "attempts",
        sa.Column("message_id", ID, sa.ForeignKey("messages.id", ondelete="cascade"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("at", UtcDateTime, nullable=False),
        sa.Column("state", sa.String(10), nullable=False),
        sa.Column("reason", sa.String(40), nullable=False),
        sa.Column("detail", sa.Text, nullable=False),
    )
    op.create_table(
        "mailbox",
        sa.Column("id", ID, primary_key=True),
        sa.Column("message_id", sa.String(200), nullable=False, unique=True),
        sa.Column("at", UtcDateTime, nullable=False),
        *(sa.Column(name, sa.Text, nullable=False) for name in ("sender", "recipient", "subject")),
        sa.Column("raw", sa.LargeBinary, nullable=False),
    )
    op.create_index("mailbox_newest", "mailbox", ["at"])
