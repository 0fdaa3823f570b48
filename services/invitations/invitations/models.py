"""The tables of invitations."""

from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    Uuid,
)

from runtime.db import UtcDateTime

metadata = MetaData()


def _id(name: str, *args: Any, **options: Any) -> Column[str]:
    return Column(name, Uuid(as_uuid=False), *args, **options)


# `version` rises with what staff change, `told` with every event: a mail's progress must not make an edit stale.
invitations = Table(
    "invitations",
    metadata,
    _id("id", primary_key=True),
    _id("practice_id", nullable=False),
    Column("version", Integer, nullable=False),
    Column("told", Integer, nullable=False),
    Column("status", String(10), nullable=False),
    _id("calendar_id"),
    Column("nickname", String(100), nullable=False),
    Column("time_zone", String(64), nullable=False),
    _id("host_id"),
    Column("first_name", String(100), nullable=False),
    Column("last_name", String(100), nullable=False),
    Column("email", String(254)),
    Column("phone", String(20)),
    Column("channels", JSON, nullable=False),
    Column("starts", UtcDateTime, nullable=False),
    Column("ends", UtcDateTime, nullable=False),
    Column("valid_until", UtcDateTime, nullable=False),
    Column("locale", String(2), nullable=False),
    Column("guest_zone", String(64)),
    Column("consent_at", UtcDateTime, nullable=False),
    _id("consent_by"),
    Column("consent_text", String(20), nullable=False),
    Column("token_hash", String(64), nullable=False, unique=True),
    Column("token_generation", Integer, nullable=False),
    Column("mark", String(10), nullable=False),
    Column("call", String(10), nullable=False),
    Column("digest", String(64), nullable=False),
    Column("last_key", String(200)),
    Column("created_at", UtcDateTime, nullable=False),
    Column("changed_at", UtcDateTime, nullable=False),
    Column("called_at", UtcDateTime),
    _id("called_by"),
    Column("called_name", String(120)),
    Column("called_for", JSON(none_as_null=True)),
    CheckConstraint("ends > starts", name="invitations_last"),
    CheckConstraint("status in ('active', 'deleted')", name="invitations_status"),
    Index("invitations_newest", "practice_id", "created_at", "id"),
    Index("invitations_by_start", "practice_id", "starts", "id"),
)

deliveries = Table(
    "deliveries",
    metadata,
    _id("invitation_id", ForeignKey("invitations.id", ondelete="CASCADE"), primary_key=True),
    Column("channel", String(10), primary_key=True),
    Column("attempt", Integer, primary_key=True),
    _id("practice_id", nullable=False),
    Column("purpose", String(30), nullable=False),
    Column("address", String(254), nullable=False),
    Column("state", String(10), nullable=False),
    Column("reason", Text),
    Column("turn", Integer, nullable=False),
    Column("at", UtcDateTime, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("deliveries_of_practice", "practice_id", "created_at"),
)

# Which browser of each side is in the call now, and when it last asked for news.
participants = Table(
    "participants",
    metadata,
    _id("invitation_id", ForeignKey("invitations.id", ondelete="CASCADE"), primary_key=True),
    Column("side", String(5), primary_key=True),
    Column("peer", String(40), nullable=False),
    Column("seen_at", UtcDateTime, nullable=False),
)

# What the two browsers tell each other until they talk directly; minutes later it is gone.
signals = Table(
    "signals",
    metadata,
    Column("id", BigInteger().with_variant(Integer, "sqlite"), primary_key=True, autoincrement=True),
    _id("invitation_id", ForeignKey("invitations.id", ondelete="CASCADE"), nullable=False),
    Column("to_side", String(5), nullable=False),
    Column("peer", String(40), nullable=False),
    Column("kind", String(12), nullable=False),
    Column("data", JSON, nullable=False),
    Column("created_at", UtcDateTime, nullable=False),
    Index("signals_of", "invitation_id", "to_side", "id"),
    Index("signals_old", "created_at"),
)
