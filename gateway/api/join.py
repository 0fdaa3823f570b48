"""What a guest's link to a video call is good for."""

from flask import Response

from gateway.api import answers, examples
from gateway.api.framework import Blueprint, answer
from gateway.context import current_services

routes = Blueprint("join", staff=False, description="A guest's link to a video call")


@routes.route("/join/<token:token>")
@routes.refuses("not_found")
@routes.answers(200, answers.Joined, examples.JOINED)
def join(token: str) -> Response:
    """See what the link is good for

    `open`: it can be used, before and after the time, too; `waiting`: the guest waits to be let in; `void`: the
    meeting was called off; `expired`: three months have passed since its end.
    """
    return answer(current_services().invitations.join(token))
