"""The payloads of practice's RPC methods."""

import re
import unicodedata
from functools import cache
from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, post_load, pre_load, validate

from practice.codes import COUNTRIES, CURRENCIES
from practice.domain import LOCALES, PLANS, SCOPES, legible
from runtime.fields import no_web_address

SLUG = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
ACCENT = re.compile(r"#[0-9a-fA-F]{6}")
PHONE = re.compile(r"(\+?[0-9][0-9 ()/.-]{2,38})?")
ORIGIN = re.compile(
    r"https://(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?(?::\d{1,5})?"
)
DEFAULT_ACCENT = "#1f5f8b"
LONGEST_ADDRESS = 254


def _clean(value: str) -> None:
    if any(unicodedata.category(c) == "Cc" for c in value):
        raise ValidationError("Control characters are not allowed.")


def _clean_lines(value: str) -> None:
    _clean(value.replace("\n", "").replace("\r", ""))


def _matches(pattern: re.Pattern[str], message: str) -> Any:
    def check(value: str) -> None:
        if not pattern.fullmatch(value):
            raise ValidationError(message)

    return check


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - {"localtime", "posixrules"}


def _known_zone(value: str) -> None:
    if value not in _zones():
        raise ValidationError("Unknown time zone.")


def line(most: int, *, required: bool = False, least: int = 1) -> fields.String:
    """One line of text without control characters."""
    return fields.String(required=required, validate=[validate.Length(least, most), _clean])


def _comparable(value: str) -> None:
    if len(value.lower()) > LONGEST_ADDRESS:  # "İ" in lower case are two characters
        raise ValidationError("Not a valid email address.")


def mail_address(**kwargs: Any) -> fields.Email:
    """An e-mail address of at most 254 characters, also in lower case."""
    return fields.Email(validate=[validate.Length(max=LONGEST_ADDRESS), _comparable, _clean], **kwargs)


def one_of(values: Any, message: str, **kwargs: Any) -> fields.String:
    """One of these words."""
    return fields.String(validate=validate.OneOf(values, error=message), **kwargs)


def code(values: frozenset[str], message: str, standard: str, **kwargs: Any) -> fields.String:
    """One of a standard's many codes."""

    def check(value: str) -> None:
        if value not in values:
            raise ValidationError(message)

    return fields.String(validate=check, metadata={"description": standard}, **kwargs)


class Request(Schema):
    """Spaces around texts do not count. Passwords and tokens are left as they are."""

    verbatim = frozenset({"password", "current", "session", "token"})

    @pre_load
    def strip(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        if not isinstance(data, dict):
            return data
        return {k: v.strip() if isinstance(v, str) and k not in self.verbatim else v for k, v in data.items()}


class BySlug(Request):
    slug = fields.String(required=True, validate=validate.Length(max=60))


class ById(Request):
    id = fields.UUID(required=True)


class SignIn(Request):
    """`address` is where the attempt comes from, as the gateway sees it: throttling counts per e-mail and address."""

    email = fields.String(required=True, validate=validate.Length(1, 254))
    password = fields.String(required=True, validate=validate.Length(1, 200))
    address = fields.String(load_default="", validate=validate.Length(max=64))


class SessionToken(Request):
    session = fields.String(required=True, validate=validate.Length(1, 100))


class PracticeFields(Request):
    """What a practice can say of itself, with its bounds."""

    name = line(120)
    email = mail_address()
    phone = fields.String(validate=_matches(PHONE, "Not a valid phone number."))
    locale = one_of(LOCALES, "Unknown language.")
    time_zone = fields.String(validate=_known_zone)
    country = code(COUNTRIES, "Unknown country.", "ISO 3166-1, two letters.")
    currency = code(CURRENCIES, "Unknown currency.", "ISO 4217.")
    show_prices = fields.Boolean(truthy={True}, falsy={False})
    accent = fields.String(validate=_matches(ACCENT, "Not a colour of the form #rrggbb."))
    copy_to = mail_address(allow_none=True)
    description = fields.String(validate=[validate.Length(max=2000), _clean_lines])
    embed_origins = fields.List(
        fields.String(validate=[validate.Length(max=260), _matches(ORIGIN, "Not an https origin.")]),
        validate=validate.Length(max=20),
    )

    @pre_load
    def empty_switches_off(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "copy_to": None} if isinstance(data, dict) and data.get("copy_to") == "" else data

    @post_load
    def settle(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        """Colours that white can be read on; each origin once."""
        if "accent" in data:
            data["accent"] = legible(data["accent"])
        if "embed_origins" in data:
            data["embed_origins"] = tuple(dict.fromkeys(data["embed_origins"]))
        return data


class Update(PracticeFields):
    """A part of the fields; slug and plan are not among them. `if_version`: only if it still is this one."""

    if_version = fields.Integer(strict=True, load_default=None, allow_none=True)


class PlaceFields(Request):
    name = line(120, required=True)
    address = line(300, required=True)


class PlaceNew(PlaceFields):
    """A repeat under the same `idempotency_key` adds nothing."""

    idempotency_key = fields.UUID(load_default=None)


class PlaceUpdate(Request):
    """With `if_version` only if the place still has that version."""

    id = fields.UUID(required=True)
    name = line(120)
    address = line(300)
    if_version = fields.Integer(load_default=None, allow_none=True, strict=True)

    @post_load
    def id_as_text(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "id": str(data["id"])}


class Owner(Request):
    name = line(120, required=True)
    email = mail_address(required=True)
    password = fields.String(required=True, validate=validate.Length(8, 200))


class Provision(PracticeFields):
    """A new practice with its first user and places."""

    slug = fields.String(
        required=True, validate=[validate.Length(3, 60), _matches(SLUG, "Lower-case letters, digits, single hyphens.")]
    )
    name = line(120, required=True)
    email = mail_address(required=True)
    time_zone = fields.String(required=True, validate=_known_zone)
    country = code(COUNTRIES, "Unknown country.", "ISO 3166-1, two letters.", required=True)
    currency = code(CURRENCIES, "Unknown currency.", "ISO 4217.", required=True)
    phone = fields.String(load_default="", validate=_matches(PHONE, "Not a valid phone number."))
    locale = one_of(LOCALES, "Unknown language.", load_default="de")
    show_prices = fields.Boolean(truthy={True}, falsy={False}, load_default=True)
    accent = fields.String(load_default=DEFAULT_ACCENT, validate=_matches(ACCENT, "Not a colour of the form #rrggbb."))
    copy_to = mail_address(allow_none=True, load_default=None)
    description = fields.String(load_default="", validate=[validate.Length(max=2000), _clean_lines])
    embed_origins = fields.List(
        fields.String(validate=[validate.Length(max=260), _matches(ORIGIN, "Not an https origin.")]),
        load_default=[],
        validate=validate.Length(max=20),
    )
    plan = one_of(PLANS, "Unknown plan.", load_default="basic")
    owner = fields.Nested(Owner, required=True)
    places = fields.List(fields.Nested(PlaceFields), load_default=[], validate=validate.Length(max=50))


class SetPlan(Request):
    slug = fields.String(required=True, validate=validate.Length(max=60))
    plan = one_of(PLANS, "Unknown plan.", required=True)


class SetPassword(Request):
    email = mail_address(required=True)
    password = fields.String(required=True, validate=validate.Length(8, 200))


def new_password(**kwargs: Any) -> fields.String:
    """A password of 8 to 200 characters, taken as it is."""
    return fields.String(validate=validate.Length(8, 200), **kwargs)


class Register(Request):
    """Somebody wants a practice of their own."""

    practice = fields.String(required=True, validate=[validate.Length(1, 120), _clean, no_web_address])
    name = fields.String(required=True, validate=[validate.Length(1, 120), _clean, no_web_address])
    email = mail_address(required=True)
    password = new_password(required=True)
    locale = one_of(LOCALES, "Unknown language.", required=True)
    time_zone = fields.String(required=True, validate=_known_zone)
    country = code(COUNTRIES, "Unknown country.", "ISO 3166-1, two letters.", required=True)
    currency = code(CURRENCIES, "Unknown currency.", "ISO 4217.", required=True)


class LinkToken(Request):
    token = fields.String(required=True, validate=validate.Length(1, 100))


class Confirm(LinkToken):
    """With a password it has to be the one chosen at the registration; `address` as in `sign_in`."""

    password = fields.String(load_default=None, allow_none=True, validate=validate.Length(1, 200))
    address = fields.String(load_default="", validate=validate.Length(max=64))


class LinkIds(Request):
    ids = fields.List(fields.UUID(), required=True, validate=validate.Length(max=200))

    @post_load
    def ids_as_text(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {"ids": [str(id) for id in data["ids"]]}


class Forgot(Request):
    email = mail_address(required=True)


class ChoosePassword(LinkToken):
    password = new_password(required=True)


class UserRef(Request):
    id = fields.UUID(required=True)

    @post_load
    def id_as_text(self, data: dict[str, Any], **_: Any) -> dict[str, Any]:
        return {**data, "id": str(data["id"])}


class InviteUser(Request):
    """Without a language it is the practice's."""

    name = line(120, required=True)
    email = mail_address(required=True)
    role = one_of(tuple(SCOPES), "Unknown role.", required=True)
    locale = one_of(LOCALES, "Unknown language.")


class OwnChanges(Request):
    """A part of the fields. `time_zone` null: the practice's. `if_version`: only if it still is this one."""

    name = line(120)
    locale = one_of(LOCALES, "Unknown language.")
    time_zone = fields.String(allow_none=True, validate=_known_zone)
    if_version = fields.Integer(strict=True, load_default=None, allow_none=True)


class UserChanges(UserRef, OwnChanges):
    """The same for another user, with role and whether they may sign in."""

    role = one_of(tuple(SCOPES), "Unknown role.")
    active = fields.Boolean(truthy={True}, falsy={False})


class ChangePassword(Request):
    """`address` as in `sign_in`."""

    current = fields.String(required=True, validate=validate.Length(1, 200))
    password = new_password(required=True)
    address = fields.String(load_default="", validate=validate.Length(max=64))
