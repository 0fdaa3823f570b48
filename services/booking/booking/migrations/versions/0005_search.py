"""A search reads the index: the words that it looks into stand behind the planner's own columns.

SQLite then looks at 20,000 appointments without fetching one of them.
"""

from alembic import op

revision = "0005"
down_revision = "0004"

COLUMNS = ["practice_id", "starts", "id"]


def upgrade() -> None:
    op.drop_index("appointments_planner", "appointments")
    op.create_index("appointments_planner", "appointments", [*COLUMNS, "search"])


def downgrade() -> None:
    op.drop_index("appointments_planner", "appointments")
    op.create_index("appointments_planner", "appointments", COLUMNS)
