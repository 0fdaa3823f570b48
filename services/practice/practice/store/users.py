"""The people of a practice."""

from collections.abc import Iterable
from dataclasses import asdict

from sqlalchemy import func, select, update

from practice.domain import User
from practice.models import SIGNS_IN, UserRow
from practice.store.practices import one_at_a_time
from runtime.db import Session


def hold_address(session: Session, email: str) -> None:
    """Others who are about to give this address to somebody wait for the end of this transaction."""
    one_at_a_time(session, f"email|{email.lower()}")


def user_by_email(session: Session, email: str) -> User | None:
    """Who signs in with this address, or did until they were deactivated; never who is only invited."""
    row = session.orm.scalar(select(UserRow).where(UserRow.email == email.lower(), SIGNS_IN))
    return _user(row) if row else None


def member(session: Session, practice_id: str, email: str) -> User | None:
    """Who is, or was, or is invited to be of this practice under this address."""
    which = (UserRow.practice_id == practice_id, UserRow.email == email.lower())
    row = session.orm.scalar(select(UserRow).where(*which))
    return _user(row) if row else None


def only_invited(session: Session, email: str) -> User | None:
    """Who is invited under this address, if that is one."""
    waiting = (UserRow.email == email.lower(), UserRow.password_hash == "", UserRow.active)
    rows = session.orm.scalars(select(UserRow).where(*waiting).limit(2)).all()
    return _user(rows[0]) if len(rows) == 1 else None


def user_by_id(session: Session, id: str, *, lock: bool = False) -> User | None:
    """With `lock`, others who change this user wait for the end of this transaction."""
    row = session.orm.get(UserRow, id, with_for_update=lock or None)
    return _user(row) if row else None


def users_of(session: Session, practice_id: str) -> list[User]:
    """Everybody who is or was of this practice, by name."""
    rows = session.orm.scalars(select(UserRow).where(UserRow.practice_id == practice_id))
    return sorted(map(_user, rows), key=lambda user: (user.name.casefold(), user.id))


def users_by_id(session: Session, ids: Iterable[str]) -> dict[str, User]:
    rows = session.orm.scalars(select(UserRow).where(UserRow.id.in_(list(ids))))
    return {row.id: _user(row) for row in rows}


def owners(session: Session, practice_id: str) -> int:
    """How many owners can sign in."""
    able = (UserRow.practice_id == practice_id, UserRow.role == "owner", UserRow.active, SIGNS_IN)
    return int(session.scalar(select(func.count()).select_from(UserRow).where(*able)))


def _user(row: UserRow) -> User:
    return User(**{column.name: getattr(row, column.name) for column in UserRow.__table__.columns})


def add_user(session: Session, user: User) -> None:
    session.orm.add(UserRow(**{**asdict(user), "email": user.email.lower()}))
    session.orm.flush()


def save_user(session: Session, user: User) -> None:
    session.orm.merge(UserRow(**asdict(user)))
    session.orm.flush()


def set_password_hash(session: Session, user_id: str, password_hash: str) -> None:
    session.execute(update(UserRow).where(UserRow.id == user_id).values(password_hash=password_hash))
