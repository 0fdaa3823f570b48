"""Customers' records; the contact as it was booked beside the one of the linked record."""

import sqlalchemy as sa
from alembic import op

from runtime.db import UtcDateTime

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    op.add_column("appointments", sa.Column("booked", sa.JSON))
    op.create_index("appointments_customer", "appointments", ["practice_id", "customer_id", "starts", "id"])
    op.create_table("customers", *_columns())
    op.create_index("customers_names", "customers", ["practice_id", "last_key", "first_key", "id"])
    op.create_index("customers_initials", "customers", ["practice_id", "initials"])
    op.create_index("customers_email", "customers", ["practice_id", "email_key"])
    op.create_index("customers_phone", "customers", ["practice_id", "phone"])
    op.create_index("customers_merged", "customers", ["merged_into"])


def downgrade() -> None:
    op.drop_table("customers")
    op.drop_index("appointments_customer", "appointments")
    op.drop_column("appointments", "booked")


def _columns() -> list[sa.Column]:
    id = sa.Uuid(as_uuid=False)
    return [
        sa.Column("id", id, primary_key=True),
        _needed("practice_id", id),
        _needed("version", sa.Integer),
        _needed("first_name", sa.String(100)),
        _needed("last_name", sa.String(100)),
        sa.Column("email", sa.String(254)),
        sa.Column("email_key", sa.String(254)),
        sa.Column("phone", sa.String(20)),
        sa.Column("phone_typed", sa.String(50)),
        _needed("locale", sa.String(2)),
        sa.Column("time_zone", sa.String(64)),
        _needed("note", sa.Text),
        sa.Column("merged_into", id),
        _needed("first_key", sa.String(400)),
        _needed("last_key", sa.String(400)),
        _needed("initials", sa.String(2)),
        _needed("search", sa.Text),
        _needed("created_at", UtcDateTime),
        _needed("changed_at", UtcDateTime),
    ]


def _needed(name: str, kind) -> sa.Column:
    return sa.Column(name, kind, nullable=False)
