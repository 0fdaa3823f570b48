"""Customers whom somebody has to call, because no message reaches them (X5)."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from notify import words
from notify.domain.appointments import Status
from notify.domain.decide import ENDINGS, Purpose
from notify.domain.errors import NotFound
from notify.domain.plan import allows_sms
from notify.store import calls, projections
from notify.usecases.numbers import for_sms
from runtime.clock import iso
from runtime.db import Session

MOST = 200  # of each kind; nobody calls more before the list is loaded anew


def call_list(session: Session, practice_id: str, now: datetime, reader: str, sms: bool) -> dict[str, Any]:
    """The coming appointments of such customers, the soonest first; those who were called come last. `sms`: SMS can
    leave the house."""
    failed = [_failed(row, reader) for row in calls.not_reached(session, practice_id, now, MOST) if not _own(row)]
    silent = calls.without_address(session, practice_id, now, MOST)
    nothing = [_nothing(row, reader) for row in _unreachable(session, practice_id, silent, sms)]
    items = {item["appointment"]: item for item in [*failed, *nothing]}.values()  # one line for each appointment
    return {"items": sorted(items, key=lambda item: (item["called"] is not None, item["start"]))}


def _unreachable(session: Session, practice_id: str, rows: Sequence[Any], sms: bool) -> list[Any]:
    """Those who could not be told when there was something to tell, also where an SMS could go out by now; and those
    whose number gets none. Whoever could get one, and got none, was to be told nothing: staff wished so."""
    practice = projections.practice(session, practice_id) or {}
    if not (sms and allows_sms(practice)):
        return list(rows)
    country = practice.get("country") or "DE"
    return [row for row in rows if row.untold or not for_sms(_line(row)["customer"]["phone"], country)]


def _own(row: Any) -> bool:
    """The customer called it off, and knows."""
    return row.purpose in ENDINGS and (row.snapshot or {}).get("actor") == "customer"


def mark(
    session: Session,
    practice_id: str,
    appointment_id: str,
    user: tuple[str, str],
    now: datetime,
    reader: str,
    sms: bool,
) -> dict[str, Any]:
    """Note that `user` (id and name) called. Raises NotFound for what is not on the list."""
    item = _find(session, practice_id, appointment_id, now, reader, sms)
    row = {"appointment_id": appointment_id, "practice_id": practice_id, "version": item["version"], "at": now}
    calls.mark(session, {**row, "user_id": user[0], "user_name": user[1][:120]})
    return _find(session, practice_id, appointment_id, now, reader, sms)


def unmark(
    session: Session, practice_id: str, appointment_id: str, now: datetime, reader: str, sms: bool
) -> dict[str, Any]:
    """Take the note back. Raises NotFound."""
    calls.unmark(session, practice_id, appointment_id)
    return _find(session, practice_id, appointment_id, now, reader, sms)


def _find(
    session: Session, practice_id: str, appointment_id: str, now: datetime, reader: str, sms: bool
) -> dict[str, Any]:
    for item in call_list(session, practice_id, now, reader, sms)["items"]:
        if item["appointment"] == appointment_id:
            found: dict[str, Any] = item
            return found
    raise NotFound(id=appointment_id)


def _failed(row: Any, reader: str) -> dict[str, Any]:
    found = {"id": row.message, "channel": row.channel, "recipient": row.recipient, "purpose": row.purpose}
    reason = words.reason(row.reason, reader) if row.reason else words.reason("bounced", reader)
    return {
        **_line(row),
        "purpose": row.purpose,
        "reason": reason,
        "message": {**found, "at": iso(row.changed_at), "detail": row.detail or None},
    }


def _nothing(row: Any, reader: str) -> dict[str, Any]:
    usual = Purpose.REQUESTED if row.status == Status.PENDING else Purpose.CONFIRMATION
    return {**_line(row), "purpose": row.untold or usual, "reason": words.reason("no_address", reader), "message": None}


def _line(row: Any) -> dict[str, Any]:
    snapshot = row.snapshot or {}
    customer, service = snapshot.get("customer") or {}, snapshot.get("service") or {}
    known = {name: customer.get(name) or "" for name in ("first_name", "last_name", "email", "phone")}
    called = {"at": iso(row.called_at), "by": row.user_name} if row.called_at else None
    return {
        "appointment": row.id,
        "version": row.version,
        "start": iso(row.starts),
        "time_zone": snapshot.get("time_zone") or "UTC",
        "service": service.get("name") or "",
        "calendar": (snapshot.get("calendar") or {}).get("nickname") or "",
        "customer": known,
        "called": called if called and row.called_version >= row.version else None,
    }
