"""Who is in a call, and what the two browsers tell each other before they talk directly."""

import sqlalchemy as sa
from alembic import op

from runtime.db import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.create_table(
        "participants",
        _invitation(primary_key=True),
        sa.Column("side", sa.String(5), primary_key=True),
        sa.Column("peer", sa.String(40), nullable=False),
        sa.Column("seen_at", UtcDateTime, nullable=False),
    )
    op.create_table(
        "signals",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer, "sqlite"), primary_key=True, autoincrement=True),
        _invitation(nullable=False),
        sa.Column("to_side", sa.String(5), nullable=False),
        sa.Column("peer", sa.String(40), nullable=False),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("data", sa.JSON, nullable=False),
        sa.Column("created_at", UtcDateTime, nullable=False),
    )
    op.create_index("signals_of", "signals", ["invitation_id", "to_side", "id"])
    op.create_index("signals_old", "signals", ["created_at"])


def downgrade() -> None:
    op.drop_table("signals")
    op.drop_table("participants")


def _invitation(**options) -> sa.Column:
    return sa.Column(
        "invitation_id", sa.Uuid(as_uuid=False), sa.ForeignKey("invitations.id", ondelete="CASCADE"), **options
    )
