"""Emit this service's events, always in the transaction of the change that they report."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from availability.contracts import events
from runtime.db import Session
from runtime.outbox import emit

Row = Mapping[Any, Any]


def service_changed(session: Session, now: datetime, row: Row, calendars: list[str], *, deleted: bool = False) -> None:
    """The service as it is now."""
    data = events.service_changed(row, calendars, deleted)
    _emit(session, now, events.SERVICE_CHANGED, row, data, mandatory=False)


def calendar_changed(session: Session, now: datetime, row: Row) -> None:
    """The calendar as it is now; `row` is joined with its place."""
    _emit(session, now, events.CALENDAR_CHANGED, row, events.calendar_changed(row))


def slots_changed(
    session: Session,
    now: datetime,
    practice: str,
    *,
    calendars: Collection[str] | None = None,
    services: Collection[str] | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> None:
    """Slots of these calendars and services (None: all) that touch [since, until) may differ now.

    There is no object with versions here, only a call to look again: `objectversion` is the second it was told in.
    """
    emit(
        session,
        events.SOURCE,
        events.SLOTS_CHANGED,
        subject=practice,
        practice_id=practice,
        version=int(now.timestamp()),
        now=now,
        data=events.slots_changed(calendars, services, since, until),
        mandatory=False,
    )


def _emit(
    session: Session, now: datetime, type: str, row: Row, data: dict[str, Any], *, mandatory: bool = True
) -> None:
    emit(
        session,
        events.SOURCE,
        type,
        subject=row["id"],
        practice_id=row["practice_id"],
        version=row["version"],
        now=now,
        data=data,
        mandatory=mandatory,
    )
