"""What other services' events tell: practices, places, taken time."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from availability.models import calendars, places, practices, seen, slots_version, taken

Row = Mapping[Any, Any]


def _insert(session: Session, table: Any) -> Any:
    return (sqlite if session.get_bind().dialect.name == "sqlite" else postgresql).insert(table)


def is_news(session: Session, subject: str, version: int) -> bool:
    """Note this version of the subject; False if it, or a later one, was noted before (then do nothing).

    The note stays when the subject is gone: a tombstone against events that come late. One statement, so that of two
    handlers at the same time the second waits for the first and then compares.
    """
    note = _insert(session, seen).values(subject=subject, version=version)
    note = note.on_conflict_do_update(
        index_elements=["subject"], set_={"version": version}, where=seen.c.version < version
    )
    return session.scalar(note.returning(seen.c.subject)) is not None


def release(session: Session, subject: str) -> Sequence[Row]:
    """Free everything that the subject took; returns what that was."""
    gone = delete(taken).where(taken.c.subject == subject).returning(*taken.c)
    return session.execute(gone).mappings().all()


def take(session: Session, rows: list[dict[str, Any]]) -> None:
    """Note taken time, one row per calendar."""
    if rows:
        session.execute(insert(taken), rows)


def limited(session: Session, ids: Collection[str]) -> bool:
    """Whether any of the calendars has a limit per day or week."""
    query = select(calendars.c.id).where(
        calendars.c.id.in_(ids), calendars.c.max_per_day.is_not(None) | calendars.c.max_per_week.is_not(None)
    )
    return session.scalar(query.limit(1)) is not None


def put_practice(session: Session, id: str, time_zone: str, currency: str) -> None:
    """Store what is known of the practice."""
    values = {"time_zone": time_zone, "currency": currency}
    row = _insert(session, practices).values(id=id, **values)
    session.execute(row.on_conflict_do_update(index_elements=["id"], set_=values))


def put_places(session: Session, practice: str, known: Sequence[Mapping[str, str]]) -> list[str]:
    """Store the practice's places; returns the ids of those that look different now. None is ever removed: a
    calendar may still stand in it."""
    before = {row.id: row for row in session.execute(select(places).where(places.c.practice_id == practice))}
    changed = []
    for place in known:
        old = before.get(place["id"])
        values = {"name": place["name"], "address": place["address"]}
        if old is None:
            session.execute(insert(places).values(id=place["id"], practice_id=practice, **values))
        elif (old.name, old.address) != (place["name"], place["address"]):
            session.execute(update(places).where(places.c.id == place["id"]).values(values))
            changed.append(place["id"])
    return changed


def calendars_at(session: Session, place_ids: Collection[str]) -> Sequence[str]:
    """The calendars that stand in these places."""
    return session.scalars(select(calendars.c.id).where(calendars.c.place_id.in_(place_ids))).all()


def next_slots_version(session: Session) -> int:
    """A number that rises with each call."""
    if session.get_bind().dialect.name == "postgresql":
        return int(session.execute(text("select nextval('slots_version')")).scalar_one())
    rise = update(slots_version).values(value=slots_version.c.value + 1).returning(slots_version.c.value)
    return int(session.execute(rise).scalar_one())
