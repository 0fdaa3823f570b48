"""What became of messages, and the mails that were kept instead of sent."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, or_, select

from notify.domain.accounts import ROLE as ACCOUNT
from notify.models import Attempt, CapturedMail, Message
from notify.store.statements import dialect, unless_there
from runtime.db import Session

CAPTURED_AT_MOST = 1000
ADD_CAPTURED = unless_there("mailbox")


def messages(
    session: Session,
    practice_id: str,
    filters: dict[str, list[str]],
    before: tuple[datetime, str] | None,
    limit: int,
) -> Sequence[Message]:
    """The practice's messages, newest first, older than `before` (queued_at, id); nobody sees letters about others'
    accounts."""
    query = select(Message).where(Message.practice_id == practice_id, Message.role != ACCOUNT)
    for column, values in filters.items():
        query = query.where(getattr(Message, column).in_(values))
    if before:
        at, id = before
        query = query.where(or_(Message.queued_at < at, (Message.queued_at == at) & (Message.id < id)))
    return session.orm.scalars(query.order_by(Message.queued_at.desc(), Message.id.desc()).limit(limit)).all()


def message(session: Session, practice_id: str, id: str) -> Message | None:
    """The practice's message, locked until the end of the transaction."""
    query = select(Message).where(Message.id == id, Message.practice_id == practice_id).with_for_update()
    return session.orm.scalars(query).first()


def attempts(session: Session, message_ids: Sequence[str]) -> dict[str, list[Attempt]]:
    """The attempts of these messages, oldest first."""
    found: dict[str, list[Attempt]] = {id: [] for id in message_ids}
    query = select(Attempt).where(Attempt.message_id.in_(message_ids)).order_by(Attempt.number)
    for attempt in session.orm.scalars(query):
        found[attempt.message_id].append(attempt)
    return found


def capture(session: Session, row: dict[str, Any]) -> None:
    """Keep a mail for /dev/mailbox; the same Message-ID is kept once, and the oldest go when there are many."""
    session.execute(ADD_CAPTURED[dialect(session)], row)
    newest = select(CapturedMail.id).order_by(CapturedMail.at.desc()).limit(CAPTURED_AT_MOST)
    session.execute(delete(CapturedMail).where(CapturedMail.id.not_in(newest)))


def mailbox(session: Session, limit: int) -> Sequence[CapturedMail]:
    return session.orm.scalars(select(CapturedMail).order_by(CapturedMail.at.desc()).limit(limit)).all()


def captured(session: Session, id: str) -> CapturedMail | None:
    return session.orm.get(CapturedMail, id)
