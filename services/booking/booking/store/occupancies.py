"""Who has which time: locks, occupancies and holds.

The order of locks, for everybody: one's own appointment row, then the advisory locks in sorted order, then one's own
hold, then expired holds in sorted order. Nobody waits against this order, so nobody deadlocks.
"""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, select, text, update
from sqlalchemy.dialects import postgresql
from sqlalchemy.exc import IntegrityError

from booking.domain.appointment import Hold, Slot
from booking.models import holds, occupancies
from runtime.db import Session

HOLD_COLUMNS = [holds.c[field.name] for field in fields(Hold)]
INSERT = insert(occupancies).inline()  # built once; values as parameters keep their cached form
INSERT_IF_FREE = postgresql.insert(occupancies).inline().on_conflict_do_nothing()
INSERT_HOLD = insert(holds)
LOCK = text("select pg_advisory_xact_lock(key) from unnest(cast(:keys as bigint[])) as key")  # in the array's order
EXPIRED = and_(
    holds.c.calendar_id.in_(bindparam("calendars", expanding=True)),
    holds.c.expires_at <= bindparam("now"),
    holds.c.occupies_from < bindparam("until"),
    holds.c.occupies_until > bindparam("from"),
)
IN_THE_WAY = select(*HOLD_COLUMNS).where(EXPIRED).order_by(holds.c.id).with_for_update()


def lock(session: Session, names: Iterable[str]) -> None:
    """Hold these names until the transaction ends; who wants one of them waits. SQLite's writes are serial anyway."""
    if _sqlite(session):
        return
    session.execute(LOCK, {"keys": sorted({_key(name) for name in names})})


def _key(name: str) -> int:
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)


def resource(id: str) -> str:
    """The name to lock before taking time of a resource."""
    return f"resource|{id}"


def occupy(session: Session, slot: Slot, *, appointment: str | None = None, hold: str | None = None) -> bool:
    """Take the slot's time for an appointment or a hold; False, and nothing taken, when any of it is not free.

    The overlap constraint is the only check. Requires the locks of the slot's resources.
    """
    owner = {"appointment_id": appointment, "hold_id": hold}
    times = {"from_at": slot.occupies_from, "until_at": slot.occupies_until}
    rows = [{"resource_id": id, **times, **owner} for id in slot.resources]
    taken = _insert_sqlite(session, rows) if _sqlite(session) else _insert_postgresql(session, rows)
    if 0 < taken < len(rows):
        vacate(session, appointment=appointment, hold=hold)
    return taken == len(rows)


def _sqlite(session: Session) -> bool:
    return session.dialect == "sqlite"


def _insert_postgresql(session: Session, rows: list[dict[str, Any]]) -> int:
    return sum(session.execute(INSERT_IF_FREE, row).rowcount for row in rows)  # type: ignore[attr-defined]


def _insert_sqlite(session: Session, rows: list[dict[str, Any]]) -> int:
    taken = 0
    try:
        for row in rows:
            session.execute(INSERT, row)
            taken += 1
    except IntegrityError as error:  # it undid its own statement only; the transaction goes on
        if "occupancies_no_overlap" not in str(error.orig):
            raise
    return taken


def vacate(session: Session, *, appointment: str | None = None, hold: str | None = None) -> None:
    """Free the time of an appointment or a hold."""
    column, id = (occupancies.c.hold_id, hold) if hold else (occupancies.c.appointment_id, appointment)
    session.execute(delete(occupancies).where(column == id))


def insert_hold(session: Session, hold: Hold) -> None:
    session.execute(INSERT_HOLD, vars(hold))


def hold(session: Session, practice_id: str, id: str, *, lock: bool = True) -> Hold | None:
    """The practice's hold, by `lock` until the transaction ends; None when there is none."""
    query = select(*HOLD_COLUMNS).where(holds.c.id == id, holds.c.practice_id == practice_id)
    return next(iter(_holds(session, query.with_for_update() if lock else query)), None)


def count_holds(session: Session, calendar_id: str, from_: datetime, until: datetime, now: datetime) -> int:
    """The calendar's live holds that begin in the interval."""
    query = select(func.count()).where(
        holds.c.calendar_id == calendar_id, holds.c.starts >= from_, holds.c.starts < until, holds.c.expires_at > now
    )
    return int(session.execute(query).scalar_one())


def extend(session: Session, hold: Hold) -> None:
    """Store the hold's new end."""
    values = {"expires_at": hold.expires_at, "extensions": hold.extensions, "version": hold.version}
    session.execute(update(holds).where(holds.c.id == hold.id).values(values))


def drop_holds(session: Session, now: datetime, slots: Sequence[Slot]) -> list[Hold]:
    """Delete the expired holds in the way of these slots; their time is free again. Answers them."""
    values = {
        "calendars": list({slot.calendar_id for slot in slots}),
        "from": min(slot.occupies_from for slot in slots),
        "until": max(slot.occupies_until for slot in slots),
        "now": now,
    }
    return _drop(session, IN_THE_WAY, values)


def drop_expired(session: Session, now: datetime, limit: int = 100) -> list[Hold]:
    """Delete up to `limit` expired holds that nobody else is working on."""
    query = select(*HOLD_COLUMNS).where(holds.c.expires_at <= now).order_by(holds.c.id).limit(limit)
    return _drop(session, query.with_for_update(skip_locked=True))


def drop_hold(session: Session, practice_id: str, id: str) -> list[Hold]:
    """Delete one hold of the practice, if it exists."""
    query = select(*HOLD_COLUMNS).where(holds.c.id == id, holds.c.practice_id == practice_id)
    return _drop(session, query.with_for_update())


def _drop(session: Session, query: Any, values: dict[str, Any] | None = None) -> list[Hold]:
    found = _holds(session, query, values)
    if found:
        session.execute(delete(holds).where(holds.c.id.in_([hold.id for hold in found])))
    return found


def _holds(session: Session, query: Any, values: dict[str, Any] | None = None) -> list[Hold]:
    return [Hold(**row) for row in session.execute(query, values).mappings()]
