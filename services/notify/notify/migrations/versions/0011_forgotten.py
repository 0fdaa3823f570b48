"""Letters to guests and about accounts are forgotten like all others; where an earlier turn went to is found."""

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    op.execute("update messages set forget_at = useful_until where appointment_id is null and forget_at is null")
    sent = sa.text("recipient <> ''")
    op.create_index("attempts_by_recipient", "attempts", ["recipient"], postgresql_where=sent, sqlite_where=sent)


def downgrade() -> None:
    op.drop_index("attempts_by_recipient")
