"""When the newest version seen of a hold may be forgotten; those seen before stay."""

import sqlalchemy as sa
from alembic import op

from runtime.db import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    op.add_column("seen", sa.Column("forget_at", UtcDateTime))
    some = sa.text("forget_at is not null")
    op.create_index("seen_forgettable", "seen", ["forget_at"], postgresql_where=some, sqlite_where=some)


def downgrade() -> None:
    op.drop_index("seen_forgettable", "seen")
    op.drop_column("seen", "forget_at")
