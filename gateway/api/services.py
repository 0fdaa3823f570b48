"""The practice's services ("Terminvorlagen")."""

from typing import Any
from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from gateway.api import answers, examples
from gateway.api.fields import Body, Flag, Id, Money, Text, Whole
from gateway.api.framework import MATCH, Blueprint, Page, answer, if_match, nothing, paged, versioned
from gateway.api.settings import Changes
from gateway.clients import Json
from gateway.context import current_services

routes = Blueprint("services", staff=True, description="What can be booked")

YEAR = 366 * 24 * 60  # minutes


class ServiceRequest(Body):
    """A service. Appointments already made keep what they were booked with."""

    name = Text(longest=120, required=True)
    duration_minutes = Whole(1, 24 * 60, required=True)
    description = Text(longest=4000, lines=True, empty=True)
    price = fields.Nested(Money, allow_none=True)
    start_interval_minutes = Whole(5, 24 * 60, allow_none=True, metadata={"description": "null: the calendar's"})
    buffer_before_minutes = Whole(0, 8 * 60)
    buffer_after_minutes = Whole(0, 8 * 60)
    min_notice_minutes = Whole(0, YEAR)
    cancel_notice_minutes = Whole(0, YEAR)
    move_notice_minutes = Whole(0, YEAR)
    window_days = Whole(0, 730)
    confirmation = fields.String(validate=validate.OneOf(("automatic", "request")))
    released = Flag(metadata={"description": "can be booked online"})
    calendars = fields.List(Id(), validate=validate.Length(max=50))


class ServiceChanges(ServiceRequest, Changes):
    """What is to change of a service."""

    def __init__(self, **kwargs: Any):
        Changes.__init__(self, **kwargs)


@routes.route("/services")
@routes.refuses()
@routes.query(Page)
@routes.answers(200, answers.page_of(answers.Service), examples.page(examples.SERVICE))
def list_services(query: Json) -> Response:
    """All services, released or not"""
    return answer(paged(current_services().availability.list_services(), query))


@routes.route("/services", methods=["POST"])
@routes.refuses("not_found")
@routes.body(ServiceRequest, examples.SERVICE_REQUEST)
@routes.answers(201, answers.Service, examples.SERVICE)
def create_service(body: Json) -> Response:
    """Add a service"""
    return versioned(current_services().availability.create_service(body), 201)


@routes.route("/services/<uuid:id>", methods=["PATCH"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed")
@routes.body(ServiceChanges, {"price": None, "released": False})
@routes.answers(200, answers.Service, examples.SERVICE)
def change_service(body: Json, id: UUID) -> Response:
    """Change a service"""
    return versioned(current_services().availability.update_service(str(id), body | if_match()))


@routes.route("/services/<uuid:id>", methods=["DELETE"], parameters=[MATCH])
@routes.refuses("not_found", "precondition_failed")
@routes.answers(204, None)
def delete_service(id: UUID) -> Response:
    """Delete a service

    Appointments already made stay as they are.
    """
    current_services().availability.delete_service(str(id), if_match())
    return nothing()
