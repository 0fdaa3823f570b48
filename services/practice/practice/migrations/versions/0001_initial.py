"""Practices, places, users, sessions, sign-in attempts."""

import sqlalchemy as sa
from alembic import op

from runtime import tables
from runtime.db import UtcDateTime

revision = "0001"
down_revision = None
ID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    tables.create(op)
    op.create_table(
        "practices",
        sa.Column("id", ID, primary_key=True),
        sa.Column("slug", sa.String(60), nullable=False, unique=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("email", sa.String(254), nullable=False),
        sa.Column("phone", sa.String(40), nullable=False),
        sa.Column("locale", sa.String(2), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("country", sa.String(2), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("show_prices", sa.Boolean, nullable=False),
        sa.Column("accent", sa.String(7), nullable=False),
        sa.Column("plan", sa.String(20), nullable=False),
        sa.Column("copy_to", sa.String(254)),
        sa.Column("embed_origins", sa.JSON, nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "places",
        sa.Column("id", ID, primary_key=True),
        sa.Column("practice_id", ID, sa.ForeignKey("practices.id"), nullable=False, index=True),
        sa.Column("position", sa.Integer, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("address", sa.String(300), nullable=False),
    )
    op.create_table(
        "users",
        sa.Column("id", ID, primary_key=True),
        sa.Column("practice_id", ID, sa.ForeignKey("practices.id"), nullable=False, index=True),
        sa.Column("email", sa.String(254), nullable=False, unique=True),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("locale", sa.String(2), nullable=False),
        sa.Column("time_zone", sa.String(64)),
        sa.Column("password_hash", sa.String(200), nullable=False),
    )
    op.create_table(
        "sessions",
        sa.Column("id", ID, primary_key=True),
        sa.Column("user_id", ID, sa.ForeignKey("users.id"), nullable=False, index=True),
        sa.Column("fingerprint", sa.String(64), nullable=False, unique=True),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("expires", UtcDateTime, nullable=False, index=True),
        sa.Column("revoked", UtcDateTime),
    )
    op.create_table(
        "sign_in_attempts",
        sa.Column("key", sa.String(64), primary_key=True),
        sa.Column("count", sa.Integer, nullable=False),
        sa.Column("last", UtcDateTime, nullable=False, index=True),
        sa.Column("blocked_until", UtcDateTime),
    )


def downgrade() -> None:
    for table in ("sign_in_attempts", "sessions", "users", "places", "practices"):
        op.drop_table(table)
    tables.drop(op)
