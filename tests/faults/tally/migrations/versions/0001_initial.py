"""The runtime's tables and the two of the counting service."""

from alembic import op

from runtime import tables
from tests.faults.tally.__main__ import metadata

revision = "0001"
down_revision = None


def upgrade() -> None:
    tables.create(op)
    metadata.create_all(op.get_bind())


def downgrade() -> None:
    metadata.drop_all(op.get_bind())
    tables.drop(op)
