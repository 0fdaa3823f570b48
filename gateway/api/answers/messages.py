"""Messages with their delivery state, and whom none reached."""

from marshmallow import fields

from gateway.api.answers.parts import (
    Answer,
    id_,
    maybe,
    maybe_instant,
    text,
)

STATES = ["queued", "sending", "sent", "delivered", "failed", "expired"]


class Message(Answer):
    """A mail or SMS and how its delivery stands."""

    id = id_()
    appointment = maybe("what it tells of; null: of none", format="uuid")
    invitation = maybe("what it tells of; null: of none", format="uuid")
    invitation_attempt = fields.Integer(
        allow_none=True, metadata={"description": "which attempt at the guest by this channel; null: of none"}
    )
    purpose = text()
    channel = text(enum=["email", "sms"])
    recipient = maybe()
    role = maybe()
    state = text(enum=STATES)
    at = maybe_instant()
    reason = maybe()
    history = fields.List(fields.Raw())


class Caller(Answer):
    """Who called, and when."""

    at = maybe_instant()
    by = maybe()


class ToCall(Answer):
    """A coming appointment whose customer no message reaches, or a coming video call whose guest no invitation does."""

    appointment = maybe("null: it is a guest", format="uuid")
    invitation = maybe("null: it is a customer", format="uuid")
    version = fields.Integer(metadata={"description": "what was to be told"})
    start = maybe_instant()
    time_zone = text()
    service = text("empty: a video call")
    calendar = text()
    customer = fields.Dict(metadata={"description": "first_name, last_name, email, phone"})
    purpose = maybe("what is to be told, as in messages")
    reason = text()
    message = fields.Dict(
        allow_none=True,
        metadata={
            "description": "the one that failed: id (null of a guest's: send the invitation again), channel, "
            "recipient, purpose, at, detail; null: none could be sent"
        },
    )
    called = fields.Nested(Caller, allow_none=True)
