"""What changed lately, found by index: for live feeds that resume."""

from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    op.create_index("appointments_changed", "appointments", ["practice_id", "changed_at"])


def downgrade() -> None:
    op.drop_index("appointments_changed", "appointments")
