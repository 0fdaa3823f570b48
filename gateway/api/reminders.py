"""When customers are reminded of their appointments."""

from flask import Response
from marshmallow import fields, validate

from gateway.api import answers, examples
from gateway.api.fields import Body, Whole
from gateway.api.framework import MATCH, Blueprint, if_match, versioned
from gateway.clients import Json
from gateway.context import current_services

routes = Blueprint("reminders", staff=True, description="When customers are reminded")


class RuleChange(Body):
    """By which channel, and how many minutes before the start."""

    channel = fields.String(required=True, validate=validate.OneOf(("email", "sms")))
    before = Whole(10, 86_400, required=True)


class RulesChange(Body):
    """All rules; none: nobody is reminded."""

    rules = fields.List(fields.Nested(RuleChange), required=True, validate=validate.Length(max=10))


@routes.route("/reminder-rules")
@routes.refuses()
@routes.answers(200, answers.ReminderRules, examples.REMINDER_RULES)
def show_rules() -> Response:
    """When customers are reminded

    An SMS goes out only where the plan includes it, and to numbers that can get one. Whoever books when an SMS was due
    already gets it at once.
    """
    return versioned(current_services().notify.reminder_rules())


@routes.route("/reminder-rules", methods=["PUT"], parameters=[MATCH])
@routes.refuses("precondition_failed")
@routes.body(RulesChange, {"rules": examples.REMINDER_RULES["rules"]})
@routes.answers(200, answers.ReminderRules, examples.REMINDER_RULES)
def change_rules(body: Json) -> Response:
    """Change when customers are reminded

    The reminders of coming appointments follow; what was sent is not sent again.
    """
    return versioned(current_services().notify.update_reminder_rules(body["rules"], if_match()))
