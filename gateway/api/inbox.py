"""New online bookings ("Erinnerungen")."""

from flask import Response

from gateway.api import answers, examples
from gateway.api.framework import Blueprint, Page, listing
from gateway.clients import Json
from gateway.context import current_services

routes = Blueprint("inbox", staff=True, description="New online bookings that nobody has handled")


@routes.route("/inbox")
@routes.refuses()
@routes.query(Page)
@routes.answers(200, answers.page_of(answers.Appointment), examples.page(examples.APPOINTMENT))
def list_inbox(query: Json) -> Response:
    """New online bookings

    A change of state or "acknowledge" takes one out.
    """
    return listing(current_services().booking.inbox(query))
