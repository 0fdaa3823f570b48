"""Tables of the practice service."""

from datetime import datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    ForeignKey,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    false,
    text,
    true,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from runtime.db import UtcDateTime

SIGNS_IN = text("password_hash <> ''")  # literally, so that the partial index serves


class Base(DeclarativeBase):
    pass


class PracticeRow(Base):
    __tablename__ = "practices"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    slug: Mapped[str] = mapped_column(String(60), unique=True)
    name: Mapped[str] = mapped_column(String(120))
    email: Mapped[str] = mapped_column(String(254))
    phone: Mapped[str] = mapped_column(String(40))
    locale: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str] = mapped_column(String(64))
    country: Mapped[str] = mapped_column(String(2))
    currency: Mapped[str] = mapped_column(String(3))
    show_prices: Mapped[bool] = mapped_column(Boolean)
    accent: Mapped[str] = mapped_column(String(7))
    plan: Mapped[str] = mapped_column(String(20))
    copy_to: Mapped[str | None] = mapped_column(String(254))
    embed_origins: Mapped[list[str]] = mapped_column(JSON)
    description: Mapped[str] = mapped_column(Text)
    version: Mapped[int] = mapped_column(Integer)
    first_steps: Mapped[bool] = mapped_column(Boolean, default=False, server_default=false())


class PlaceRow(Base):
    __tablename__ = "places"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    practice_id: Mapped[str] = mapped_column(ForeignKey("practices.id"), index=True)
    position: Mapped[int] = mapped_column(Integer)
    name: Mapped[str] = mapped_column(String(120))
    address: Mapped[str] = mapped_column(String(300))


class UserRow(Base):
    """A user. Who is invited has no password yet, and their address is not theirs: several practices may invite it."""

    __tablename__ = "users"
    __table_args__ = (
        UniqueConstraint("practice_id", "email", name="user_once"),
        Index("users_sign_in", "email", unique=True, postgresql_where=SIGNS_IN, sqlite_where=SIGNS_IN),
    )

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    practice_id: Mapped[str] = mapped_column(ForeignKey("practices.id"), index=True)
    email: Mapped[str] = mapped_column(String(254))
    name: Mapped[str] = mapped_column(String(120))
    role: Mapped[str] = mapped_column(String(20))
    locale: Mapped[str] = mapped_column(String(2))
    time_zone: Mapped[str | None] = mapped_column(String(64))
    password_hash: Mapped[str] = mapped_column(String(200))
    active: Mapped[bool] = mapped_column(Boolean, default=True, server_default=true())
    version: Mapped[int] = mapped_column(Integer, default=1, server_default="1")


class LinkRow(Base):
    """A link that somebody got by mail. `fingerprint` is that of its token; null: the letter held none. `data` is the
    registration that the link confirms, until it has."""

    __tablename__ = "account_links"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))
    practice_id: Mapped[str] = mapped_column(Uuid(as_uuid=False))
    user_id: Mapped[str | None] = mapped_column(ForeignKey("users.id"), index=True)
    email: Mapped[str] = mapped_column(String(254), index=True)
    fingerprint: Mapped[str | None] = mapped_column(String(64), unique=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    expires: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    used: Mapped[datetime | None] = mapped_column(UtcDateTime)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class SessionRow(Base):
    """A web session or a device that stays signed in. The token itself is known to its holder only."""

    __tablename__ = "sessions"

    id: Mapped[str] = mapped_column(Uuid(as_uuid=False), primary_key=True)
    user_id: Mapped[str] = mapped_column(ForeignKey("users.id"), index=True)
    fingerprint: Mapped[str] = mapped_column(String(64), unique=True)
    created: Mapped[datetime] = mapped_column(UtcDateTime)
    expires: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    revoked: Mapped[datetime | None] = mapped_column(UtcDateTime)


class AttemptRow(Base):
    """Sign-in attempts under one hash of e-mail and address."""

    __tablename__ = "sign_in_attempts"

    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(Integer)
    last: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    blocked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
