"""Whom no message can reach, by index."""

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"

POSTGRESQL = sa.text("snapshot is not null and coalesce(snapshot -> 'customer' ->> 'email', '') = ''")
SQLITE = sa.text("snapshot is not null and coalesce(json_extract(snapshot, '$.customer.email'), '') = ''")


def upgrade() -> None:
    op.create_index("appointments_unaddressed", "appointments", ["practice_id", "starts"], if_not_exists=True,
                    postgresql_where=POSTGRESQL, sqlite_where=SQLITE)  # fmt: skip


def downgrade() -> None:
    op.drop_index("appointments_unaddressed", "appointments")
