"""The payloads of booking's RPC methods. Loading one gives a command of the domain; unknown fields are refused."""

import hashlib
import json
from datetime import timedelta
from typing import Any

from marshmallow import Schema, ValidationError, post_load, pre_load, validate, validates_schema
from marshmallow.fields import Boolean, Dict, Integer, List, Nested, Raw, String

from booking.contracts.phones import normal_phone
from booking.domain import announcements, rules
from booking.domain.appointment import STATUSES, Contact
from booking.domain.commands import Book, Once, Search, TakeHold
from runtime.fields import Cursor, Id, Instant, Mail, Words, Zone, clean, no_web_address

LOCALES = ("de", "en", "fr", "ru")
DEFAULT_COUNTRY = "DE"  # of phone numbers without prefix, where the caller names no country
MAX_FIELDS = 30
LONGEST_PLAN = timedelta(days=62)


class Nothing(Schema):
    """A question without details."""


class Practice(Schema):
    practice_id = Id(required=True)


class WishFields(Schema):
    service = Id(required=True)
    calendar = Id(load_default=None, allow_none=True)
    start = Instant(required=True)
    idempotency_key = Words(1, 200, load_default=None, allow_none=True)


def once(operation: str, original: Any) -> Once | None:
    """The request's idempotency key with the hash of everything else in it."""
    key = original.get("idempotency_key")
    if key is None:
        return None
    rest = {name: value for name, value in original.items() if name != "idempotency_key"}
    body = json.dumps(rest, sort_keys=True, ensure_ascii=True)
    return Once(operation, clean(key), hashlib.sha256(body.encode()).hexdigest())


class HoldRequest(WishFields, Practice):
    time_zone = Zone(load_default=None, allow_none=True)

    @post_load(pass_original=True)
    def command(self, data: dict[str, Any], original: Any, **_: Any) -> TakeHold:
        data.pop("idempotency_key")
        return TakeHold(**data | {"zone": data.pop("time_zone"), "once": once("hold", original)})


class HoldId(Practice):
    hold = Id(required=True)


class Customer(Schema):
    """An online customer: everything is required."""

    first_name = Words(1, 100, required=True, validate=no_web_address)
    last_name = Words(1, 100, required=True, validate=no_web_address)
    email = Mail(required=True)
    phone = Words(1, 50, required=True)


class WalkIn(Schema):
    """A customer as staff know one: a name, and e-mail or phone."""

    first_name = Words(1, 100, required=True)
    last_name = Words(1, 100, required=True)
    email = Mail(load_default=None, allow_none=True)
    phone = Words(1, 50, load_default=None, allow_none=True)

    @validates_schema
    def reachable(self, data: dict[str, Any], **_: Any) -> None:
        if not data.get("email") and not data.get("phone"):
            raise ValidationError("Missing data for required field.", "email")


class BookFields(WishFields):
    message = Words(0, 2000, lines=True, load_default="", allow_none=True)
    locale = String(load_default=None, allow_none=True, validate=validate.OneOf(LOCALES))
    time_zone = Zone(load_default=None, allow_none=True)
    country = String(load_default=None, allow_none=True, validate=validate.Regexp(r"^[A-Z]{2}\Z"))

    def contact(self, data: dict[str, Any], customer: dict[str, Any]) -> Contact:
        """The customer with the phone number in E.164."""
        typed, country = customer.pop("phone"), data["country"] or DEFAULT_COUNTRY
        try:
            return Contact(**customer, phone_typed=typed, phone=normal_phone(typed, country) if typed else None)
        except ValidationError as error:
            raise ValidationError({"customer": {"phone": error.messages}}) from None


class BookRequest(BookFields, Practice):
    customer = Nested(Customer, required=True)
    answers = Dict(keys=Words(1, 40), values=Raw(allow_none=True), load_default=dict)
    hold = Id(load_default=None, allow_none=True)
    link = Words(1, 64, load_default=None, allow_none=True)
    idempotency_key = Words(1, 200, required=True)

    @post_load(pass_original=True)
    def command(self, data: dict[str, Any], original: Any, **_: Any) -> Book:
        contact = self.contact(data, data.pop("customer"))
        answers = {name: _answer(name, value) for name, value in data["answers"].items()}
        return Book(**_wish(data) | {"contact": contact, "answers": answers, "once": once("book", original)})


def _wish(data: dict[str, Any]) -> dict[str, Any]:
    del data["idempotency_key"], data["country"]
    return data | {"zone": data.pop("time_zone"), "message": data["message"] or ""}


def _answer(name: str, value: Any) -> Any:
    if not isinstance(value, str):
        return value
    try:
        return clean(value, lines=True)
    except ValidationError as error:
        raise ValidationError({"answers": {name: error.messages}}) from None


class Telling(Schema):
    """Whether the customer hears of a change, and how: without `channels` by e-mail, or by SMS where there is no
    address."""

    notify = Boolean(load_default=True)
    channels = List(
        String(validate=validate.OneOf(announcements.CHANNELS)),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, len(announcements.CHANNELS)),
    )


class BookForRequest(BookFields, Telling):
    """By staff; `note` is theirs alone, `message` what the customer said."""

    calendar = Id(required=True)
    customer = Nested(WalkIn, load_default=None, allow_none=True)
    customer_id = Id(load_default=None, allow_none=True)
    force = Boolean(load_default=False)
    note = Words(0, 2000, lines=True, load_default=None, allow_none=True)

    @validates_schema
    def one_of_them(self, data: dict[str, Any], **_: Any) -> None:
        if (data.get("customer") is None) == (data.get("customer_id") is None):
            raise ValidationError("Either customer or customer_id.", "customer")

    @post_load(pass_original=True)
    def command(self, data: dict[str, Any], original: Any, **_: Any) -> dict[str, Any]:
        customer = data.pop("customer")
        contact = self.contact(data, customer) if customer else None
        extra: dict[str, Any] = {"answers": {}, "hold": None, "link": None, "once": once("book_for", original)}
        return _wish(data) | {"contact": contact, "online": False, **extra}


class Token(Schema):
    token = String(required=True)


class TokenMove(Token):
    start = Instant(required=True)
    calendar = Id(load_default=None, allow_none=True)


class AppointmentId(Schema):
    id = Id(required=True)


class AppointmentChange(AppointmentId):
    """A change by staff; with `if_version` only if the appointment still has that version."""

    if_version = Integer(load_default=None, allow_none=True, strict=True)


class Undo(AppointmentChange):
    """Silently where the customer had not heard of the change."""

    notify = Boolean(load_default=True)


class AppointmentIds(Schema):
    appointment_ids = List(Id(), required=True, validate=validate.Length(max=100))


class StatusChange(AppointmentChange, Telling):
    action = String(required=True, validate=validate.OneOf(tuple(rules.ACTIONS)))
    note = Words(0, 2000, lines=True, load_default=None, allow_none=True)


class StaffMove(AppointmentChange, Telling):
    start = Instant(required=True)
    calendar = Id(load_default=None, allow_none=True)
    note = Words(0, 2000, lines=True, load_default=None, allow_none=True)
    force = Boolean(load_default=False)


class AnnouncementFields(Schema):
    channels = List(
        String(validate=validate.OneOf(announcements.CHANNELS)),
        load_default=None,
        allow_none=True,
        validate=validate.Length(1, len(announcements.CHANNELS)),
    )
    text = Words(0, 1000, lines=True, load_default=None, allow_none=True)


class AnnounceRequest(AnnouncementFields, AppointmentChange):
    """Without `channels` by e-mail, or by SMS where there is no address."""

    kind = String(required=True, validate=validate.OneOf(announcements.KINDS))
    idempotency_key = Words(1, 200, load_default=None, allow_none=True)

    @post_load(pass_original=True)
    def command(self, data: dict[str, Any], original: Any, **_: Any) -> dict[str, Any]:
        data.pop("idempotency_key")
        return data | {"once": once("announce", original)}


class RemindAll(AnnouncementFields):
    ids = List(Id(), required=True, validate=validate.Length(1, 100))


class PageFields(Schema):
    limit = Integer(load_default=50, validate=validate.Range(1, 200))
    cursor = Cursor(load_default=None, allow_none=True)


class SearchRequest(PageFields):
    from_ = Instant(load_default=None, allow_none=True, data_key="from")
    to = Instant(load_default=None, allow_none=True)
    calendar = Id(load_default=None, allow_none=True)
    status = List(String(validate=validate.OneOf(STATUSES)), load_default=list)
    customer = Id(load_default=None, allow_none=True)
    q = Words(0, 100, load_default="", allow_none=True)
    scope = String(load_default=None, allow_none=True, validate=validate.OneOf(("upcoming", "past")))

    @pre_load
    def several(self, data: Any, **_: Any) -> Any:
        """A status may come alone, as "pending,accepted", or as a list."""
        if isinstance(data, dict) and isinstance(data.get("status"), str):
            return data | {"status": [part.strip() for part in data["status"].split(",") if part.strip()]}
        return {k: v for k, v in data.items() if k != "status" or v is not None} if isinstance(data, dict) else data

    @post_load
    def command(self, data: dict[str, Any], **_: Any) -> Search:
        same = {name: data[name] for name in ("calendar", "customer", "scope", "limit", "cursor")}
        words, statuses = data["q"] or "", tuple(data["status"])
        return Search(start=data["from_"], until=data["to"], statuses=statuses, words=words, **same)


class Planned(Schema):
    """A stretch of the planner, up to 62 days; without `calendars` all of them."""

    from_ = Instant(required=True, data_key="from")
    to = Instant(required=True)
    calendars = List(Id(), load_default=list, validate=validate.Length(max=100))

    @validates_schema
    def in_order(self, data: dict[str, Any], **_: Any) -> None:
        if data["to"] <= data["from_"]:
            raise ValidationError("Must not be before `from`.", "to")
        if data["to"] - data["from_"] > LONGEST_PLAN:
            raise ValidationError("Too long.", "to")


class ChangesSince(Schema):
    since = Instant(required=True)
    limit = Integer(load_default=100, validate=validate.Range(1, 500))


class FormField(Schema):
    name = String(required=True, validate=validate.Regexp(r"^[A-Za-z][A-Za-z0-9_-]{0,39}\Z"))
    label = Words(1, 200, required=True)
    kind = String(required=True, validate=validate.OneOf(("text", "choice", "tick")))
    required = Boolean(load_default=False)
    choices = List(Words(1, 100), load_default=list, validate=validate.Length(max=50))

    @validates_schema
    def choosable(self, data: dict[str, Any], **_: Any) -> None:
        if bool(data.get("choices")) != (data.get("kind") == "choice"):
            raise ValidationError("Only a choice has choices, and it needs one.", "choices")


class FormUpdate(Schema):
    """The whole form; with `if_version` only if it still has that version."""

    fields_ = List(Nested(FormField), required=True, data_key="fields", validate=validate.Length(max=MAX_FIELDS))
    max_open_bookings = Integer(load_default=None, allow_none=True, validate=validate.Range(1, 1000))
    if_version = Integer(load_default=None, allow_none=True, strict=True)

    @validates_schema
    def distinct(self, data: dict[str, Any], **_: Any) -> None:
        names = [field["name"] for field in data.get("fields_", [])]
        if len(set(names)) < len(names):
            raise ValidationError("Names must differ.", "fields")
