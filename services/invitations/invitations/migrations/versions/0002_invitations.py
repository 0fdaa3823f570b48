"""Invitations and the attempts to deliver them."""

import sqlalchemy as sa
from alembic import op

from runtime.db import UtcDateTime

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    _invitations()
    _deliveries()


def downgrade() -> None:
    op.drop_table("deliveries")
    op.drop_table("invitations")


def _id(name: str, *args, **options) -> sa.Column:
    return sa.Column(name, sa.Uuid(as_uuid=False), *args, **options)


def _needed(name: str, kind) -> sa.Column:
    return sa.Column(name, kind, nullable=False)


def _invitations() -> None:
    op.create_table(
        "invitations",
        _id("id", primary_key=True),
        _id("practice_id", nullable=False),
        _needed("version", sa.Integer),
        _needed("told", sa.Integer),
        _needed("status", sa.String(10)),
        _id("calendar_id"),
        _needed("nickname", sa.String(100)),
        _needed("time_zone", sa.String(64)),
        _id("host_id"),
        _needed("first_name", sa.String(100)),
        _needed("last_name", sa.String(100)),
        sa.Column("email", sa.String(254)),
        sa.Column("phone", sa.String(20)),
        _needed("channels", sa.JSON),
        _needed("starts", UtcDateTime),
        _needed("ends", UtcDateTime),
        _needed("valid_until", UtcDateTime),
        _needed("locale", sa.String(2)),
        sa.Column("guest_zone", sa.String(64)),
        _needed("consent_at", UtcDateTime),
        _id("consent_by"),
        _needed("consent_text", sa.String(20)),
        sa.Column("token_hash", sa.String(64), nullable=False, unique=True),
        _needed("token_generation", sa.Integer),
        _needed("mark", sa.String(10)),
        _needed("call", sa.String(10)),
        _needed("digest", sa.String(64)),
        sa.Column("last_key", sa.String(200)),
        _needed("created_at", UtcDateTime),
        _needed("changed_at", UtcDateTime),
        sa.CheckConstraint("ends > starts", name="invitations_last"),
        sa.CheckConstraint("status in ('active', 'deleted')", name="invitations_status"),
    )
    op.create_index("invitations_newest", "invitations", ["practice_id", "created_at", "id"])
    op.create_index("invitations_by_start", "invitations", ["practice_id", "starts", "id"])


def _deliveries() -> None:
    invitation = sa.ForeignKey("invitations.id", ondelete="CASCADE")
    op.create_table(
        "deliveries",
        _id("invitation_id", invitation, primary_key=True),
        sa.Column("channel", sa.String(10), primary_key=True),
        sa.Column("attempt", sa.Integer, primary_key=True),
        _id("practice_id", nullable=False),
        _needed("purpose", sa.String(30)),
        _needed("address", sa.String(254)),
        _needed("state", sa.String(10)),
        sa.Column("reason", sa.Text),
        _needed("turn", sa.Integer),
        _needed("at", UtcDateTime),
        _needed("created_at", UtcDateTime),
    )
    op.create_index("deliveries_of_practice", "deliveries", ["practice_id", "created_at"])
