"""The payloads of calls. A browser calls itself by a random name (`peer`)."""

import json
from typing import Any

from marshmallow import Schema, ValidationError, post_load, validate
from marshmallow.fields import Boolean, Integer, List, Nested, Raw, String

from invitations.domain.call import KINDS, Signal
from runtime.fields import Id

LARGEST = 24 * 1024  # bytes of one signal: an offer of two tracks and a data channel has 4 to 8 KB
MOST = 20
PEER = validate.Regexp(r"[A-Za-z0-9_-]{8,40}\Z")


class Said(Schema):
    kind = String(required=True, validate=validate.OneOf(KINDS))
    data = Raw(load_default=None, allow_none=True)

    @post_load
    def signal(self, data: dict[str, Any], **_: Any) -> Signal:
        if len(json.dumps(data["data"])) > LARGEST:
            raise ValidationError("Longer than maximum length 24576.", "data")
        return Signal(**data)


class Browser(Schema):
    peer = String(required=True, validate=PEER)


class Entering(Browser):
    take_over = Boolean(load_default=False, truthy={True}, falsy={False})


class Telling(Browser):
    said = List(Nested(Said), required=True, validate=validate.Length(1, MOST))


class Hearing(Browser):
    after = Integer(load_default=0, strict=True, validate=validate.Range(0, 2**53))


class OfGuest(Schema):
    token = String(required=True)


class OfHost(Schema):
    id = Id(required=True)


class GuestEnters(Entering, OfGuest): ...


class GuestTells(Telling, OfGuest): ...


class GuestHears(Hearing, OfGuest): ...


class HostEnters(Entering, OfHost): ...


class HostTells(Telling, OfHost): ...


class HostHears(Hearing, OfHost): ...
