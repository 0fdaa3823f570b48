"""The runtime's tables; the service has none of its own yet."""

from alembic import op

from runtime import tables

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create(op)


def downgrade() -> None:
    tables.drop(op)
