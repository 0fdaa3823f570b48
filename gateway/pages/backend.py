"""What the pages ask the services, one function a question, in the reader's language."""

import json
from datetime import UTC, date, datetime, time
from typing import Any

from flask import g

from gateway.context import gateway
from gateway.pages.words import prefer_language
from gateway.slots import Key
from runtime.errors import Refused, Unavailable

Json = dict[str, Any]


def now() -> datetime:
    """The current instant, from the clock that the app was built with."""
    return gateway().clock()


def practice(slug: str) -> Json:
    """The practice with this slug, and from now on the practice of this request (its language, its colour)."""
    return _of_this_request(gateway().practices.by_slug(slug))


def practice_by_id(practice_id: str) -> Json:
    """The same for a page that knows the practice by its id only."""
    return _of_this_request(gateway().practices.by_id(practice_id))


def accent(practice_id: str) -> str:
    """The practice's colour for a page that can do without it: empty while it is not known."""
    try:
        return str(gateway().practices.by_id(practice_id).get("accent") or "")
    except (Refused, Unavailable):
        return ""


def country(practice_id: str) -> str | None:
    """The practice's country, for showing phone numbers: None while it is not known."""
    try:
        return gateway().practices.by_id(practice_id).get("country")
    except (Refused, Unavailable):
        return None


def _of_this_request(found: Json) -> Json:
    g.practice = found
    prefer_language(found["locale"])
    return found


def catalogue(practice_id: str) -> Json:
    """Released services and active calendars."""
    return gateway().practices.catalogue(practice_id)


def slots(
    practice_id: str,
    service: str,
    calendar: str | None,
    first: date,
    days: int,
    zone: str,
    minutes: int | None = None,
) -> Json:
    """The slots of `days` calendar days from `first`, wall times in `zone`: from the cache that the API fills, too.
    `minutes`: of an appointment that is to be moved, see `Key`.

    While availability is away, what was known last is answered, with `stale` true; booking decides anyway.
    """
    key = Key(practice_id, service, calendar, datetime.combine(first, time(), UTC), days, zone, minutes)
    found = gateway().slot_reader.read(key)
    return {**json.loads(found.entry.body), "stale": found.stale}


def form_fields(practice_id: str, *, anew: bool = False) -> list[Json]:
    """The practice's own fields of the booking form; `anew`: not as they were some seconds ago."""
    if anew:
        gateway().practices.forget(practice_id, "form")
    fields: list[Json] = gateway().practices.form(practice_id)["fields"]
    return fields


def service_of(catalogue: Json, service_id: str) -> Json:
    """The released service with this id. Raises Refused `not_found`."""
    return _by_id(catalogue["services"], service_id)


def calendars_of(catalogue: Json, service: Json) -> list[Json]:
    """The professionals who offer this service."""
    return [calendar for calendar in catalogue["calendars"] if calendar["id"] in service["calendars"]]


def calendar_of(calendars: list[Json], calendar_id: str | None) -> Json | None:
    """The professional with this id; None for "any". Raises Refused `not_found`."""
    return _by_id(calendars, calendar_id) if calendar_id not in (None, "", "any") else None


def _by_id(items: list[Json], wanted: str) -> Json:
    for item in items:
        if item["id"] == wanted:
            return item
    raise Refused("not_found")
