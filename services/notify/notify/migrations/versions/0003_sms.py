"""SMS: their words, their place in the queue and the mailbox, and what goes first."""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("templates", sa.Column("sms", sa.Text))
    op.add_column("messages", sa.Column("priority", sa.SmallInteger, nullable=False, server_default="0"))
    op.add_column("messages", sa.Column("reference", sa.String(100), nullable=False, server_default=""))
    op.add_column("mailbox", sa.Column("channel", sa.String(10), nullable=False, server_default="email"))
    queued = sa.text("state = 'queued'")
    columns = ["channel", "priority", "not_before"]
    op.create_index("messages_first", "messages", columns, postgresql_where=queued, sqlite_where=queued)


def downgrade() -> None:
    op.drop_index("messages_first", "messages")
    op.drop_column("mailbox", "channel")
    op.drop_column("messages", "reference")
    op.drop_column("messages", "priority")
    op.drop_column("templates", "sms")
