"""Guests whom no invitation reached and who were called instead."""

import sqlalchemy as sa
from alembic import op

from runtime.db import UtcDateTime

revision = "0004"
down_revision = "0003"

COLUMNS = (
    ("called_at", UtcDateTime),
    ("called_by", sa.Uuid(as_uuid=False)),
    ("called_name", sa.String(120)),
    ("called_for", sa.JSON),
)


def upgrade() -> None:
    for name, kind in COLUMNS:
        op.add_column("invitations", sa.Column(name, kind))


def downgrade() -> None:
    for name, _kind in COLUMNS:
        op.drop_column("invitations", name)
