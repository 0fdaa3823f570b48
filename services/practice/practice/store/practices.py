"""Practices and their places."""

from dataclasses import asdict

from sqlalchemy import func, select, update

from practice.domain import Place, Practice
from practice.models import PlaceRow, PracticeRow
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


def taken_slugs(session: Session, base: str) -> set[str]:
    """Which addresses are in use of `base` and those that begin with it and a hyphen."""
    begins = PracticeRow.slug.startswith(f"{base}-", autoescape=True)
    return set(session.scalars(select(PracticeRow.slug).where((PracticeRow.slug == base) | begins)))


def end_first_steps(session: Session, id: str) -> None:
    session.execute(update(PracticeRow).where(PracticeRow.id == id).values(first_steps=False))


def one_at_a_time(session: Session, key: str) -> None:
    """Others who ask with the same key wait for the end of this transaction (in SQLite all writers do anyway)."""
    if session.dialect == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
