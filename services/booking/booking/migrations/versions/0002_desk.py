"""The desk: payments, staff's own note, and what a change changed."""

import sqlalchemy as sa
from alembic import op

from runtime.db import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("appointments", sa.Column("note", sa.Text))
    op.add_column("appointments", sa.Column("paid", sa.BigInteger, nullable=False, server_default="0"))
    op.add_column("appointment_history", sa.Column("changed", sa.JSON(none_as_null=True)))
    op.create_table(
        "payments",
        _id("id", primary_key=True),
        _id("practice_id", nullable=False),
        _id("appointment_id", sa.ForeignKey("appointments.id", ondelete="CASCADE"), nullable=False),
        sa.Column("amount", sa.BigInteger, nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
        sa.Column("method", sa.String(20)),
        sa.Column("note", sa.Text),
        sa.Column("paid_at", UtcDateTime, nullable=False),
        _id("user_id"),
        sa.CheckConstraint("amount > 0", name="payments_amount"),
    )
    op.create_index("payments_appointment", "payments", ["appointment_id", "paid_at"])
    op.create_index("payments_practice", "payments", ["practice_id", "paid_at"])


def downgrade() -> None:
    op.drop_table("payments")
    op.drop_column("appointment_history", "changed")
    op.drop_column("appointments", "paid")
    op.drop_column("appointments", "note")


def _id(name: str, *args, **options) -> sa.Column:
    return sa.Column(name, sa.Uuid(as_uuid=False), *args, **options)
