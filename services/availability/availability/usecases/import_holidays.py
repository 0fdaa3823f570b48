"""Public holidays of a country or a part of it: what there is, and storing some of them as a calendar's own."""

from datetime import datetime
from typing import Any

from availability import public_holidays
from availability.contracts import views
from availability.domain.errors import Invalid, NotFound
from availability.domain.zones import DAY, as_datetime, instant
from availability.store import settings
from availability.usecases import tell
from availability.usecases.days_off import HOLIDAY
from runtime.db import Session

Request = dict[str, Any]


def holiday_regions(request: Request) -> Request:
    """The countries whose holidays are known, and the parts of one of them."""
    parts = public_holidays.subdivisions(request["country"])
    return {
        "countries": sorted(public_holidays.countries()),
        "subdivisions": [{"code": code, "name": name} for code, name in parts],
    }


def importable_holidays(session: Session, practice: str, request: Request) -> Request:
    """The year's public holidays, each with whether the calendar has that day already. Raises NotFound."""
    calendar = settings.calendar(session, practice, request["calendar"])
    if calendar is None:
        raise NotFound(calendar=request["calendar"])
    present = {row["first_day"] for row in settings.closures_of(session, calendar["id"], HOLIDAY)}
    return {"items": [views.public_holiday(day, name, day in present) for day, name in _known(request)]}


def import_holidays(session: Session, now: datetime, practice: str, request: Request) -> Request:
    """Store the public holidays on these dates for these calendars, all or nothing; what is there already stays one.

    Appointments on those days stay; their ids are in `conflicts`. Raises NotFound, and Invalid for a date that is no
    public holiday there.
    """
    names = dict(_known(request))
    days = sorted(set(request["dates"]))
    if any(day not in names for day in days):
        raise Invalid(errors={"dates": ["Not a public holiday there."]})
    ids = sorted(set(request["calendars"]))
    calendars = settings.calendars_among(session, practice, ids)
    if len(calendars) < len(ids):
        raise NotFound(calendar=next(id for id in ids if id not in {row["id"] for row in calendars}))
    wanted = [
        {"calendar_id": id, "kind": HOLIDAY, "first_day": day, "last_day": day, "name": names[day][:120]}
        for id in ids
        for day in days
    ]
    stored = settings.add_closures(session, wanted)
    spans = {row["id"]: [_span(row, day) for day in days] for row in calendars}
    _tell(session, now, practice, spans)
    conflicts = [id for row in calendars for id in settings.appointments_within(session, row["id"], *spans[row["id"]])]
    return {"items": [views.imported(row) for row in stored], "conflicts": conflicts}


def _known(request: Request) -> Any:
    return public_holidays.of_year(request["country"], request["subdivision"], request["year"], request["language"])


def _span(calendar: settings.Row, day: Any) -> tuple[int, int]:
    zone = calendar["time_zone"]
    return instant(zone, day.toordinal(), 0), instant(zone, day.toordinal(), 1440)


def _tell(session: Session, now: datetime, practice: str, spans: dict[str, list[tuple[int, int]]]) -> None:
    """One call to look again for all of them; a day more on both sides, as a slot's length and buffers reach over."""
    every = [span for of_one in spans.values() for span in of_one]
    tell.slots_changed(
        session,
        now,
        practice,
        calendars=list(spans),
        since=as_datetime(min(since for since, _ in every) - DAY),
        until=as_datetime(max(until for _, until in every) + DAY),
    )
