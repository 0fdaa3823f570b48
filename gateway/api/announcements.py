"""Telling customers something about an appointment, and reminding them of it."""

from uuid import UUID

from flask import Response
from marshmallow import fields, validate

from gateway.api import answers, examples
from gateway.api.fields import Body, Text
from gateway.api.framework import MATCH, Blueprint, if_match, versioned
from gateway.clients import Json
from gateway.context import current_services

routes = Blueprint("announcements", staff=True, description="Messages to customers on demand")

CHANNELS = ("email", "sms")
NO_SMS = ("plan_required", "sms_unavailable")


class Ways(Body):
    """By which ways; left out: by e-mail, or by SMS where there is no address."""

    channels = fields.List(fields.String(validate=validate.OneOf(CHANNELS)), validate=validate.Length(1, len(CHANNELS)))


def possible(body: Json) -> Json:
    """The body. Raises Refused `plan_required`, `sms_unavailable` where an SMS is wished for and none can go out."""
    if body.get("notify", True) and "sms" in body.get("channels", ()):
        current_services().notify.require_channels(["sms"])
    return body


class Reminder(Ways):
    """By which ways, and words of your own."""

    text = Text(longest=1000, lines=True, empty=True, allow_none=True)


class Notice(Reminder):
    """The same; the ways must be named."""

    channels = fields.List(
        fields.String(validate=validate.OneOf(CHANNELS)), required=True, validate=validate.Length(1, len(CHANNELS))
    )


def _announce(id: UUID, kind: str, body: Json) -> Response:
    return versioned(current_services().booking.announce(str(id), kind, possible(body) | if_match()))


@routes.route("/appointments/<uuid:id>/notify", methods=["POST"], parameters=[MATCH])
@routes.refuses("not_found", "invalid_transition", "customer_not_linked", "precondition_failed", *NO_SMS)
@routes.body(Notice, {"channels": ["email"], "text": "Bitte bringen Sie Ihre Hörgeräte mit."})
@routes.answers(200, answers.Appointment, examples.APPOINTMENT)
def notify(body: Json, id: UUID) -> Response:
    """Tell the customer about an appointment

    With its present state, and words of your own. Needs a customer whom the practice knows.
    """
    return _announce(id, "notice", body)


@routes.route("/appointments/<uuid:id>/remind", methods=["POST"], parameters=[MATCH])
@routes.refuses("not_found", "invalid_transition", "precondition_failed", *NO_SMS)
@routes.body(Reminder, {"channels": ["email"]}, required=False)
@routes.answers(200, answers.Appointment, examples.APPOINTMENT)
def remind(body: Json, id: UUID) -> Response:
    """Remind the customer of a coming appointment

    Beside the reminders that go out by themselves. With time, place, price, and what is paid and open.
    """
    return _announce(id, "reminder", body)
