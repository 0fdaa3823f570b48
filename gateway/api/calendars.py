"""Calendars, their working hours, and where practitioners hear of bookings."""

from itertools import pairwise
from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import ValidationError, fields, validate, validates_schema

from gateway.api import answers, examples
from gateway.api.fields import (
    PHONE,
    Body,
    Email,
    Flag,
    Id,
    OrNothing,
    Phone,
    Text,
    WallTime,
    Whole,
    Zone,
)
from gateway.api.framework import MATCH, Blueprint, Page, answer, if_match, paged, versioned
from gateway.api.settings import Changes
from gateway.clients import Json
from gateway.context import current_services

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


class NotificationRequest(Body):
    """Null or empty switches a channel off; what is left out is switched off, too."""

    email = OrNothing(Email(), {"format": "email"})
    phone = OrNothing(Phone(), {"pattern": PHONE.pattern})
    copy_to = OrNothing(Email(), {"format": "email"})


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
    return {day: [on_the_wire(period) for period in body.get(day, [])] for day in WEEKDAYS}


def on_the_wire(loaded: Json) -> Json:
    """`from` is a Python word; on the wire it is called by its name."""
    return {name.rstrip("_"): value for name, value in loaded.items()}


def _by_weekday(found: Json) -> Response:
    """Every weekday with its periods; the ETag is the calendar's version."""
    response = answer(found["hours"])
    response.headers["ETag"] = f'"{found["version"]}"'
    return response


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
