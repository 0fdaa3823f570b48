"""What other services' events tell: practices, places, taken time."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite

from availability.models import calendars, places, practices, seen, taken
from runtime.db import Session

Row = Mapping[Any, Any]


def _note(dialect: Any) -> Any:
    note = dialect.insert(seen).inline()
    newer = seen.c.version < note.excluded.version
    values = {name: note.excluded[name] for name in ("version", "forget_at")}
    return note.on_conflict_do_update(index_elements=["subject"], set_=values, where=newer)


FORGOTTEN_AT_ONCE = 10
# Built once: what each appointment's event runs.
NOTE = {"sqlite": _note(sqlite), "postgresql": _note(postgresql)}
TAKE = insert(taken).inline()
RELEASE = delete(taken).where(taken.c.subject == bindparam("gone")).returning(*taken.c)
FORGETTABLE = select(seen.c.subject).where(seen.c.forget_at < bindparam("now")).limit(FORGOTTEN_AT_ONCE)
FORGET = delete(seen).where(seen.c.subject.in_(FORGETTABLE.with_for_update(skip_locked=True)))
LIMITED = calendars.c.max_per_day.is_not(None) | calendars.c.max_per_week.is_not(None)
TOUCHED = select(calendars.c.practice_id, LIMITED.label("limited")).where(
    calendars.c.id.in_(bindparam("ids", expanding=True))
)


def _insert(session: Session, table: Any) -> Any:
    return (sqlite if session.dialect == "sqlite" else postgresql).insert(table)


def is_news(session: Session, subject: str, version: int, forget_at: datetime | None = None) -> bool:
    """Note this version of the subject; False if it, or a later one, was noted before (then do nothing).

    The note stays when the subject is gone, until `forget_at`: a tombstone against events that come late. One
    statement, so that of two handlers at the same time the second waits for the first and then compares.
    """
    note = NOTE[session.dialect]
    noted = session.execute(note, {"subject": subject, "version": version, "forget_at": forget_at})
    return bool(noted.rowcount)  # type: ignore[attr-defined]


def forget(session: Session, now: datetime) -> None:
    """Delete some of the notes whose time has come: more than one new one can have made."""
    session.execute(FORGET, {"now": now})


def release(session: Session, subject: str) -> Sequence[Row]:
    """Free everything that the subject took; returns what that was."""
    return session.execute(RELEASE, {"gone": subject}).mappings().all()


def take(session: Session, rows: list[dict[str, Any]]) -> None:
    """Note taken time, one row per calendar."""
    if rows:
        session.execute(TAKE, rows)


def touched(session: Session, ids: Collection[str]) -> Sequence[Any]:
    """Of these calendars `practice_id`, and whether it is `limited` per day or week."""
    return session.execute(TOUCHED, {"ids": list(ids)}).all()


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
