"""The messages of an invitation are looked up by it."""

from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_index("messages_of_invitation", "messages", ["invitation_id", "channel"])


def downgrade() -> None:
    op.drop_index("messages_of_invitation", "messages")
