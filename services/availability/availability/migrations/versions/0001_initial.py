"""Calendars, services, days off; the projections of practices and of taken time."""

import sqlalchemy as sa
from alembic import op

from runtime import tables
from runtime.db import UtcDateTime

revision = "0001"
down_revision = None

ID = sa.String(36)  # see models.py


def upgrade() -> None:
    tables.create(op)
    _projections()
    _calendars()
    _services()
    _days_off()


def _projections() -> None:
    op.create_table(
        "practices",
        sa.Column("id", ID, primary_key=True),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("currency", sa.String(3), nullable=False),
    )
    op.create_table(
        "places",
        sa.Column("id", ID, primary_key=True),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("name", sa.String(200), nullable=False),
        sa.Column("address", sa.String(500), nullable=False),
    )
    op.create_index("places_of_practice", "places", ["practice_id"])
    op.create_table(
        "seen",
        sa.Column("subject", ID, primary_key=True),
        sa.Column("version", sa.Integer, nullable=False),
    )
    op.create_table(
        "taken",
        sa.Column("subject", ID, primary_key=True),
        sa.Column("calendar_id", ID, primary_key=True),
        sa.Column("kind", sa.String(12), nullable=False),
        sa.Column("from_at", sa.BigInteger, nullable=False),
        sa.Column("until_at", sa.BigInteger, nullable=False),
        sa.Column("start_at", sa.BigInteger, nullable=False),
        sa.Column("end_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger),
    )
    op.create_index("taken_by_time", "taken", ["calendar_id", "from_at", "until_at", "start_at", "expires_at"])


def _calendars() -> None:
    op.create_table(
        "calendars",
        sa.Column("id", ID, primary_key=True),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("nickname", sa.String(120), nullable=False),
        sa.Column("place_id", ID, sa.ForeignKey("places.id"), nullable=False),
        sa.Column("time_zone", sa.String(64), nullable=False),
        sa.Column("start_interval_minutes", sa.Integer, nullable=False),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("max_per_day", sa.Integer),
        sa.Column("max_per_week", sa.Integer),
        sa.Column("hours", sa.Text, nullable=False),
    )
    op.create_index("calendars_of_practice", "calendars", ["practice_id"])


def _services() -> None:
    op.create_table(
        "services",
        sa.Column("id", ID, primary_key=True),
        sa.Column("practice_id", ID, nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("created", UtcDateTime, nullable=False),
        sa.Column("deleted", UtcDateTime),
        sa.Column("name", sa.String(120), nullable=False),
        sa.Column("description", sa.Text, nullable=False),
        sa.Column("duration_minutes", sa.Integer, nullable=False),
        sa.Column("price_cents", sa.Integer),
        sa.Column("price_currency", sa.String(3)),
        sa.Column("start_interval_minutes", sa.Integer),
        sa.Column("buffer_before_minutes", sa.Integer, nullable=False),
        sa.Column("buffer_after_minutes", sa.Integer, nullable=False),
        sa.Column("min_notice_minutes", sa.Integer, nullable=False),
        sa.Column("cancel_notice_minutes", sa.Integer, nullable=False),
        sa.Column("move_notice_minutes", sa.Integer, nullable=False),
        sa.Column("window_days", sa.Integer, nullable=False),
        sa.Column("confirmation", sa.String(16), nullable=False),
        sa.Column("released", sa.Boolean, nullable=False),
        sa.CheckConstraint("duration_minutes > 0", name="services_duration"),
        sa.CheckConstraint("(price_cents is null) = (price_currency is null)", name="services_price"),
    )
    op.create_index("services_of_practice", "services", ["practice_id"])
    op.create_table(
        "service_calendars",
        sa.Column("service_id", ID, sa.ForeignKey("services.id", ondelete="cascade"), primary_key=True),
        sa.Column("calendar_id", ID, sa.ForeignKey("calendars.id", ondelete="cascade"), primary_key=True),
    )
    op.create_index("service_calendars_by_calendar", "service_calendars", ["calendar_id"])


def _days_off() -> None:
    op.create_table(
        "closures",
        sa.Column("id", ID, primary_key=True),
        sa.Column("calendar_id", ID, sa.ForeignKey("calendars.id", ondelete="cascade"), nullable=False),
        sa.Column("kind", sa.String(8), nullable=False),
        sa.Column("first_day", sa.Date, nullable=False),
        sa.Column("last_day", sa.Date, nullable=False),
        sa.Column("name", sa.String(120), nullable=False),
        sa.CheckConstraint("first_day <= last_day", name="closures_order"),
    )
    op.create_index("closures_once", "closures", ["calendar_id", "kind", "first_day", "last_day"], unique=True)
    op.create_table(
        "absences",
        sa.Column("id", ID, primary_key=True),
        sa.Column("calendar_id", ID, sa.ForeignKey("calendars.id", ondelete="cascade"), nullable=False),
        sa.Column("from_at", sa.BigInteger, nullable=False),
        sa.Column("until_at", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.String(200), nullable=False),
        sa.CheckConstraint("from_at < until_at", name="absences_order"),
    )
    op.create_index("absences_by_time", "absences", ["calendar_id", "until_at"])


def downgrade() -> None:
    for table in ("absences", "closures", "service_calendars", "services", "calendars"):
        op.drop_table(table)
    for table in ("taken", "seen", "places", "practices"):
        op.drop_table(table)
    tables.drop(op)
