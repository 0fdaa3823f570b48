"""The log of what was sent to whom, and whether it arrived."""

from uuid import UUID

from flask import Response
from marshmallow import ValidationError, validates_schema

from gateway import call_list
from gateway.api import answers, examples
from gateway.api.fields import Body, Email, Id, Phone
from gateway.api.framework import Blueprint, Page, answer, listing, paged
from gateway.clients import Json
from gateway.context import current_services

routes = Blueprint("messages", staff=True, description="What was sent, and whether it arrived")


class MessageQuery(Page):
    """Of which appointment or invitation; left out: of all."""

    appointment = Id()
    invitation = Id()


class CorrectedAddress(Body):
    """A corrected address, or a number for an SMS; left out: the one that the message has."""

    email = Email()
    phone = Phone()

    @validates_schema
    def one_at_most(self, data: Json, **_: object) -> None:
        if len(data) > 1:
            raise ValidationError("Please give one of the two.", "phone")


@routes.route("/messages/<uuid:id>/resend", methods=["POST"])
@routes.refuses("not_found", "conflict", "message_outdated", "plan_required", "sms_unavailable")
@routes.body(CorrectedAddress, {"email": "erika@example.org"}, required=False)
@routes.answers(200, answers.Message, examples.MESSAGE)
def resend_message(body: Json, id: UUID) -> Response:
    """Send a message once more

    The same content and link, as a new attempt in its history. An invitation is sent again by its own route.
    """
    return answer(current_services().notify.resend_message(str(id), body))


@routes.route("/call-list")
@routes.refuses()
@routes.query(Page)
@routes.answers(200, answers.page_of(answers.ToCall), examples.CALL_LIST)
def show_call_list(query: Json) -> Response:
    """Customers of coming appointments and guests of coming video calls whom no message reaches

    The soonest first; those who were called come last. A line names its `appointment` or its `invitation`.
    """
    return answer(paged({"items": call_list.in_order([*call_list.customers(), *call_list.guests()])}, query))


@routes.route("/call-list/<uuid:id>/called", methods=["PUT"])
@routes.refuses("not_found")
@routes.answers(200, answers.ToCall, examples.TO_CALL)
def mark_called(id: UUID) -> Response:
    """Note that somebody was called: the customer of this appointment, or the guest of this invitation

    The note holds until a newer message fails.
    """
    return answer(call_list.mark_called(str(id), ""))


@routes.route("/call-list/<uuid:id>/called", methods=["DELETE"])
@routes.refuses("not_found")
@routes.answers(200, answers.ToCall, examples.TO_CALL)
def unmark_called(id: UUID) -> Response:
    """Take that note back"""
    return answer(call_list.unmark_called(str(id)))


@routes.route("/messages")
@routes.refuses()
@routes.query(MessageQuery)
@routes.answers(200, answers.page_of(answers.Message), examples.page(examples.MESSAGE))
def list_messages(query: Json) -> Response:
    """Messages with their delivery state, newest first"""
    return listing(current_services().notify.messages(query))
