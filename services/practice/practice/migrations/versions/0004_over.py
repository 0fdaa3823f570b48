"""What the runtime's tables keep no longer is found by an index."""

from alembic import op

from runtime import tables

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    tables.find_what_is_over(op)


def downgrade() -> None:
    """The indexes go with their tables."""
