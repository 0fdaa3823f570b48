"""Rows of notify: all queries and locks. Nothing here commits."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult
from sqlalchemy.orm import Session, aliased

from notify.domain.delivery import State
from notify.models import (
    AppointmentSeen,
    Attempt,
    Base,
    Calendar,
    CapturedMail,
    ChannelSettings,
    Decision,
    Message,
    Practice,
    TemplateOverride,
)


def _insert(session: Session, model: type[Base]) -> Any:
    dialect: Any = sqlite if session.get_bind().dialect.name == "sqlite" else postgresql
    return dialect.insert(model)


def _count(result: Any) -> int:
    assert isinstance(result, CursorResult)
    return int(result.rowcount)


def keep_newest(session: Session, model: type[Base], row: dict[str, Any]) -> None:
    """Store a projection's row unless a newer version is there; locks the row either way."""
    statement = _insert(session, model).values(**row)
    changed = {name: statement.excluded[name] for name in row if name != "id"}
    newer = model.version < statement.excluded.version  # type: ignore[attr-defined]
    session.execute(statement.on_conflict_do_update(index_elements=["id"], set_=changed, where=newer))


def practice(session: Session, practice_id: str) -> dict[str, Any] | None:
    """What practice.changed last said."""
    found = session.get(Practice, practice_id)
    return found.data if found else None


def owns_calendar(session: Session, practice_id: str, calendar_id: str) -> bool:
    found = session.get(Calendar, calendar_id)
    return bool(found and found.practice_id == practice_id and not found.deleted)


def channel_settings(session: Session, calendar_id: str) -> ChannelSettings | None:
    return session.get(ChannelSettings, calendar_id)


def save_channel_settings(session: Session, row: dict[str, Any]) -> None:
    statement = _insert(session, ChannelSettings).values(**row)
    session.execute(statement.on_conflict_do_update(index_elements=["calendar_id"], set_=row))


def overrides(session: Session, practice_id: str, locale: str) -> dict[str, TemplateOverride]:
    """The practice's own words in this language, by template name."""
    query = select(TemplateOverride).where(
        TemplateOverride.practice_id == practice_id, TemplateOverride.locale == locale
    )
    return {row.name: row for row in session.scalars(query)}


def save_override(session: Session, practice_id: str, name: str, locale: str, changes: dict[str, str | None]) -> None:
    key = {"practice_id": practice_id, "name": name, "locale": locale}
    statement = _insert(session, TemplateOverride).values(**key, **changes)
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changes or key))


def seen(session: Session, appointment_id: str) -> AppointmentSeen | None:
    return session.get(AppointmentSeen, appointment_id, populate_existing=True)


def first_decision(session: Session, appointment_id: str, version: int) -> bool:
    """Note that this version's messages are decided; False when they already were."""
    row = _insert(session, Decision).values(appointment_id=appointment_id, version=version)
    return _count(session.execute(row.on_conflict_do_nothing())) == 1


def add_messages(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Queue messages; one that already exists for the same event, address and channel stays as it is."""
    if rows:
        session.execute(_insert(session, Message).values(list(rows)).on_conflict_do_nothing())


def messages_of(session: Session, appointment_id: str) -> Sequence[Message]:
    query = select(Message).where(Message.appointment_id == appointment_id).order_by(Message.version)
    return session.scalars(query, execution_options={"populate_existing": True}).all()


def expire(session: Session, ids: Iterable[str], reason: str, now: datetime) -> None:
    """Take messages that still wait out of the queue. One that is just being sent is left alone."""
    session.execute(
        update(Message)
        .where(Message.id.in_(list(ids)), Message.state == State.QUEUED)
        .values(state=State.EXPIRED, reason=reason, changed_at=now)
        .execution_options(synchronize_session=False)
    )


def next_due(session: Session) -> datetime | None:
    """The instant at which there is something to do: a queued message's time, or a lost turn's end of lease."""
    queued = session.scalar(select(func.min(Message.not_before)).where(Message.state == State.QUEUED))
    leased = session.scalar(select(func.min(Message.lease_until)).where(Message.state == State.SENDING))
    return min((at for at in (queued, leased) if at), default=None)


def lost_turns(session: Session, now: datetime) -> Sequence[Message]:
    """Locked: messages whose sender did not come back in time."""
    query = select(Message).where(Message.state == State.SENDING, Message.lease_until < now)
    return session.scalars(query.with_for_update(skip_locked=True)).all()


def due(session: Session, now: datetime, limit: int) -> Sequence[Message]:
    """Locked: up to `limit` messages to send now, never two of one appointment to one reader at the same time."""
    under_way = aliased(Message)
    busy = select(under_way.id).where(
        under_way.appointment_id == Message.appointment_id,
        under_way.role == Message.role,
        under_way.recipient == Message.recipient,
        under_way.state == State.SENDING,
    )
    query = (
        select(Message)
        .where(Message.state == State.QUEUED, Message.not_before <= now, ~busy.exists())
        .order_by(Message.not_before)
        .limit(limit)
    )
    return session.scalars(query.with_for_update(skip_locked=True, of=Message)).all()


def my_turn(session: Session, message_id: str, attempt: int) -> Message | None:
    """Locked: the message, if it is still being sent under this number."""
    query = select(Message).where(Message.id == message_id, Message.state == State.SENDING, Message.attempt == attempt)
    return session.scalars(query.with_for_update()).first()


def log(
    session: Session,
    practice_id: str,
    filters: dict[str, str],
    before: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Message]:
    """The practice's messages, newest first, older than `before` (queued_at, id)."""
    query = select(Message).where(Message.practice_id == practice_id)
    for column, value in filters.items():
        query = query.where(getattr(Message, column) == value)
    if before:
        at, id = before
        query = query.where(or_(Message.queued_at < at, (Message.queued_at == at) & (Message.id < id)))
    return session.scalars(query.order_by(Message.queued_at.desc(), Message.id.desc()).limit(limit)).all()


def attempts(session: Session, message_ids: Sequence[str]) -> dict[str, list[Attempt]]:
    """The attempts of these messages, oldest first."""
    found: dict[str, list[Attempt]] = {id: [] for id in message_ids}
    query = select(Attempt).where(Attempt.message_id.in_(message_ids)).order_by(Attempt.number)
    for attempt in session.scalars(query):
        found[attempt.message_id].append(attempt)
    return found


CAPTURED_AT_MOST = 1000


def capture(session: Session, row: dict[str, Any]) -> None:
    """Keep a mail for /dev/mailbox; the same Message-ID is kept once, and the oldest go when there are many."""
    session.execute(_insert(session, CapturedMail).values(**row).on_conflict_do_nothing())
    newest = select(CapturedMail.id).order_by(CapturedMail.at.desc()).limit(CAPTURED_AT_MOST)
    session.execute(delete(CapturedMail).where(CapturedMail.id.not_in(newest)))


def mailbox(session: Session, limit: int) -> Sequence[CapturedMail]:
    return session.scalars(select(CapturedMail).order_by(CapturedMail.at.desc()).limit(limit)).all()


def captured(session: Session, id: str) -> CapturedMail | None:
    return session.get(CapturedMail, id)
