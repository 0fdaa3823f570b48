"""What is answered about video invitations."""

from marshmallow import fields

from gateway.api.answers.parts import Answer, id_, instant, maybe, text

MARKS = ["pending", "delivered", "failed"]
JOIN_STATES = ["open", "waiting", "void", "expired"]


class Host(Answer):
    """Who invites, as guests may know it."""

    calendar = maybe("null: the practice as such", format="uuid")
    nickname = text()
    time_zone = text()


class Attempt(Answer):
    """An attempt to reach the guest, and how far it came."""

    channel = text(enum=["email", "sms"])
    attempt = fields.Integer(required=True, metadata={"description": "by this channel, from 1"})
    purpose = text(enum=["invitation", "invitation_moved", "invitation_cancelled"])
    address = text()
    state = text(enum=["queued", "sending", "sent", "delivered", "failed", "expired"])
    at = instant()
    reason = maybe("why it failed")


class Consent(Answer):
    """That the guest agreed to be sent messages."""

    at = instant()
    user = maybe("who noted it", format="uuid")
    text_ = fields.String(required=True, data_key="text", metadata={"description": "version of the wording"})


class GuestCalled(Answer):
    """Who called the guest, and when."""

    at = instant()
    by = text("empty: unknown")


class Invitation(Answer):
    """An invitation to a video call. `start` and `end` are a guide: the link works before and after."""

    id = id_()
    status = text(enum=["active", "deleted"])
    version = fields.Integer(required=True, metadata={"description": "rises with each change; also the ETag"})
    state = text("what the link is good for now", enum=JOIN_STATES)
    call = text("how far the guest has come", enum=["idle", "waiting", "admitted"])
    mark = text("delivered: every channel's current attempt arrived; failed: one did not", enum=MARKS)
    first_name = text()
    last_name = text()
    email = maybe()
    phone = maybe("E.164")
    channels = fields.List(fields.String(metadata={"enum": ["email", "sms"]}), required=True)
    start = instant()
    end = instant()
    duration_minutes = fields.Integer(required=True)
    time_zone = maybe("the guest's")
    locale = text()
    host = fields.Nested(Host, required=True)
    valid_until = instant("from then on the link is expired")
    consent = fields.Nested(Consent, required=True)
    called = fields.Nested(
        GuestCalled, allow_none=True, metadata={"description": "about all that failed; null: nobody did"}
    )
    delivery = fields.List(fields.Nested(Attempt), required=True, metadata={"description": "the oldest first"})
    url = text("the guest's link", format="uri")
    created_at = instant()
    changed_at = instant()


class GuestsHost(Answer):
    """Who invites."""

    nickname = text()
    time_zone = text()


class Joined(Answer):
    """What a guest's link shows."""

    state = text(enum=JOIN_STATES)
    admitted = fields.Boolean(required=True)
    practice_id = id_()
    host = fields.Nested(GuestsHost, required=True)
    guest = maybe("null once the link is void or expired")
    start = instant()
    end = instant()
    time_zone = text("in which the guest reads times")
    locale = text()
    valid_until = instant()
