"""The host's part in a video call."""

from uuid import UUID

from flask import Response

from gateway import calls
from gateway.api import call_fields
from gateway.api.framework import Blueprint, answer
from gateway.clients import Json

routes = Blueprint("calls", staff=True, description="The host's part in a video call")


@routes.route("/invitations/<uuid:id>/enter", methods=["POST"])
@routes.refuses("not_found", "invalid_transition", "already_joined")
@routes.body(call_fields.Entering, {"peer": call_fields.PEER})
@routes.answers(200, call_fields.Entered, {**call_fields.NEWS, "rtc": call_fields.RTC})
def enter_as_host(body: Json, id: UUID) -> Response:
    """Enter the call as the host

    `waiting` says whether the guest is at the door; `…/admit` opens it. `rtc` is what RTCPeerConnection takes.
    """
    return answer(calls.enter({"id": str(id)}, **body))


@routes.route("/invitations/<uuid:id>/relay")
@routes.refuses("not_found", "invalid_transition", "already_joined")
@routes.query(call_fields.Browser)
@routes.answers(200, call_fields.Ways, {"rtc": call_fields.RTC})
def relay_for_host(query: Json, id: UUID) -> Response:
    """Get the relay's credentials anew, as the host

    Those of entering are good for four hours. Ask before you look for another way to the guest's browser.
    """
    return answer(calls.relay({"id": str(id)}, **query))


@routes.route("/invitations/<uuid:id>/signals", methods=["POST"])
@routes.refuses("not_found", "invalid_transition", "already_joined")
@routes.body(call_fields.Telling, call_fields.SIGNALS)
@routes.answers(200, call_fields.Told, {"last": 9})
def tell_as_host(body: Json, id: UUID) -> Response:
    """Tell the guest's browser something"""
    return answer(calls.tell({"id": str(id)}, **body))


@routes.route("/invitations/<uuid:id>/signals")
@routes.refuses("not_found")
@routes.query(call_fields.Hearing)
@routes.answers(200, call_fields.Heard, {**call_fields.NEWS, "wait": 0})
def hear_as_host(query: Json, id: UUID) -> Response:
    """Hear what is new for the host's browser

    Waits some seconds for it.
    """
    return answer(calls.hear({"id": str(id)}, **query))
