"""Rows to domain and back; every query of the service. Never commits."""

from dataclasses import asdict
from datetime import datetime

from sqlalchemy import ColumnElement, delete, func, select, update

from practice.domain import Attempts, Place, Practice, User
from practice.models import AttemptRow, PlaceRow, PracticeRow, SessionRow, UserRow
from runtime.db import Session


def practice_by_slug(session: Session, slug: str) -> Practice | None:
    row = session.orm.scalar(select(PracticeRow).where(PracticeRow.slug == slug))
    return _practice(session, row) if row else None


def practice_by_id(session: Session, id: str, *, lock: bool = False) -> Practice | None:
    """With `lock`, others who change this practice wait for the end of this transaction."""
    row = session.orm.get(PracticeRow, id, with_for_update=lock or None)
    return _practice(session, row) if row else None


def _practice(session: Session, row: PracticeRow) -> Practice:
    places = session.orm.scalars(select(PlaceRow).where(PlaceRow.practice_id == row.id).order_by(PlaceRow.position))
    values = {column.name: getattr(row, column.name) for column in PracticeRow.__table__.columns}
    values["embed_origins"] = tuple(row.embed_origins)
    return Practice(**values, places=tuple(Place(p.id, p.name, p.address) for p in places))


def save_practice(session: Session, practice: Practice) -> None:
    """Insert or update the practice and its places, in their order."""
    values = {**asdict(practice), "embed_origins": list(practice.embed_origins)}
    del values["places"]
    session.orm.merge(PracticeRow(**values))
    session.orm.flush()
    for position, place in enumerate(practice.places):
        session.orm.merge(PlaceRow(practice_id=practice.id, position=position, **asdict(place)))
    session.orm.flush()


def user_by_email(session: Session, email: str) -> User | None:
    row = session.orm.scalar(select(UserRow).where(UserRow.email == email.lower()))
    return _user(row) if row else None


def user_by_id(session: Session, id: str) -> User | None:
    row = session.orm.get(UserRow, id)
    return _user(row) if row else None


def _user(row: UserRow) -> User:
    return User(**{column.name: getattr(row, column.name) for column in UserRow.__table__.columns})


def add_user(session: Session, user: User) -> None:
    session.orm.add(UserRow(**{**asdict(user), "email": user.email.lower()}))
    session.orm.flush()


def set_password_hash(session: Session, user_id: str, password_hash: str) -> None:
    session.orm.execute(update(UserRow).where(UserRow.id == user_id).values(password_hash=password_hash))


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


def revoke_sessions_of(session: Session, user_id: str, now: datetime) -> list[tuple[str, str]]:
    """(session id, user id) of each that was still good."""
    return _revoke(session, SessionRow.user_id == user_id, now)


def _revoke(session: Session, which: ColumnElement[bool], now: datetime) -> list[tuple[str, str]]:
    change = update(SessionRow).where(which, SessionRow.revoked.is_(None)).values(revoked=now)
    return [(row.id, row.user_id) for row in session.orm.execute(change.returning(SessionRow.id, SessionRow.user_id))]


def forget_sessions(session: Session, ended_before: datetime) -> None:
    session.orm.execute(delete(SessionRow).where(SessionRow.expires < ended_before))


def one_at_a_time(session: Session, key: str) -> None:
    """Others who ask with the same key wait for the end of this transaction (in SQLite all writers do anyway)."""
    if session.dialect == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))


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
