"""What browsers in a call send and get; the same for guest and host."""

from marshmallow import fields, validate

from gateway.api.answers.parts import Answer, id_, text
from gateway.api.fields import Body, Flag, Id, Text, Whole

KINDS = ("ready", "offer", "answer", "candidates", "restart", "bye")
PEER = "Q2hyb21pdW0tMTIz"
KNOWN = r"((idle|waiting|admitted|void|expired)[+-])?\Z"
NEWS = {
    "invitation": "8a1f5f7e-6c3b-4f2e-9a49-2f4f6a1c1d20",
    "state": "open",
    "waiting": False,
    "admitted": True,
    "replaced": False,
    "other": True,
    "known": "admitted+",
    "last": 8,
    "items": [{"id": 8, "peer": PEER, "kind": "ready", "data": None}],
}
SIGNALS = {"peer": PEER, "said": [{"kind": "candidates", "data": []}]}
RTC = {"iceServers": [], "iceTransportPolicy": "all"}


class Browser(Body):
    """Which browser."""

    peer = Text(
        required=True,
        checks=[validate.Regexp(r"[A-Za-z0-9_-]{8,40}\Z")],
        metadata={"description": "a random name that the browser gives itself", "example": PEER},
    )


class Entering(Browser):
    """A browser enters."""

    take_over = Flag(load_default=False, metadata={"description": "take the place of the same side's other browser"})


class Said(Body):
    """Something for the other browser."""

    kind = fields.String(required=True, validate=validate.OneOf(KINDS))
    data = fields.Raw(load_default=None, allow_none=True, metadata={"description": "any JSON up to 24 KB"})


class Telling(Browser):
    """What this browser tells the other one, in order."""

    said = fields.List(fields.Nested(Said), required=True, validate=validate.Length(1, 20))


class Hearing(Browser):
    """From where on this browser wants to hear."""

    call = Id(required=True, metadata={"description": "`invitation` of the answer to entering"})
    after = Whole(0, 999_999_999, text=True, load_default=0, metadata={"description": "`last` of the answer before"})
    known = Text(
        longest=20,
        empty=True,
        load_default="",
        checks=[validate.Regexp(KNOWN)],
        metadata={"description": "`known` of the answer before: while it is so, the answer waits for news"},
    )


class Signal(Answer):
    """Something that the other browser said."""

    id = fields.Integer(required=True)
    peer = text()
    kind = text(enum=list(KINDS))
    data = fields.Raw(required=True, allow_none=True)


class News(Answer):
    """What is new in a call."""

    invitation = id_()
    state = text("what the link is good for", enum=["open", "waiting", "void", "expired"])
    waiting = fields.Boolean(required=True, metadata={"description": "the guest is in the waiting room"})
    admitted = fields.Boolean(required=True, metadata={"description": "the guest is let in"})
    replaced = fields.Boolean(required=True, metadata={"description": "another browser took this one's place"})
    other = fields.Boolean(required=True, metadata={"description": "the other side's browser is there"})
    known = text("give it back with the next question")
    last = fields.Integer(required=True)
    items = fields.List(fields.Nested(Signal), required=True)


class Heard(News):
    """What is new, and when to ask again."""

    wait = fields.Integer(required=True, metadata={"description": "seconds to wait before the next question"})


class Ways(Answer):
    """How to reach the other browser."""

    rtc = fields.Dict(required=True, metadata={"description": "RTCConfiguration: iceServers, iceTransportPolicy"})


class Entered(Ways, News):
    """What is new, and how to reach the other browser."""


class Told(Answer):
    """It is stored."""

    last = fields.Integer(required=True)
