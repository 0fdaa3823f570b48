"""What takes time of a practice's calendars, with names and reasons: for staff who look at it."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from sqlalchemy import or_, select

from availability.domain.zones import DAY, EPOCH
from availability.models import absences, closures, service_calendars, services, taken
from availability.store.agendas import LONGEST_OCCUPANCY
from runtime.db import Session

Rows = Sequence[Any]


def absences_between(session: Session, calendars: Sequence[str], since: int, until: int) -> Rows:
    """Absences that touch [since, until), in order."""
    query = select(absences).where(
        absences.c.calendar_id.in_(calendars), absences.c.until_at > since, absences.c.from_at < until
    )
    return session.execute(query.order_by(absences.c.from_at, absences.c.id)).mappings().all()


def days_off_between(session: Session, calendars: Sequence[str], since: int, until: int) -> Rows:
    """Holidays and vacations that touch the days of [since, until) in any zone, in order."""
    first, last = (date.fromordinal(at // DAY + EPOCH + more) for at, more in ((since, -1), (until, 1)))
    query = select(closures).where(
        closures.c.calendar_id.in_(calendars), closures.c.last_day >= first, closures.c.first_day <= last
    )
    return session.execute(query.order_by(closures.c.first_day, closures.c.id)).mappings().all()


def taken_between(
    session: Session, calendars: Sequence[str], since: int, until: int, now: int, kind: str | None = None
) -> Rows:
    """Appointments and live holds (or one kind of them) that occupy time of [since, until), in order."""
    query = select(taken).where(
        taken.c.calendar_id.in_(calendars),
        taken.c.from_at > since - LONGEST_OCCUPANCY,
        taken.c.from_at < until,
        taken.c.until_at > since,
        or_(taken.c.expires_at.is_(None), taken.c.expires_at > now),
    )
    if kind:
        query = query.where(taken.c.kind == kind)
    return session.execute(query.order_by(taken.c.from_at, taken.c.subject)).mappings().all()


def service(session: Session, practice: str, id: str) -> Any:
    """A service of the practice that is not deleted, or None."""
    query = select(services).where(
        services.c.id == id, services.c.practice_id == practice, services.c.deleted.is_(None)
    )
    return session.execute(query).mappings().first()


def offers(session: Session, service_id: str, calendar: str) -> bool:
    """Whether the calendar offers the service."""
    query = select(service_calendars.c.service_id).where(
        service_calendars.c.service_id == service_id, service_calendars.c.calendar_id == calendar
    )
    return session.execute(query).first() is not None
