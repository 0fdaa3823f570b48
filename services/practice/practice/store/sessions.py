"""Sessions, and attempts to begin one."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, delete, update

from practice.domain import Attempts
from practice.models import AttemptRow, SessionRow
from runtime.db import Session


def add_session(session: Session, id: str, user_id: str, fingerprint: str, now: datetime, expires: datetime) -> None:
    session.orm.add(SessionRow(id=id, user_id=user_id, fingerprint=fingerprint, created=now, expires=expires))
    session.orm.flush()


def extend_session(session: Session, fingerprint: str, now: datetime, expires: datetime) -> tuple[str, str] | None:
    """(session id, user id) of a session that is still good, which now ends at `expires`; else None."""
    good = (SessionRow.fingerprint == fingerprint, SessionRow.revoked.is_(None), SessionRow.expires > now)
    change = update(SessionRow).where(*good).values(expires=expires)
    row = session.orm.execute(change.returning(SessionRow.id, SessionRow.user_id)).first()
    return (row.id, row.user_id) if row else None


def revoke_session(session: Session, fingerprint: str, now: datetime) -> list[tuple[str, str]]:
    """(session id, user id) if it was still good, else nothing."""
    return _revoke(session, SessionRow.fingerprint == fingerprint, now)


def revoke_sessions_of(session: Session, user_id: str, now: datetime, but: str | None = None) -> list[tuple[str, str]]:
    """(session id, user id) of each that was still good; the one with the id `but` stays."""
    which = SessionRow.user_id == user_id
    return _revoke(session, which & (SessionRow.id != but) if but else which, now)


def _revoke(session: Session, which: ColumnElement[bool], now: datetime) -> list[tuple[str, str]]:
    change = update(SessionRow).where(which, SessionRow.revoked.is_(None)).values(revoked=now)
    return [(row.id, row.user_id) for row in session.orm.execute(change.returning(SessionRow.id, SessionRow.user_id))]


def forget_sessions(session: Session, ended_before: datetime) -> None:
    session.orm.execute(delete(SessionRow).where(SessionRow.expires < ended_before))


def attempts(session: Session, key: str) -> Attempts:
    row = session.orm.get(AttemptRow, key)
    return Attempts(row.count, row.last, row.blocked_until) if row else Attempts()


def save_attempts(session: Session, key: str, attempts: Attempts) -> None:
    session.orm.merge(AttemptRow(key=key, **asdict(attempts)))
    session.orm.flush()


def forget_attempts(session: Session, *, key: str | None = None, before: datetime | None = None) -> None:
    if key is not None:
        session.orm.execute(delete(AttemptRow).where(AttemptRow.key == key))
    if before is not None:
        session.orm.execute(delete(AttemptRow).where(AttemptRow.last < before))
