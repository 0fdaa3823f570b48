"""What staff own: services, calendars, days off. Every query is scoped by practice or by a calendar of it."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, Table, and_, delete, insert, or_, select, update
from sqlalchemy.dialects import postgresql, sqlite

from availability.models import absences, calendars, closures, places, practices, service_calendars, services, taken
from runtime.db import Session
from runtime.ids import new_id

Row = Mapping[Any, Any]


# -- services ---------------------------------------------------------------------------------------------------------


def services_of(session: Session, practice: str) -> Sequence[Row]:
    """All services that are not deleted, by name."""
    query = select(services).where(services.c.practice_id == practice, services.c.deleted.is_(None))
    return session.execute(query.order_by(services.c.name, services.c.id)).mappings().all()


def service(session: Session, practice: str, id: str) -> Row | None:
    """A service that is not deleted."""
    query = select(services).where(
        services.c.practice_id == practice, services.c.id == id, services.c.deleted.is_(None)
    )
    return session.execute(query).mappings().first()


def service_locked(session: Session, practice: str, id: str) -> Row | None:
    """The service, locked until the end of the transaction: two changes get two versions."""
    query = select(services).where(
        services.c.practice_id == practice, services.c.id == id, services.c.deleted.is_(None)
    )
    return session.execute(query.with_for_update()).mappings().first()


def was_deleted(session: Session, practice: str, id: str) -> bool:
    """Whether the practice once had this service."""
    query = select(services.c.id).where(
        services.c.practice_id == practice, services.c.id == id, services.c.deleted.is_not(None)
    )
    return session.execute(query).first() is not None


def add_service(session: Session, practice: str, id: str, now: datetime, values: dict[str, Any]) -> Row | None:
    """Store a new service, version 1; None if there is one with this id, deleted or not."""
    return _add(session, services, {"id": id, "practice_id": practice, "created": now, "deleted": None, **values})


def _add(session: Session, table: Table, values: dict[str, Any]) -> Row | None:
    row = {"version": 1, **values}
    dialect = postgresql if session.dialect == "postgresql" else sqlite
    added = session.rowcount(dialect.insert(table).values(row).on_conflict_do_nothing(index_elements=["id"]))
    return row if added else None


def change(session: Session, table: Table, row: Row, values: dict[str, Any]) -> Row:
    """Store these values under the next version; returns the row as it is now."""
    values = {**values, "version": row["version"] + 1}
    session.execute(update(table).where(table.c.id == row["id"]).values(values))
    return {**row, **values}


def links(session: Session, practice: str) -> dict[str, list[str]]:
    """Which calendars offer which service."""
    query = (
        select(service_calendars)
        .join(services, services.c.id == service_calendars.c.service_id)
        .where(services.c.practice_id == practice)
        .order_by(service_calendars.c.service_id, service_calendars.c.calendar_id)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for service, calendar in session.execute(query):
        found[service].append(calendar)
    return found


def calendars_of_service(session: Session, service: str) -> list[str]:
    """The calendars that offer the service, sorted."""
    query = select(service_calendars.c.calendar_id).where(service_calendars.c.service_id == service)
    return sorted(session.scalars(query))


def link(session: Session, service: str, ids: Collection[str]) -> None:
    """Let exactly these calendars offer the service."""
    session.execute(delete(service_calendars).where(service_calendars.c.service_id == service))
    if ids:
        session.execute(insert(service_calendars), [{"service_id": service, "calendar_id": id} for id in sorted(ids)])


# -- calendars --------------------------------------------------------------------------------------------------------


def _calendars(practice: str) -> Select[Any]:
    return (
        select(calendars, places.c.name.label("place_name"), places.c.address.label("place_address"))
        .join(places, places.c.id == calendars.c.place_id)
        .where(calendars.c.practice_id == practice)
        .order_by(calendars.c.nickname, calendars.c.id)
    )


def calendars_of(session: Session, practice: str) -> Sequence[Row]:
    """All calendars with their places, by nickname."""
    return session.execute(_calendars(practice)).mappings().all()


def calendar(session: Session, practice: str, id: str) -> Row | None:
    """One calendar with its place."""
    return session.execute(_calendars(practice).where(calendars.c.id == id)).mappings().first()


def calendar_locked(session: Session, practice: str, id: str) -> Row | None:
    """The same, locked until the end of the transaction."""
    query = _calendars(practice).where(calendars.c.id == id).with_for_update(of=calendars)
    return session.execute(query).mappings().first()


def add_calendar(session: Session, practice: str, id: str, now: datetime, values: dict[str, Any]) -> Row | None:
    """Store a new calendar, version 1; None if there is one with this id."""
    return _add(session, calendars, {"id": id, "practice_id": practice, "created": now, **values})


def known_calendars(session: Session, practice: str, ids: Collection[str]) -> set[str]:
    """Those of the ids that are calendars of this practice."""
    query = select(calendars.c.id).where(calendars.c.practice_id == practice, calendars.c.id.in_(ids))
    return set(session.scalars(query))


def calendars_among(session: Session, practice: str, ids: Collection[str]) -> Sequence[Row]:
    """Those of the ids that are calendars of this practice, with their places."""
    return session.execute(_calendars(practice).where(calendars.c.id.in_(ids))).mappings().all()


def place(session: Session, practice: str, id: str) -> Row | None:
    """A place of this practice."""
    query = select(
        places.c.id.label("place_id"), places.c.name.label("place_name"), places.c.address.label("place_address")
    ).where(places.c.practice_id == practice, places.c.id == id)
    return session.execute(query).mappings().first()


def practice_zone(session: Session, practice: str) -> str | None:
    """The practice's own time zone, once it is known here."""
    zone: str | None = session.scalar(select(practices.c.time_zone).where(practices.c.id == practice))
    return zone


# -- days off ---------------------------------------------------------------------------------------------------------


def closures_of(session: Session, calendar: str, kind: str) -> Sequence[Row]:
    """Holidays or vacations, in order."""
    query = select(closures).where(closures.c.calendar_id == calendar, closures.c.kind == kind)
    return session.execute(query.order_by(closures.c.first_day, closures.c.last_day)).mappings().all()


def add_closure(session: Session, calendar: str, kind: str, first: date, last: date, name: str) -> Row:
    """Store days off; the same days twice are one entry, the later name holds."""
    row = {"calendar_id": calendar, "kind": kind, "first_day": first, "last_day": last, "name": name}
    return add_closures(session, [row])[0]


def add_closures(session: Session, rows: Sequence[dict[str, Any]]) -> list[Row]:
    """The same of several, in one statement; answers them by calendar and day."""
    dialect: Any = sqlite if session.dialect == "sqlite" else postgresql
    added = dialect.insert(closures).values([{"id": new_id(), **row} for row in rows])
    again = added.on_conflict_do_update(
        index_elements=["calendar_id", "kind", "first_day", "last_day"], set_={"name": added.excluded.name}
    )
    stored = session.execute(again.returning(closures)).mappings().all()
    return sorted(stored, key=lambda row: (row["calendar_id"], row["first_day"]))


def remove_closure(session: Session, calendar: str, kind: str, id: str) -> bool:
    """False if there is no such entry."""
    row = (closures.c.calendar_id == calendar, closures.c.kind == kind, closures.c.id == id)
    return bool(session.scalar(delete(closures).where(*row).returning(closures.c.id)))


def absences_of(session: Session, calendar: str) -> Sequence[Row]:
    """All absences, in order."""
    query = select(absences).where(absences.c.calendar_id == calendar)
    return session.execute(query.order_by(absences.c.from_at, absences.c.id)).mappings().all()


def add_absence(session: Session, calendar: str, since: int, until: int, reason: str) -> Row:
    """Store an absence; the same twice, such as by a second click, is one entry."""
    values = {"calendar_id": calendar, "from_at": since, "until_at": until, "reason": reason}
    same = select(absences).where(*(absences.c[name] == value for name, value in values.items()))
    if found := session.execute(same).mappings().first():
        return found
    row = {"id": new_id(), **values}
    session.execute(insert(absences).values(row))
    return row


def remove_absence(session: Session, calendar: str, id: str) -> Row | None:
    """The entry that was there, None if there was none."""
    row = (absences.c.calendar_id == calendar, absences.c.id == id)
    return session.execute(delete(absences).where(*row).returning(absences)).mappings().first()


def appointments_within(session: Session, calendar: str, *spans: tuple[int, int]) -> list[str]:
    """The ids of appointments (without their buffers) that overlap one of these half-open spans, in order."""
    query = select(taken.c.subject).where(
        taken.c.calendar_id == calendar,
        taken.c.kind == "appointment",
        or_(*(and_(taken.c.start_at < until, taken.c.end_at > since) for since, until in spans)),
    )
    return list(session.scalars(query.order_by(taken.c.start_at, taken.c.subject)))
