"""What events of the other services told."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, func, select

from notify.models import Base, Calendar
from notify.store.statements import DIALECTS, count, dialect, table, unless_there
from runtime.db import Session
from runtime.errors import Permanent

PRACTICES, APPOINTMENTS = table("practices"), table("appointments")
PRACTICE = select(PRACTICES.c.data).where(PRACTICES.c.id == bindparam("practice"))
SEVERAL = select(PRACTICES.c.id, PRACTICES.c.data).where(PRACTICES.c.id.in_(bindparam("ids", expanding=True)))
SEEN = select(APPOINTMENTS.c.version, APPOINTMENTS.c.status, APPOINTMENTS.c.starts).where(
    APPOINTMENTS.c.id == bindparam("appointment")
)
ADD_DECISION = unless_there("decisions")


OWNER = {
    name: select(table(name).c.practice_id).where(table(name).c.id == bindparam("owned"))
    for name in ("calendars", "appointments")
}


def _keep(kind: Any, name: str) -> Any:
    row = kind.insert(table(name)).inline()
    changed = {column.name: row.excluded[column.name] for column in table(name).c if column.name != "id"}
    for column in ("untold", "untold_version") if name == "appointments" else ():  # until somebody is told
        changed[column] = func.coalesce(row.excluded[column], table(name).c[column])
    newer = table(name).c.version < row.excluded.version
    if name in OWNER:
        newer &= table(name).c.practice_id == row.excluded.practice_id
    return row.on_conflict_do_update(index_elements=["id"], set_=changed, where=newer)


KEEP = {
    (kind.dialect.name, name): _keep(kind, name)
    for kind in DIALECTS
    for name in ("practices", "calendars", "appointments")
}


def keep_newest(session: Session, model: type[Base], row: dict[str, Any]) -> bool:
    """Store a projection's row; False when a newer version, or the same, is there. Locks the row either way.

    Raises Permanent when the row is another practice's.
    """
    name = model.__tablename__
    if count(session.execute(KEEP[dialect(session), name], row)) == 1:
        return True
    if name in OWNER and session.scalar(OWNER[name], {"owned": row["id"]}) != row["practice_id"]:
        raise Permanent(f"{row['id']} belongs to another practice")
    return False


def practice(session: Session, practice_id: str) -> dict[str, Any] | None:
    """What practice.changed last said."""
    found: dict[str, Any] | None = session.scalar(PRACTICE, {"practice": practice_id})
    return found


def practices(session: Session, ids: Iterable[str]) -> dict[str, dict[str, Any]]:
    """The same of several."""
    return {row.id: row.data for row in session.execute(SEVERAL, {"ids": list(ids)})}


def owns_calendar(session: Session, practice_id: str, calendar_id: str) -> bool:
    found = session.orm.get(Calendar, calendar_id)
    return bool(found and found.practice_id == practice_id and not found.deleted)


def seen(session: Session, appointment_id: str) -> Any | None:
    """Version, status and beginning of the appointment as it was last seen."""
    return session.execute(SEEN, {"appointment": appointment_id}).first()


def first_decision(session: Session, appointment_id: str, version: int) -> bool:
    """Note that this version's messages are decided; False when they already were."""
    row = {"appointment_id": appointment_id, "version": version}
    return count(session.execute(ADD_DECISION[dialect(session)], row)) == 1
