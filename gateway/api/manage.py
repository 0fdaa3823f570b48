"""The customer's own appointment, by the link of a mail. Reading changes nothing; writes act at once."""

from urllib.parse import quote

from flask import Response

from gateway.api import answers, examples
from gateway.api.fields import Body, Id, Instant
from gateway.api.framework import Blueprint, answer
from gateway.clients import Json
from gateway.context import current_services

routes = Blueprint("manage", staff=False, description="The customer's own appointment, by link")


class Move(Body):
    """The new time."""

    start = Instant(required=True)
    calendar = Id(allow_none=True, metadata={"description": "left out: the same as so far"})


@routes.route("/manage/<token:token>")
@routes.refuses("not_found")
@routes.answers(200, answers.Managed, examples.MANAGED)
def show(token: str) -> Response:
    """See the appointment"""
    return answer(current_services().booking.managed(token))


@routes.route("/manage/<token:token>/cancel", methods=["POST"])
@routes.refuses("not_found", "too_late", "invalid_transition")
@routes.body(Body, {}, required=False)
@routes.answers(200, answers.Managed, examples.MANAGED | {"status": "cancelled"})
def cancel(body: Json, token: str) -> Response:
    """Cancel the appointment

    Acts at once; a repeat answers the same.
    """
    return answer(current_services().booking.cancel_managed(token))


@routes.route("/manage/<token:token>/reschedule", methods=["POST"])
@routes.refuses("not_found", "too_late", "invalid_transition", "slot_taken", "slot_not_offered", "limit_reached")
@routes.body(Move, {"start": examples.START})
@routes.answers(200, answers.Managed, examples.MANAGED)
def reschedule(body: Json, token: str) -> Response:
    """Move the appointment

    An appointment by request waits for the practice again.
    """
    return answer(current_services().booking.reschedule_managed(token, body))


@routes.route("/manage/<token:token>/undo", methods=["POST"])
@routes.refuses("not_found", "too_late", "invalid_transition", "slot_taken", "too_many_open")
@routes.body(Body, {}, required=False)
@routes.answers(200, answers.Managed, examples.MANAGED)
def undo(body: Json, token: str) -> Response:
    """Take a cancellation back

    Within ten minutes, while the time is still free.
    """
    return answer(current_services().booking.undo_managed(token))


@routes.route("/manage/<token:token>/calendar.ics")
@routes.refuses("not_found")
@routes.answers(200, {"type": "string"}, "BEGIN:VCALENDAR\r\n…", content_type="text/calendar")
def calendar_file(token: str) -> Response:
    """The appointment as iCalendar (RFC 5545)"""
    return ics(current_services().notify.calendar_file(token))


def ics(file: Json) -> Response:
    """A calendar file as a download that any calendar program opens."""
    name = quote(file["filename"])
    headers = {
        "Content-Disposition": f"attachment; filename=\"appointment.ics\"; filename*=UTF-8''{name}",
        "Cache-Control": "no-store",
    }
    return Response(file["content"], 200, headers, content_type="text/calendar; charset=utf-8")
