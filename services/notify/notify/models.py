"""The tables of notify."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import (
    JSON,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    SmallInteger,
    String,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from runtime.db import UtcDateTime

Id = Uuid(as_uuid=False)
# Of a snapshot, by dialect: no mail can reach the customer. Statements say it in the same words, to use the index.
UNADDRESSED = {
    "postgresql": "snapshot is not null and coalesce(snapshot -> 'customer' ->> 'email', '') = ''",
    "sqlite": "snapshot is not null and coalesce(json_extract(snapshot, '$.customer.email'), '') = ''",
}


class Base(DeclarativeBase):
    """All tables of notify but the runtime's."""


class Practice(Base):
    """Projection of practice.changed: what mails say about the practice."""

    __tablename__ = "practices"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    data: Mapped[dict[str, Any]] = mapped_column(JSON)


class Calendar(Base):
    """Projection of calendar.changed: whose calendar it is, for the settings. Never the internal name."""

    __tablename__ = "calendars"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    practice_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer)
    deleted: Mapped[bool]


class ChannelSettings(Base):
    """Where a calendar's practitioner hears of online bookings (D5, A10); null switches a channel off."""

    __tablename__ = "channel_settings"
    calendar_id: Mapped[str] = mapped_column(Id, primary_key=True)
    practice_id: Mapped[str] = mapped_column(Id)
    email: Mapped[str | None] = mapped_column(String(254))
    phone: Mapped[str | None] = mapped_column(String(20))
    copy_to: Mapped[str | None] = mapped_column(String(254))


class AppointmentSeen(Base):
    """The newest version of an appointment that notify has seen; also of one that is no more, so that a late event of
    an older version changes nothing.

    `snapshot` is what a reminder is written from: kept only while the appointment is accepted and to come.
    `rules_version` is that of the rules by which its reminders were scheduled. `untold`: what no message could tell the
    customer, the newest of it, and `untold_version` its version.
    """

    __tablename__ = "appointments"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    practice_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer)
    status: Mapped[str] = mapped_column(String(20))
    starts: Mapped[datetime | None] = mapped_column(UtcDateTime)
    ends: Mapped[datetime | None] = mapped_column(UtcDateTime)
    rules_version: Mapped[int] = mapped_column(Integer, default=0, server_default="0")
    untold: Mapped[str | None] = mapped_column(String(30))
    untold_version: Mapped[int | None] = mapped_column(Integer)
    snapshot: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))

    __table_args__ = (
        Index("appointments_coming", "practice_id", "starts"),
        Index(
            "appointments_over",
            "ends",
            postgresql_where=text("snapshot is not null"),
            sqlite_where=text("snapshot is not null"),
        ),
        Index(
            "appointments_unaddressed",
            "practice_id",
            "starts",
            postgresql_where=text(UNADDRESSED["postgresql"]),
            sqlite_where=text(UNADDRESSED["sqlite"]),
        ),
    )


class ReminderRules(Base):
    """When the practice's customers are reminded; without a row as `domain.reminders.DEFAULT` says. `settled`: the
    schedule of every coming appointment has followed."""

    __tablename__ = "reminder_rules"
    practice_id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(Integer)
    rules: Mapped[list[dict[str, Any]]] = mapped_column(JSON)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    settled: Mapped[bool]


class Reminder(Base):
    """The schedule: by this rule the customer of this appointment is to be reminded at `due_at`. `starts` is the time
    that it reminds of; a moved appointment is scheduled anew. `done_at`: it has become a message, or nobody could be
    reminded that way."""

    __tablename__ = "reminders"
    appointment_id: Mapped[str] = mapped_column(Id, primary_key=True)
    rule: Mapped[str] = mapped_column(String(20), primary_key=True)
    practice_id: Mapped[str] = mapped_column(Id)
    channel: Mapped[str] = mapped_column(String(10))
    starts: Mapped[datetime] = mapped_column(UtcDateTime)
    due_at: Mapped[datetime] = mapped_column(UtcDateTime)
    done_at: Mapped[datetime | None] = mapped_column(UtcDateTime)

    __table_args__ = (
        Index(
            "reminders_due",
            "due_at",
            postgresql_where=text("done_at is null"),
            sqlite_where=text("done_at is null"),
        ),
    )


class Decision(Base):
    """The messages of this version have been decided; they are never decided again. That messages are unique would not
    do: an address entered between an event and its copy would hear of what is long past."""

    __tablename__ = "decisions"
    appointment_id: Mapped[str] = mapped_column(Id, primary_key=True)
    version: Mapped[int] = mapped_column(Integer, primary_key=True)


class TemplateOverride(Base):
    """A practice's own words; null takes ours."""

    __tablename__ = "templates"
    practice_id: Mapped[str] = mapped_column(Id, primary_key=True)
    name: Mapped[str] = mapped_column(String(40), primary_key=True)
    locale: Mapped[str] = mapped_column(String(5), primary_key=True)
    subject: Mapped[str | None] = mapped_column(Text)
    text: Mapped[str | None] = mapped_column(Text)
    button: Mapped[str | None] = mapped_column(Text)
    closing: Mapped[str | None] = mapped_column(Text)
    filename: Mapped[str | None] = mapped_column(Text)
    sms: Mapped[str | None] = mapped_column(Text)


class Message(Base):
    """One message to one address over one channel, and how far it got.

    `snapshot` is the event as it was when the message was decided. It is emptied when the message has expired, else at
    `forget_at`, when nobody would send it again: people's data are not kept longer than needed.
    `attempt` counts the turns begun; a turn may only be finished under the number it was begun with. `lease_until`:
    after it a turn counts as lost. `traceparent` is the trace of the event that caused it. Of those that are due, a
    lower `priority` goes first. `round` counts how often staff sent it again, the last time after `round_began` turns.
    `reference` is the name by which the provider of the last turn knows it. `occasion` tells apart what is of one
    purpose: the rule and the time of a scheduled reminder.
    """

    __tablename__ = "messages"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    practice_id: Mapped[str] = mapped_column(Id)
    appointment_id: Mapped[str | None] = mapped_column(Id)
    invitation_id: Mapped[str | None] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer)
    purpose: Mapped[str] = mapped_column(String(40))
    role: Mapped[str] = mapped_column(String(20))
    channel: Mapped[str] = mapped_column(String(10))
    recipient: Mapped[str] = mapped_column(String(254))
    snapshot: Mapped[dict[str, Any]] = mapped_column(JSON)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(40), default="")
    detail: Mapped[str] = mapped_column(Text, default="")
    attempt: Mapped[int] = mapped_column(Integer, default=0)
    queued_at: Mapped[datetime] = mapped_column(UtcDateTime)
    changed_at: Mapped[datetime] = mapped_column(UtcDateTime)
    not_before: Mapped[datetime] = mapped_column(UtcDateTime)
    useful_until: Mapped[datetime] = mapped_column(UtcDateTime)
    lease_until: Mapped[datetime | None] = mapped_column(UtcDateTime)
    traceparent: Mapped[str] = mapped_column(String(55), default="", server_default="")
    occasion: Mapped[str] = mapped_column(String(60), default="", server_default="")
    priority: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    reference: Mapped[str] = mapped_column(String(100), default="", server_default="")
    forget_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    round: Mapped[int] = mapped_column(SmallInteger, default=0, server_default="0")
    round_began: Mapped[int] = mapped_column(Integer, default=0, server_default="0")

    __table_args__ = (
        UniqueConstraint(
            "appointment_id", "version", "purpose", "recipient", "channel", "occasion", name="message_once"
        ),
        Index("messages_log", "practice_id", "queued_at", "id"),
        Index("messages_of_appointment", "appointment_id", "role"),
        Index("messages_of_invitation", "invitation_id", "channel"),
        Index(
            "messages_queued",
            "not_before",
            postgresql_where=text("state = 'queued'"),
            sqlite_where=text("state = 'queued'"),
        ),
        Index(
            "messages_first",
            "channel",
            "priority",
            "not_before",
            postgresql_where=text("state = 'queued'"),
            sqlite_where=text("state = 'queued'"),
        ),
        Index(
            "messages_kept",
            "forget_at",
            postgresql_where=text("forget_at is not null"),
            sqlite_where=text("forget_at is not null"),
        ),
        Index(
            "messages_by_number",
            "recipient",
            postgresql_where=text("channel = 'sms'"),
            sqlite_where=text("channel = 'sms'"),
        ),
        Index(
            "messages_failed",
            "practice_id",
            "appointment_id",
            postgresql_where=text("state = 'failed' and role = 'customer'"),
            sqlite_where=text("state = 'failed' and role = 'customer'"),
        ),
        Index(
            "messages_sending",
            "lease_until",
            postgresql_where=text("state = 'sending'"),
            sqlite_where=text("state = 'sending'"),
        ),
    )


class Attempt(Base):
    """A turn after which its message was queued again, and why. How the last one ended stands in the message. An empty
    `recipient` is the message's own."""

    __tablename__ = "attempts"
    message_id: Mapped[str] = mapped_column(Id, ForeignKey("messages.id", ondelete="cascade"), primary_key=True)
    number: Mapped[int] = mapped_column(Integer, primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    state: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(String(40))
    detail: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(String(254), default="", server_default="")

    __table_args__ = (
        Index(
            "attempts_by_recipient",
            "recipient",
            postgresql_where=text("recipient <> ''"),
            sqlite_where=text("recipient <> ''"),
        ),
    )


class OptOut(Base):
    """A number that wants no SMS from this practice any more."""

    __tablename__ = "opt_outs"
    practice_id: Mapped[str] = mapped_column(Id, primary_key=True)
    number: Mapped[str] = mapped_column(String(20), primary_key=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class Called(Base):
    """Somebody called the customer, whom no message had reached. It holds for what was to be told until `version`."""

    __tablename__ = "calls"
    appointment_id: Mapped[str] = mapped_column(Id, primary_key=True)
    practice_id: Mapped[str] = mapped_column(Id)
    version: Mapped[int] = mapped_column(Integer)
    user_id: Mapped[str] = mapped_column(Id)
    user_name: Mapped[str] = mapped_column(String(120))
    at: Mapped[datetime] = mapped_column(UtcDateTime)


class SmsDay(Base):
    """How many parts of SMS a practice has sent on a day (UTC)."""

    __tablename__ = "sms_days"
    practice_id: Mapped[str] = mapped_column(Id, primary_key=True)
    day: Mapped[date] = mapped_column(Date, primary_key=True)
    parts: Mapped[int] = mapped_column(Integer)


class CapturedMail(Base):
    """A mail or SMS that would have gone out (no SMTP_URL); one per Message-ID. An SMS has its text in `raw`."""

    __tablename__ = "mailbox"
    id: Mapped[str] = mapped_column(Id, primary_key=True)
    message_id: Mapped[str] = mapped_column(String(200), unique=True)
    at: Mapped[datetime] = mapped_column(UtcDateTime)
    sender: Mapped[str] = mapped_column(Text)
    recipient: Mapped[str] = mapped_column(Text)
    subject: Mapped[str] = mapped_column(Text)
    raw: Mapped[bytes] = mapped_column(LargeBinary)
    channel: Mapped[str] = mapped_column(String(10), default="email", server_default="email")

    __table_args__ = (Index("mailbox_newest", "at"),)
