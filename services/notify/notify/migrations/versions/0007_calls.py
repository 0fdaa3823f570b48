"""Sent again to a corrected address, and customers who were called instead."""

import sqlalchemy as sa
from alembic import op

from runtime.db import UtcDateTime

revision = "0007"
down_revision = "0006"

ID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.add_column("messages", sa.Column("round", sa.SmallInteger, nullable=False, server_default="0"))
    failed = sa.text("state = 'failed' and role = 'customer'")
    columns = ["practice_id", "appointment_id"]
    op.create_index("messages_failed", "messages", columns, postgresql_where=failed, sqlite_where=failed)
    op.create_table(
        "calls",
        sa.Column("appointment_id", ID, primary_key=True),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("user_id", ID, nullable=False),
        sa.Column("user_name", sa.String(120), nullable=False),
        sa.Column("at", UtcDateTime, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("calls")
    op.drop_index("messages_failed", "messages")
    op.drop_column("messages", "round")
