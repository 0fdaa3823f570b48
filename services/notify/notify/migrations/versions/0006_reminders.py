"""Coming appointments are remembered, and when their customers are to be reminded; a message may be one of several of
the same kind about the same version (`occasion`)."""

import sqlalchemy as sa
from alembic import op

from runtime.db import UtcDateTime

revision = "0006"
down_revision = "0005"

ID = sa.Uuid(as_uuid=False)
ONCE = ["appointment_id", "version", "purpose", "recipient", "channel"]


def upgrade() -> None:
    _coming_appointments()
    _rules_and_schedule()
    op.add_column("messages", sa.Column("occasion", sa.String(60), nullable=False, server_default=""))
    _once([*ONCE, "occasion"])


def downgrade() -> None:
    op.execute("delete from messages where occasion <> ''")
    _once(ONCE)
    op.drop_column("messages", "occasion")
    op.drop_table("reminders")
    op.drop_table("reminder_rules")
    op.drop_index("appointments_over", "appointments")
    op.drop_index("appointments_coming", "appointments")
    for name in ("snapshot", "rules_version", "ends", "starts"):
        op.drop_column("appointments", name)


def _coming_appointments() -> None:
    op.add_column("appointments", sa.Column("starts", UtcDateTime))
    op.add_column("appointments", sa.Column("ends", UtcDateTime))
    op.add_column("appointments", sa.Column("rules_version", sa.Integer, nullable=False, server_default="0"))
    op.add_column("appointments", sa.Column("snapshot", sa.JSON))
    op.create_index("appointments_coming", "appointments", ["practice_id", "starts"])
    kept = sa.text("snapshot is not null")
    op.create_index("appointments_over", "appointments", ["ends"], postgresql_where=kept, sqlite_where=kept)


def _rules_and_schedule() -> None:
    op.create_table(
        "reminder_rules",
        sa.Column("practice_id", ID, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("rules", sa.JSON, nullable=False),
        sa.Column("changed_at", UtcDateTime, nullable=False),
        sa.Column("settled", sa.Boolean, nullable=False),
    )
    op.create_table(
        "reminders",
        sa.Column("appointment_id", ID, primary_key=True),
        sa.Column("rule", sa.String(20), primary_key=True),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("channel", sa.String(10), nullable=False),
        sa.Column("starts", UtcDateTime, nullable=False),
        sa.Column("due_at", UtcDateTime, nullable=False),
        sa.Column("done_at", UtcDateTime),
    )
    waiting = sa.text("done_at is null")
    op.create_index("reminders_due", "reminders", ["due_at"], postgresql_where=waiting, sqlite_where=waiting)


def _once(columns: list[str]) -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.drop_constraint("message_once", "messages")
        op.create_unique_constraint("message_once", "messages", columns)
        return
    # SQLite makes the table anew; its rows would take their attempts along.
    op.execute("create table attempts_kept as select * from attempts")
    with op.batch_alter_table("messages", recreate="always") as batch:
        batch.drop_constraint("message_once", type_="unique")
        batch.create_unique_constraint("message_once", columns)
    op.execute("insert or ignore into attempts select * from attempts_kept")
    op.execute("drop table attempts_kept")
