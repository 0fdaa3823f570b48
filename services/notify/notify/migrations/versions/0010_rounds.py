"""After how many turns staff sent a message again: its waits begin anew."""

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    op.add_column("messages", sa.Column("round_began", sa.Integer, nullable=False, server_default="0"))


def downgrade() -> None:
    op.drop_column("messages", "round_began")
