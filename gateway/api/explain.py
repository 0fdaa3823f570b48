"""Why a time cannot be booked, for staff."""

from flask import Response

from gateway import why
from gateway.api import answers, examples
from gateway.api.fields import Body, Id, Instant
from gateway.api.framework import Blueprint, answer
from gateway.clients import Json
from gateway.context import current_services, locale

routes = Blueprint("explain", staff=True, description="Why a time cannot be booked")


class Question(Body):
    """Which time, of what, with whom."""

    service = Id(required=True, metadata={"example": examples.SERVICE_ID})
    calendar = Id(required=True, metadata={"example": examples.CALENDAR_ID})
    start = Instant(required=True, metadata={"example": "2030-03-25T13:30:00+01:00"})


@routes.route("/slots/explain")
@routes.refuses("not_found")
@routes.query(Question)
@routes.answers(200, answers.Explained, examples.EXPLAINED_IN_WORDS)
def explain(query: Json) -> Response:
    """Why is this time not bookable?

    Every reason, the weightiest first, with its facts and a sentence in the reader's language; `staff` says whether it
    keeps staff from booking, too. No reasons: a customer can book it. Times in sentences are the calendar's.
    """
    found = current_services().availability.explain(query)
    return answer(why.worded(found, found["time_zone"], locale()))
