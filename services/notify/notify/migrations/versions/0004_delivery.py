"""What becomes of a message after it was handed over: reports, corrected addresses, numbers that want no SMS, costs."""

import sqlalchemy as sa
from alembic import op

from runtime.db import UtcDateTime

revision = "0004"
down_revision = "0003"

ID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.add_column("attempts", sa.Column("recipient", sa.String(254), nullable=False, server_default=""))
    op.add_column("messages", sa.Column("forget_at", UtcDateTime))
    kept = sa.text("forget_at is not null")
    op.create_index("messages_kept", "messages", ["forget_at"], postgresql_where=kept, sqlite_where=kept)
    texts = sa.text("channel = 'sms'")
    op.create_index("messages_by_number", "messages", ["recipient"], postgresql_where=texts, sqlite_where=texts)
    op.create_table(
        "opt_outs",
        sa.Column("practice_id", ID, primary_key=True),
        sa.Column("number", sa.String(20), primary_key=True),
        sa.Column("at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "sms_days",
        sa.Column("practice_id", ID, primary_key=True),
        sa.Column("day", sa.Date, primary_key=True),
        sa.Column("parts", sa.Integer, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("sms_days")
    op.drop_table("opt_outs")
    op.drop_index("messages_by_number", "messages")
    op.drop_index("messages_kept", "messages")
    op.drop_column("messages", "forget_at")
    op.drop_column("attempts", "recipient")
