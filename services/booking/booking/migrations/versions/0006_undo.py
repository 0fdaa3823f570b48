"""Whether an appointment had its time before the last change of status: an undo gives it back."""

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    op.add_column("appointments", sa.Column("undo_occupied", sa.Boolean))


def downgrade() -> None:
    op.drop_column("appointments", "undo_occupied")
