"""The payloads of invitations' RPC methods; unknown fields are refused."""

import hashlib
import json
from typing import Any

from marshmallow import Schema, ValidationError, post_load, validate
from marshmallow.fields import Boolean, Integer, List, String

from invitations.domain.invitation import CHANNELS, Mark
from runtime.fields import Cursor, Id, Instant, Mail, Words, Zone

LOCALES = ("de", "en", "fr", "ru")
LONGEST = 24 * 60  # minutes
NO_CONSENT = "The guest's consent is needed."


class Channels(List[Any]):
    """One channel or both, each once."""

    def __init__(self, **options: Any):
        known = String(validate=validate.OneOf(CHANNELS))
        least = validate.Length(min=1, error="Choose at least one channel.")
        super().__init__(known, validate=least, **options)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> list[Any]:
        found = super()._deserialize(value, *args, **kwargs)
        return [channel for channel in CHANNELS if channel in found]


def _consented(value: bool) -> None:
    if not value:
        raise ValidationError(NO_CONSENT)


class Create(Schema):
    """`start` and `duration_minutes` are a guide; `time_zone` and `locale` are the guest's."""

    first_name = Words(1, 100, required=True)
    last_name = Words(1, 100, required=True)
    email = Mail(load_default=None, allow_none=True)
    phone = Words(1, 50, load_default=None, allow_none=True)
    channels = Channels(required=True)
    start = Instant(required=True)
    duration_minutes = Integer(required=True, strict=True, validate=validate.Range(1, LONGEST))
    consent = Boolean(required=True, truthy={True}, falsy={False}, validate=_consented)
    calendar = Id(load_default=None, allow_none=True)
    locale = String(load_default=None, allow_none=True, validate=validate.OneOf(LOCALES))
    time_zone = Zone(load_default=None, allow_none=True)
    idempotency_key = Words(1, 200, required=True)

    @post_load(pass_original=True)
    def hashed(self, data: dict[str, Any], original: Any, **_: Any) -> dict[str, Any]:
        """The request with the hash of everything but its key: a repeat under the key must be the same."""
        rest = {name: value for name, value in original.items() if name != "idempotency_key"}
        body = json.dumps(rest, sort_keys=True, ensure_ascii=True)
        return {**data, "digest": hashlib.sha256(body.encode()).hexdigest()}


class InvitationId(Schema):
    id = Id(required=True)


class Edit(InvitationId):
    if_version = Integer(load_default=None, allow_none=True, strict=True)


class CallMark(InvitationId):
    """Who called, by name; empty: unknown."""

    by = Words(0, 120, load_default="")


class Change(Edit):
    """What is left out stays. `locale` and `time_zone` are the guest's; without a zone the host's holds."""

    first_name = Words(1, 100)
    last_name = Words(1, 100)
    locale = String(validate=validate.OneOf(LOCALES))
    time_zone = Zone(allow_none=True)
    start = Instant()
    duration_minutes = Integer(strict=True, validate=validate.Range(1, LONGEST))


class Resend(Edit):
    """With a corrected address or number, or by other channels; the link stays the same."""

    email = Mail()
    phone = Words(1, 50)
    channels = Channels()
    idempotency_key = Words(1, 200, load_default=None, allow_none=True)


class Search(Schema):
    scope = String(load_default=None, allow_none=True, validate=validate.OneOf(("upcoming", "past")))
    mark = String(load_default=None, allow_none=True, validate=validate.OneOf([mark.value for mark in Mark]))
    limit = Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = Cursor(load_default=None, allow_none=True)


class Token(Schema):
    token = String(required=True)


class InvitationIds(Schema):
    ids = List(Id(), required=True, validate=validate.Length(max=100))
