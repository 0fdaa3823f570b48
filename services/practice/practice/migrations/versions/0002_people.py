"""Users can be invited and deactivated; links by mail; first steps of a new practice."""

import sqlalchemy as sa
from alembic import op

from runtime.db import UtcDateTime

revision = "0002"
down_revision = "0001"
ID = sa.Uuid(as_uuid=False)


def upgrade() -> None:
    op.add_column("users", sa.Column("active", sa.Boolean, nullable=False, server_default=sa.true()))
    op.add_column("users", sa.Column("version", sa.Integer, nullable=False, server_default="1"))
    op.add_column("practices", sa.Column("first_steps", sa.Boolean, nullable=False, server_default=sa.false()))
    op.create_table(
        "account_links",
        sa.Column("id", ID, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("user_id", ID, sa.ForeignKey("users.id"), index=True),
        sa.Column("email", sa.String(254), nullable=False, index=True),
        sa.Column("fingerprint", sa.String(64), unique=True),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("expires", UtcDateTime, nullable=False, index=True),
        sa.Column("used", UtcDateTime),
        sa.Column("data", sa.JSON, nullable=False),
    )


def downgrade() -> None:
    op.drop_table("account_links")
    op.drop_column("practices", "first_steps")
    op.drop_column("users", "version")
    op.drop_column("users", "active")
