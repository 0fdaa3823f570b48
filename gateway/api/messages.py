"""The log of what was sent to whom, and whether it arrived."""

from flask import Response

from gateway.api import answers, examples
from gateway.api.fields import Id
from gateway.api.framework import Blueprint, Page, listing
from gateway.clients import Json
from gateway.context import current_services

routes = Blueprint("messages", staff=True, description="What was sent, and whether it arrived")


class MessageQuery(Page):
    """Of which appointment or invitation; left out: of all."""

    appointment = Id()
    invitation = Id()


@routes.route("/messages")
@routes.refuses()
@routes.query(MessageQuery)
@routes.answers(200, answers.page_of(answers.Message), examples.page(examples.MESSAGE))
def list_messages(query: Json) -> Response:
    """Messages with their delivery state, newest first"""
    return listing(current_services().notify.messages(query))
