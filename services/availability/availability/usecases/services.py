"""The catalogue of services. Appointments already made never change: booking keeps its own snapshot."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from availability import models
from availability.contracts import views
from availability.domain.errors import Invalid, NotFound
from availability.store import settings
from availability.usecases import tell
from availability.usecases.versions import check_version
from runtime.db import Session
from runtime.ids import new_id, stable_id

Request = dict[str, Any]
APART = ("id", "if_version", "idempotency_key", "calendars", "price")  # what is no column of the same name


def list_services(session: Session, practice: str) -> Request:
    """All services, released or not."""
    links = settings.links(session, practice)
    rows = settings.services_of(session, practice)
    return views.items([views.service(row, links.get(row["id"], ())) for row in rows])


def create_service(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Add a service; it is not released unless asked for. A repeat under the same key answers what was added."""
    columns, ids = _columns(request)
    _check_calendars(session, practice, ids or ())
    key = request["idempotency_key"]
    id = stable_id("service", practice, key) if key else new_id()
    row = settings.add_service(session, practice, id, now, columns)
    if row is None and (known := settings.service(session, practice, id)):
        return views.service(known, settings.calendars_of_service(session, id))
    if row is None:  # deleted meanwhile: who sends the form once more wants it anew
        return create_service(session, now, practice, {**request, "idempotency_key": None})
    settings.link(session, row["id"], ids or ())
    return _changed(session, now, row, sorted(ids or ()))


def update_service(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Change the fields that are sent; nothing is told if all of them were so before."""
    row = _locked(session, practice, request)
    columns, ids = _columns(request)
    offered_by = settings.calendars_of_service(session, row["id"])
    if ids is not None:
        _check_calendars(session, practice, ids)
    wanted = offered_by if ids is None else sorted(ids)
    if wanted == offered_by and all(row[name] == value for name, value in columns.items()):
        return views.service(row, offered_by)
    settings.link(session, row["id"], wanted)
    return _changed(session, now, settings.change(session, models.services, row, columns), wanted)


def delete_service(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Nobody can book it any more; what was booked stays as it is. A repeat, such as a second click, answers the same.
    Raises NotFound, PreconditionFailed."""
    missing = settings.service_locked(session, practice, request["id"]) is None
    if missing and settings.was_deleted(session, practice, request["id"]):
        return {}
    row = _locked(session, practice, request)
    gone = settings.change(session, models.services, row, {"deleted": now, "released": False})
    tell.service_changed(session, now, gone, settings.calendars_of_service(session, row["id"]), deleted=True)
    tell.slots_changed(session, now, practice, services=[row["id"]])
    return {}


def _locked(session: Session, practice: str, request: Request) -> settings.Row:
    """The service, until the end of the transaction. Raises NotFound, PreconditionFailed."""
    row = settings.service_locked(session, practice, request["id"])
    if row is None:
        raise NotFound(service=request["id"])
    check_version(row, request)
    return row


def _changed(session: Session, now: datetime, row: settings.Row, calendars: list[str]) -> Request:
    tell.service_changed(session, now, row, calendars)
    tell.slots_changed(session, now, row["practice_id"], services=[row["id"]])
    return views.service(row, calendars)


def _columns(request: Request) -> tuple[Request, set[str] | None]:
    """The request as columns, and the calendars apart; None if they are not sent."""
    columns = {name: value for name, value in request.items() if name not in APART}
    if "price" in request:
        columns |= views.price_columns(request["price"])
    return columns, set(request["calendars"]) if "calendars" in request else None


def _check_calendars(session: Session, practice: str, ids: Collection[str]) -> None:
    if set(ids) - settings.known_calendars(session, practice, ids):
        raise Invalid(errors={"calendars": ["Not a calendar of this practice."]})
