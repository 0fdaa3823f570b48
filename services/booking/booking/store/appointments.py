"""Appointments and their history."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    Uuid,
    and_,
    bindparam,
    false,
    func,
    insert,
    literal,
    not_,
    or_,
    select,
    text,
    tuple_,
    update,
)

from booking.domain.appointment import ACTIVE, CANCELLED, DECLINED, Appointment, Change
from booking.domain.commands import Search
from booking.domain.customers import terms
from booking.domain.rules import NEEDS_START
from booking.models import OPEN, appointments, history
from runtime.db import Session, UtcDateTime

COLUMNS = [appointments.c[field.name] for field in fields(Appointment)]
LONGEST = timedelta(days=7)  # no appointment lasts longer: lets a query by end use the index by start
a = appointments.c
WAITS = text(OPEN)  # with parameters instead of its words SQLite would not see that the index is for it
# Built once; values as parameters keep their cached form.
INSERT, RECORD = insert(appointments).inline(), insert(history).inline()
GENERATIONS = select(a.id, a.token_generation).where(a.id.in_(bindparam("appointments", expanding=True)))


def insert_new(session: Session, appointment: Appointment) -> None:
    session.execute(INSERT, _values(appointment))


def save(session: Session, appointment: Appointment, before: Appointment) -> None:
    """Store what differs from `before`, the row as it was locked."""
    old, new = _values(before), _values(appointment)
    changed = {name: value for name, value in new.items() if value != old[name]}
    session.execute(update(appointments).where(a.id == appointment.id).values(changed))


def _values(appointment: Appointment) -> dict[str, Any]:
    return {**vars(appointment), "email_key": email_key(appointment.email), "search": contact_words(appointment)}


def contact_words(contact: Any) -> str:
    """What a search for an appointment looks into."""
    words = (contact.first_name, contact.last_name, contact.email, contact.phone)
    return " ".join(word for word in words if word).lower()


def email_key(email: str | None) -> str | None:
    """Addresses that differ in case only are one customer's."""
    return email.lower() if email else None


def by_id(session: Session, practice_id: str, id: str, *, lock: bool = False) -> Appointment | None:
    """The practice's appointment; with `lock` nobody else can change it until the transaction ends."""
    return _one(session, select(*COLUMNS).where(a.id == id, a.practice_id == practice_id), lock)


def token_generations(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """Which manage link of each appointment is the valid one, whatever its practice: for other services only."""
    return {row.id: row.token_generation for row in session.execute(GENERATIONS, {"appointments": ids})}


def by_token(session: Session, token_hash: str, *, lock: bool = False) -> Appointment | None:
    """The appointment that a manage link stands for."""
    return _one(session, select(*COLUMNS).where(a.token_hash == token_hash), lock)


def several(session: Session, practice_id: str, ids: Sequence[str]) -> list[Appointment]:
    """The practice's appointments with these ids, locked in sorted order."""
    query = select(*COLUMNS).where(a.id.in_(ids), a.practice_id == practice_id).order_by(a.id)
    return _many(session, query.with_for_update())


def _one(session: Session, query: Select[Any], lock: bool) -> Appointment | None:
    row = session.execute(query.with_for_update() if lock else query).mappings().first()
    return Appointment(**row) if row else None


def search(session: Session, practice_id: str, wanted: Search, now: datetime) -> list[Appointment]:
    """One more than `wanted.limit` appointments in order of time; the past scope latest first."""
    query = select(*COLUMNS).where(a.practice_id == practice_id, *_filters(wanted, now))
    key = tuple_(a.starts, a.id)
    backwards = wanted.scope == "past"
    if wanted.cursor:
        behind = _tuple(wanted.cursor)
        query = query.where(key < behind if backwards else key > behind)
    order = (a.starts.desc(), a.id.desc()) if backwards else (a.starts, a.id)
    return _many(session, query.order_by(*order).limit(wanted.limit + 1))


def _filters(wanted: Search, now: datetime) -> Iterable[ColumnElement[bool]]:
    if wanted.start:
        yield from _ending_after(wanted.start)
    if wanted.until:
        yield a.starts < wanted.until
    if wanted.calendar:
        yield a.calendar_id == wanted.calendar
    if wanted.statuses:
        yield a.status.in_(wanted.statuses)
    if wanted.customer:
        yield a.customer_id == wanted.customer
    for word in terms(wanted.words, str.lower):
        yield a.search.contains(word, autoescape=True)
    if wanted.scope == "upcoming":
        yield from (a.status.in_(ACTIVE), *_ending_after(now))
    elif wanted.scope == "past":
        yield not_(and_(a.status.in_(ACTIVE), a.ends > now))
        if wanted.statuses and NEEDS_START.issuperset(wanted.statuses):
            yield a.starts <= now  # says nothing new, but spares the search all that is to come


def _ending_after(instant: datetime) -> Iterable[ColumnElement[bool]]:
    return a.ends > instant, a.starts > instant - LONGEST


def _tuple(cursor: tuple[datetime, str]) -> Any:
    return tuple_(literal(cursor[0], UtcDateTime()), literal(cursor[1], Uuid(as_uuid=False)))


def inbox(session: Session, practice_id: str, limit: int, cursor: tuple[datetime, str] | None) -> list[Appointment]:
    """One more than `limit` online bookings that nobody has handled, newest first."""
    query = select(*COLUMNS).where(a.practice_id == practice_id, WAITS)
    if cursor:
        query = query.where(tuple_(a.created_at, a.id) < _tuple(cursor))
    return _many(session, query.order_by(a.created_at.desc(), a.id.desc()).limit(limit + 1))


def count_inbox(session: Session, practice_id: str, most: int) -> int:
    """The number of online bookings that nobody has handled; `most` if there are more."""
    open_ = select(a.id).where(a.practice_id == practice_id, WAITS).limit(most)
    return int(session.execute(select(func.count()).select_from(open_.subquery())).scalar_one())


def _many(session: Session, query: Select[Any]) -> list[Appointment]:
    return [Appointment(**row) for row in session.execute(query).mappings()]


def count_open(
    session: Session,
    practice_id: str,
    email: str | None,
    phone: str | None,
    now: datetime,
    since: datetime | None = None,
) -> int:
    """Future pending or accepted appointments of whoever has this e-mail or this phone; with `since` those that are
    new or have changed from then on."""
    same = [column == value for column, value in ((a.email_key, email_key(email)), (a.phone, phone)) if value]
    query = select(func.count()).where(
        a.practice_id == practice_id, or_(false(), *same), a.status.in_(ACTIVE), a.starts > now
    )
    return int(session.execute(query.where(a.changed_at >= since) if since else query).scalar_one())


def count_between(session: Session, calendar_id: str, from_: datetime, until: datetime, but: str | None) -> int:
    """Appointments that a calendar has in the interval, the one with id `but` left out."""
    query = select(func.count()).where(
        a.calendar_id == calendar_id, a.starts >= from_, a.starts < until, a.status.not_in((DECLINED, CANCELLED))
    )
    return int(session.execute(query.where(a.id != but) if but else query).scalar_one())


def record(session: Session, appointment: Appointment, change: Change) -> None:
    """Add the change that led to this version to the appointment's history."""
    before = change.before
    values = {
        "appointment_id": appointment.id,
        "version": appointment.version,
        "at": change.at,
        "what": change.what,
        "actor": change.actor,
        "via": change.via,
        "user_id": change.user_id,
        "from_status": before.status if before else None,
        "to_status": appointment.status,
        "from_start": before.starts if before else None,
        "to_start": appointment.starts,
        "note": change.note,
        "changed": change.changed or None,
    }
    session.execute(RECORD, values)


def changes(session: Session, id: str) -> list[dict[str, Any]]:
    """The appointment's history, oldest first."""
    columns = [column for column in history.c if column.name != "appointment_id"]
    query = select(*columns).where(history.c.appointment_id == id).order_by(history.c.version)
    return [dict(row) for row in session.execute(query).mappings()]
