"""A practice's booking rules, and the answers it already gave (idempotency)."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, delete, literal, select
from sqlalchemy.dialects import postgresql, sqlite

from booking.domain.commands import Once
from booking.domain.errors import IdempotencyConflict
from booking.models import booking_rules, holds, idempotency
from runtime.db import Session

REMEMBERED = timedelta(hours=24)
i = idempotency.c


def _upsert(dialect: Any) -> Any:
    """Store an answer; a forgotten one under the same key may still have its row."""
    row = dialect.insert(idempotency)
    changed = {name: row.excluded[name] for name in ("digest", "answer", "created")}
    return row.on_conflict_do_update(index_elements=["practice_id", "operation", "key"], set_=changed)


RULES = select(booking_rules.c.fields, booking_rules.c.max_open_bookings).where(
    booking_rules.c.practice_id == bindparam("practice")
)
ANSWERED = and_(
    i.practice_id == bindparam("practice"),
    i.operation == bindparam("operation"),
    i.key == bindparam("key"),
    i.created > bindparam("since"),
)
RECALL = select(i.digest, i.answer).where(ANSWERED)
ANCHOR = select(literal(1).label("one")).subquery()  # a row, whatever of the others exists
RULES_AND_ANSWER = select(booking_rules.c.fields, booking_rules.c.max_open_bookings, i.digest, i.answer).select_from(
    ANCHOR.outerjoin(booking_rules, booking_rules.c.practice_id == bindparam("practice")).outerjoin(
        idempotency, ANSWERED
    )
)
REMEMBER = {"sqlite": _upsert(sqlite), "postgresql": _upsert(postgresql)}


def rules(session: Session, practice_id: str) -> tuple[list[dict[str, Any]], int | None]:
    """The practice's form fields and its limit of open bookings per customer (None: no limit)."""
    row = session.execute(RULES, {"practice": practice_id}).first()
    return (row.fields, row.max_open_bookings) if row else ([], None)


def save_rules(session: Session, practice_id: str, fields: list[dict[str, Any]], limit: int | None) -> None:
    values = {"fields": fields, "max_open_bookings": limit}
    dialect = sqlite if session.dialect == "sqlite" else postgresql
    row = dialect.insert(booking_rules).values(practice_id=practice_id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["practice_id"], set_=values))


def lock_name(practice_id: str, once: Once) -> str:
    """The name to lock before `recall`, so that two copies of one request run one after the other."""
    return f"once|{practice_id}|{once.operation}|{once.key}"


def recall(session: Session, practice_id: str, once: Once | None, now: datetime) -> dict[str, Any] | None:
    """The answer already given under this key. Raises IdempotencyConflict when it was given to another request."""
    if once is None:
        return None
    return _answer(once, session.execute(RECALL, _key(practice_id, once, now)).first())


def rules_and_answer(
    session: Session, practice_id: str, once: Once | None, now: datetime
) -> tuple[list[dict[str, Any]], int | None, dict[str, Any] | None]:
    """`rules` and `recall` in one question."""
    row = session.execute(RULES_AND_ANSWER, _key(practice_id, once, now)).one()
    return row.fields or [], row.max_open_bookings, _answer(once, row)


def _key(practice_id: str, once: Once | None, now: datetime) -> dict[str, Any]:
    operation, key = (once.operation, once.key) if once else ("", "")
    return {"practice": practice_id, "operation": operation, "key": key, "since": now - REMEMBERED}


def _answer(once: Once | None, row: Any) -> dict[str, Any] | None:
    if once is None or row is None or row.digest is None:
        return None
    if row.digest != once.digest:
        raise IdempotencyConflict()
    return dict(row.answer)


def remember(session: Session, practice_id: str, once: Once | None, answer: dict[str, Any], now: datetime) -> None:
    """Keep the answer for 24 hours. Requires `recall` to have found none under the lock."""
    if once is None:
        return
    key = {"practice_id": practice_id, "operation": once.operation, "key": once.key}
    values = {"digest": once.digest, "answer": answer, "created": now}
    session.execute(REMEMBER[session.dialect], key | values)


def forget(session: Session, now: datetime) -> None:
    """Delete the answers that are over 24 hours old."""
    session.execute(delete(idempotency).where(i.created <= now - REMEMBERED))


def anything_to_sweep(session: Session, now: datetime) -> bool:
    """Whether a hold has expired or an answer is old enough to go."""
    old = select(i.key).where(i.created <= now - REMEMBERED).limit(1)
    expired = select(holds.c.id).where(holds.c.expires_at <= now).limit(1)
    return session.execute(expired).first() is not None or session.execute(old).first() is not None
