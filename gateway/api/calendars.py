"""Calendars, their working hours, and when they are closed."""

from itertools import pairwise
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, fields, validate, validates_schema

from gateway.api import answers, examples
from gateway.api.fields import (
    PHONE,
    Body,
    Day,
    Email,
    Flag,
    Id,
    Instant,
    OrNothing,
    Phone,
    Text,
    WallTime,
    Whole,
    Zone,
)
from gateway.api.framework import MATCH, Blueprint, Page, answer, if_match, nothing, paged, versioned
from gateway.api.settings import Changes
from gateway.clients import Json
from gateway.context import current_services, locale

routes = Blueprint("calendars", staff=True, description="Calendars, working hours, closed times")

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
ENDS_FIRST = "The end must be after the start."


class CalendarRequest(Body):
    """A professional's or a room's calendar."""

    name = Text(longest=120, required=True, metadata={"description": "internal"})
    nickname = Text(longest=120, required=True, metadata={"description": "what clients see"})
    place = Id(required=True)
    time_zone = Zone()
    start_interval_minutes = Whole(5, 24 * 60)
    active = Flag()
    max_per_day = Whole(1, 500, allow_none=True)
    max_per_week = Whole(1, 3000, allow_none=True)


class CalendarChanges(CalendarRequest, Changes):
    """What is to change of a calendar."""

    def __init__(self, **kwargs: Any):
        Changes.__init__(self, **kwargs)


class Period(Body):
    """Working time of one day, wall clock."""

    from_ = WallTime(required=True, data_key="from")
    to = WallTime(required=True)

    @validates_schema
    def _forward(self, data: Json, **_: Any) -> None:
        if data["from_"] >= data["to"]:
            raise ValidationError(ENDS_FIRST, "to")


def _apart(periods: list[Json]) -> None:
    ordered = sorted(periods, key=lambda p: p["from_"])
    if any(later["from_"] < earlier["to"] for earlier, later in pairwise(ordered)):
        raise ValidationError("The periods of a day may not overlap.")


def _periods() -> Any:
    return fields.List(fields.Nested(Period), validate=[validate.Length(max=24), _apart])


class Hours(Body):
    """Periods per weekday; a day without any is free."""

    monday = _periods()
    tuesday = _periods()
    wednesday = _periods()
    thursday = _periods()
    friday = _periods()
    saturday = _periods()
    sunday = _periods()


class PreviewRequest(Body):
    """A week, and what is to be booked in it."""

    hours = fields.Nested(Hours)
    service = Id()


class PublicHolidays(Body):
    """Where and when."""

    country = fields.String(
        required=True,
        validate=validate.Regexp(r"[A-Z]{2}\Z", error="Invalid value."),
        metadata={"description": "ISO 3166-1", "example": "DE"},
    )
    subdivision = Text(longest=20, metadata={"description": "code of a part of it", "example": "BW"})


class PublicHolidaysOf(PublicHolidays):
    """The same of a query, where numbers are text."""

    year = Whole(2000, 2100, text=True, required=True, metadata={"example": 2030})


class ImportRequest(PublicHolidays):
    """Which of them to take over."""

    year = Whole(2000, 2100, required=True)
    dates = fields.List(Day(), required=True, validate=validate.Length(1, 100))


class CountryOf(Body):
    """Which country's subdivisions are asked for."""

    country = fields.String(validate=validate.Regexp(r"[A-Z]{2}\Z", error="Invalid value."), metadata={"example": "DE"})


class Holiday(Body):
    """A day on which nobody works."""

    date = Day(required=True)
    name = Text(empty=True, allow_none=True)


class Vacation(Body):
    """Several days, both inclusive."""

    from_ = Day(required=True, data_key="from")
    to = Day(required=True)

    @validates_schema
    def _forward(self, data: Json, **_: Any) -> None:
        if data["from_"] > data["to"]:
            raise ValidationError(ENDS_FIRST, "to")


class Absence(Body):
    """From one instant to another."""

    from_ = Instant(required=True, data_key="from")
    to = Instant(required=True)
    reason = Text(longest=500, empty=True, allow_none=True)

    @validates_schema
    def _forward(self, data: Json, **_: Any) -> None:
        if data["from_"] >= data["to"]:
            raise ValidationError(ENDS_FIRST, "to")


class NotificationRequest(Body):
    """Null or empty switches a channel off; what is left out is switched off, too."""

    email = OrNothing(Email(), {"format": "email"})
    phone = OrNothing(Phone(), {"pattern": PHONE.pattern})
    copy_to = OrNothing(Email(), {"format": "email"})


CLOSURES = {
    "holidays": (Holiday, examples.HOLIDAY, "holiday"),
    "vacations": (Vacation, examples.VACATION, "vacation"),
    "absences": (Absence, examples.ABSENCE, "absence"),
}


@routes.route("/calendars")
@routes.refuses()
@routes.query(Page)
@routes.answers(200, answers.page_of(answers.Calendar), examples.page(examples.CALENDAR))
def list_calendars(query: Json) -> Response:
    """All calendars, active or not"""
    return answer(paged(current_services().availability.list_calendars(), query))


@routes.route("/calendars", methods=["POST"])
@routes.refuses("not_found")
@routes.body(CalendarRequest, examples.CALENDAR_REQUEST)
@routes.answers(201, answers.Calendar, examples.CALENDAR)
def create_calendar(body: Json) -> Response:
    """Add a calendar"""
    return versioned(current_services().availability.create_calendar(body), 201)


@routes.route("/calendars/<uuid:id>", methods=["PATCH"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed")
@routes.body(CalendarChanges, {"active": False})
@routes.answers(200, answers.Calendar, examples.CALENDAR)
def change_calendar(body: Json, id: UUID) -> Response:
    """Change a calendar"""
    return versioned(current_services().availability.update_calendar(str(id), body | if_match()))


@routes.route("/calendars/<uuid:id>/hours")
@routes.refuses("not_found")
@routes.answers(200, Hours, examples.HOURS)
def show_hours(id: UUID) -> Response:
    """Working hours"""
    return _by_weekday(current_services().availability.hours(str(id)))


@routes.route("/calendars/<uuid:id>/hours", methods=["PUT"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed")
@routes.body(Hours, examples.HOURS)
@routes.answers(200, Hours, examples.HOURS)
def change_hours(body: Json, id: UUID) -> Response:
    """Set the working hours of all weekdays"""
    return _by_weekday(current_services().availability.put_hours(str(id), _week(body), if_match()))


@routes.route("/calendars/<uuid:id>/hours/preview", methods=["POST"])
@routes.refuses("not_found")
@routes.body(PreviewRequest, {"hours": examples.HOURS, "service": examples.SERVICE_ID})
@routes.answers(200, answers.HoursPreview, examples.HOURS_PREVIEW)
def preview_hours(body: Json, id: UUID) -> Response:
    """Which times a week would offer

    Of the hours that are sent, else of those that hold; for a service, else by the calendar's own interval. Nothing is
    stored.
    """
    wish = {**body, "hours": _week(body["hours"])} if body.get("hours") else body
    return answer(current_services().availability.preview_hours(str(id), wish))


def _week(body: Json) -> Json:
    return {day: [_wire(period) for period in body.get(day, [])] for day in WEEKDAYS}


def _by_weekday(found: Json) -> Response:
    """Every weekday with its periods; the ETag is the calendar's version."""
    response = answer(found["hours"])
    response.headers["ETag"] = f'"{found["version"]}"'
    return response


def _wire(loaded: Json) -> Json:
    """`from` is a Python word; on the wire it is called by its name."""
    return {name.rstrip("_"): value for name, value in loaded.items()}


def _closure_routes(kind: str) -> None:
    """List, add and remove one kind of closed time."""
    schema, example, single = CLOSURES[kind]
    stored = {"id": examples.CLOSURE_ID, **example}

    @routes.refuses("not_found")
    @routes.query(Page)
    @routes.answers(200, answers.page_of(answers.Closure), examples.page(stored))
    def listed(query: Json, id: UUID) -> Response:
        return answer(paged(current_services().availability.closures(kind, str(id)), query))

    @routes.refuses("not_found")
    @routes.body(schema, example)
    @routes.answers(201, answers.Closure, stored)
    def add(body: Json, id: UUID) -> Response:
        return answer(current_services().availability.add_closure(single, str(id), _wire(body)), 201)

    @routes.refuses("not_found")
    @routes.answers(204, None)
    def remove(id: UUID, closure: UUID) -> Response:
        current_services().availability.remove_closure(single, str(id), str(closure))
        return nothing()

    listed.__doc__ = f"A calendar's {kind}"
    add.__doc__ = f"Add a {single}"
    remove.__doc__ = f"Remove a {single}"
    routes.add_url_rule(f"/calendars/<uuid:id>/{kind}", f"list_{kind}", listed)
    routes.add_url_rule(f"/calendars/<uuid:id>/{kind}", f"add_{single}", add, methods=["POST"])
    routes.add_url_rule(f"/calendars/<uuid:id>/{kind}/<uuid:closure>", f"remove_{single}", remove, methods=["DELETE"])


for _kind in CLOSURES:
    _closure_routes(_kind)


@routes.route("/holiday-regions")
@routes.refuses()
@routes.query(CountryOf)
@routes.answers(200, answers.HolidayRegions, examples.HOLIDAY_REGIONS)
def holiday_regions(query: Json) -> Response:
    """Countries whose public holidays are known, and one's subdivisions"""
    return answer(current_services().availability.holiday_regions(query.get("country", "")))


@routes.route("/calendars/<uuid:id>/holidays/importable")
@routes.refuses("not_found")
@routes.query(PublicHolidaysOf)
@routes.answers(200, answers.ImportableHolidays, examples.IMPORTABLE)
def importable_holidays(query: Json, id: UUID) -> Response:
    """Public holidays that can be taken over

    Named in the reader's language where that is known, else in the country's own.
    """
    wish = {**query, "language": locale()}
    return answer(current_services().availability.importable_holidays(str(id), wish))


@routes.route("/calendars/<uuid:id>/holidays/import", methods=["POST"])
@routes.refuses("not_found")
@routes.body(ImportRequest, {"country": "DE", "subdivision": "BW", "year": 2030, "dates": ["2030-01-06"]})
@routes.answers(201, answers.ImportedHolidays, examples.IMPORTED)
def import_holidays(body: Json, id: UUID) -> Response:
    """Take over public holidays

    All or none of the dates. Appointments on those days stay; they are named in `conflicts`.
    """
    wish = {**body, "language": locale()}
    return answer(current_services().availability.import_holidays([str(id)], wish), 201)


@routes.route("/calendars/<uuid:id>/notifications")
@routes.refuses("not_found")
@routes.answers(200, answers.Notifications, examples.STORED_NOTIFICATIONS)
def show_notifications(id: UUID) -> Response:
    """Where the practitioner hears about online bookings"""
    return versioned(current_services().notify.notification_settings(str(id)))


@routes.route("/calendars/<uuid:id>/notifications", methods=["PUT"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed")
@routes.body(NotificationRequest, examples.NOTIFICATIONS)
@routes.answers(200, answers.Notifications, examples.STORED_NOTIFICATIONS | {"hint": "spam_folder"})
def change_notifications(body: Json, id: UUID) -> Response:
    """Change where the practitioner hears about online bookings"""
    return versioned(current_services().notify.update_notification_settings(str(id), body | if_match()))
