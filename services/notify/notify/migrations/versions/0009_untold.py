"""What no message could tell a customer: it stays to be told by a call when the plan changes."""

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    op.add_column("appointments", sa.Column("untold", sa.String(30)))
    op.add_column("appointments", sa.Column("untold_version", sa.Integer))


def downgrade() -> None:
    op.drop_column("appointments", "untold_version")
    op.drop_column("appointments", "untold")
