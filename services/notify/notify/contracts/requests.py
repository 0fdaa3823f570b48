"""The payloads of notify's RPC methods."""

from typing import Any

from marshmallow import Schema, fields, validate

from notify.domain.decide import Channel
from notify.domain.reminders import FURTHEST, MOST, SOONEST
from runtime.fields import Cursor
from runtime.i18n import LOCALES


def _id(**kwargs: Any) -> fields.UUID:
    return _UuidString(**kwargs)


class _UuidString(fields.UUID):
    """A UUID that stays a string."""

    def _deserialize(self, value: Any, attr: str | None, data: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(value, attr, data, **kwargs))


LOCALE = validate.OneOf(LOCALES)
CHANNELS = [channel.value for channel in Channel]


class Locale(Schema):
    locale = fields.String(required=True, validate=LOCALE)


class TemplateName(Locale):
    name = fields.String(required=True)


class TemplateWords(TemplateName):
    """Words that are left out stay as they are; null brings ours back."""

    subject = fields.String(allow_none=True)
    text = fields.String(allow_none=True)
    button = fields.String(allow_none=True)
    closing = fields.String(allow_none=True)
    filename = fields.String(allow_none=True)
    sms = fields.String(allow_none=True)


class TemplateUpdate(TemplateWords):
    """With `if_version` only if the template still has that version."""

    if_version = fields.Integer(load_default=None, allow_none=True, strict=True)


class CalendarRef(Schema):
    calendar = _id(required=True)


class ChannelChanges(CalendarRef):
    """Null or an empty text switches the channel off; what is left out stays. With `if_version` only if the addresses
    still have that version."""

    email = fields.String(allow_none=True)
    phone = fields.String(allow_none=True)
    copy_to = fields.String(allow_none=True)
    if_version = fields.Integer(load_default=None, allow_none=True, strict=True)


class Rule(Schema):
    """Remind by this channel so many minutes before the start."""

    channel = fields.String(required=True, validate=validate.OneOf(tuple(one.value for one in Channel)))
    before = fields.Integer(required=True, strict=True, validate=validate.Range(SOONEST, FURTHEST))


class Rules(Schema):
    """All rules; with `if_version` only if they still have that version."""

    rules = fields.List(fields.Nested(Rule), required=True, validate=validate.Length(max=MOST))
    if_version = fields.Integer(load_default=None, allow_none=True, strict=True)


class MessageQuery(Schema):
    appointment = _id()
    appointments = fields.List(_id(), validate=validate.Length(max=200))  # several at once, such as a customer's
    invitation = _id()
    invitations = fields.List(_id(), validate=validate.Length(max=200))
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = Cursor(allow_none=True, load_default=None)


class Nothing(Schema):
    """A question without particulars."""


class Reach(Schema):
    """The ways to one customer, where a `phone` is given."""

    phone = fields.String(allow_none=True, load_default=None)


class Channels(Schema):
    channels = fields.List(fields.String(validate=validate.OneOf(CHANNELS)), required=True)


class Resend(Schema):
    """Where to; with neither, to the address that it has."""

    id = _id(required=True)
    email = fields.String(validate=validate.Length(max=254))
    phone = fields.String(validate=validate.Length(max=40))


class AppointmentRef(Schema):
    appointment = _id(required=True)


class CallMark(AppointmentRef):
    by = fields.String(load_default="", validate=validate.Length(max=120))


class TwilioCall(Schema):
    """A request of Twilio as it came: its signature covers the address with the query, and the form."""

    query = fields.String(required=True, validate=validate.Length(max=500))
    form = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    signature = fields.String(required=True, validate=validate.Length(max=200))


class WebhookCall(Schema):
    """A request of another provider as it came: its signature covers the body."""

    provider = fields.String(required=True, validate=validate.Length(max=60))
    body = fields.String(required=True, validate=validate.Length(max=70_000))
    signature = fields.String(required=True, validate=validate.Length(max=200))


class Token(Schema):
    token = fields.String(required=True, validate=validate.Length(1, 100))


class MailboxQuery(Schema):
    limit = fields.Integer(load_default=50, validate=validate.Range(1, 200))


class MailRef(Schema):
    id = _id(required=True)
