"""What a guest's link to a video call is good for, and the guest's part in the call."""

from flask import Response

from gateway import calls
from gateway.api import answers, call_fields, examples
from gateway.api.framework import Blueprint, answer
from gateway.clients import Json
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


@routes.route("/join/<token:token>/enter", methods=["POST"])
@routes.refuses("not_found", "invalid_transition", "already_joined")
@routes.body(call_fields.Entering, {"peer": call_fields.PEER})
@routes.answers(200, call_fields.Entered, {**call_fields.NEWS, "rtc": call_fields.RTC})
def enter_as_guest(body: Json, token: str) -> Response:
    """Enter the call as the guest

    The guest waits until the host lets in. `rtc` is what RTCPeerConnection takes.
    """
    return answer(calls.enter({"token": token}, **body))


@routes.route("/join/<token:token>/relay")
@routes.refuses("not_found", "invalid_transition", "already_joined")
@routes.query(call_fields.Browser)
@routes.answers(200, call_fields.Ways, {"rtc": call_fields.RTC})
def relay_for_guest(query: Json, token: str) -> Response:
    """Get the relay's credentials anew, as the guest

    Those of entering are good for four hours. Ask before you look for another way to the host's browser.
    """
    return answer(calls.relay({"token": token}, **query))


@routes.route("/join/<token:token>/signals", methods=["POST"])
@routes.refuses("not_found", "invalid_transition", "already_joined")
@routes.body(call_fields.Telling, call_fields.SIGNALS)
@routes.answers(200, call_fields.Told, {"last": 9})
def tell_as_guest(body: Json, token: str) -> Response:
    """Tell the host's browser something"""
    return answer(calls.tell({"token": token}, **body))


@routes.route("/join/<token:token>/signals")
@routes.refuses("not_found")
@routes.query(call_fields.Hearing)
@routes.answers(200, call_fields.Heard, {**call_fields.NEWS, "wait": 0})
def hear_as_guest(query: Json, token: str) -> Response:
    """Hear what is new for the guest's browser

    Waits some seconds for it.
    """
    return answer(calls.hear({"token": token}, **query))
