"""Fields of requests: strict about types, careful with what people type, and each value leaves as plain JSON."""

import re
import unicodedata
from collections.abc import Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import available_timezones

from babel.numbers import list_currencies
from marshmallow import RAISE, Schema, ValidationError, fields, missing, validate

from runtime.clock import iso

CONTROL = "This field may not contain control characters."
EMPTY = "Please fill in this field."
PHONE = re.compile(r"\+?[0-9 ()/.\-]{3,40}\Z")
FIRST_YEAR, LAST_YEAR = 1970, 2199
ZONES = frozenset(available_timezones()) - {"Factory", "localtime", "posixrules"}  # these are no places
CURRENCIES = frozenset(list_currencies())


class Body(Schema):
    """A request's fields: what is not listed is refused."""

    class Meta:
        unknown = RAISE


class Text(fields.String):
    """A line of text: trimmed, NFC, no control characters or lone surrogates. With `lines`, line breaks are welcome."""

    def __init__(self, *, longest: int = 200, lines: bool = False, empty: bool = False, **kwargs: Any):
        checks = [validate.Length(min=0 if empty else 1, max=longest), *kwargs.pop("checks", [])]
        super().__init__(validate=checks, **kwargs)
        self.lines, self.empty = lines, empty

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs))
        text = unicodedata.normalize("NFC", text).strip()
        check_characters(text, lines=self.lines)
        if not text and not self.empty:
            raise ValidationError(EMPTY)
        return text


def check_characters(text: str, *, lines: bool) -> None:
    """Raise ValidationError for control characters and what no UTF-8 can hold."""
    allowed = "\n\r\t" if lines else ""
    if any(c not in allowed and unicodedata.category(c) in ("Cc", "Cs") for c in text):
        raise ValidationError(CONTROL)


class Email(fields.Email):
    """An address as it can be put into a mail's header: plain, no display name."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, attr, data, **kwargs)).strip()
        check_characters(text, lines=False)
        if len(text) > 254:
            raise ValidationError("Not a valid email address.")
        return text


class Phone(Text):
    """A number as people write it; services know the country and normalise it."""

    def __init__(self, **kwargs: Any):
        pattern = validate.Regexp(PHONE, error="Not a valid phone number.")
        super().__init__(longest=40, checks=[pattern], **kwargs)


class OrNothing(fields.Field[Any]):
    """What `field` takes, or nothing: an empty text is as good as null, and both come out as None.

    `kept`: what is left out stays as it is; else it is nothing, too.
    """

    def __init__(self, field: fields.Field[Any], shape: Mapping[str, Any], *, kept: bool = False):
        shapes = [{"type": "string", **shape}, {"type": "string", "maxLength": 0}, {"type": "null"}]
        left_out = missing if kept else None
        super().__init__(load_default=left_out, allow_none=True, metadata={"anyOf": shapes})
        self.field = field

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return None if value == "" else self.field.deserialize(value, attr, data, **kwargs)


class Id(fields.UUID):
    """A UUID, as a lower-case string."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str):
            raise self.make_error("invalid_uuid")
        return str(super()._deserialize(value, attr, data, **kwargs))


class Instant(fields.AwareDateTime):
    """RFC 3339 with offset; leaves as a string in UTC."""

    NAIVE = "An instant needs a zone offset, such as 2030-01-31T09:30:00+01:00."

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        try:
            found = datetime.fromisoformat(value)
        except (TypeError, ValueError):
            raise self.make_error("invalid", input=value, obj_type="datetime") from None
        if found.tzinfo is None or "T" not in value.upper():
            raise ValidationError(self.NAIVE)
        try:
            found = found.astimezone(UTC)
        except (OverflowError, ValueError):
            raise self.make_error("invalid", input=value, obj_type="datetime") from None
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise self.make_error("invalid", input=value, obj_type="datetime")
        return iso(found)


class Day(fields.Date):
    """YYYY-MM-DD; leaves as a string."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, str) or not re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
            raise self.make_error("invalid", input=value, obj_type="date")
        try:
            found = date.fromisoformat(value)
        except ValueError:
            raise self.make_error("invalid", input=value, obj_type="date") from None
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            raise self.make_error("invalid", input=value, obj_type="date")
        return found.isoformat()


def _member(values: frozenset[str], error: str) -> Any:
    def check(value: str) -> None:
        if value not in values:
            raise ValidationError(error)

    return check


class WallTime(fields.String):
    """HH:MM; 24:00 is the end of the day."""

    def __init__(self, **kwargs: Any):
        pattern = validate.Regexp(r"([01][0-9]|2[0-3]):[0-5][0-9]\Z|24:00\Z", error="Not a valid time.")
        super().__init__(validate=pattern, **kwargs)


class Zone(fields.String):
    """An IANA time zone name."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("metadata", {"example": "Europe/Berlin"})
        super().__init__(validate=_member(ZONES, "Not a valid time zone."), **kwargs)


class Currency(fields.String):
    """An ISO 4217 code."""

    def __init__(self, **kwargs: Any):
        kwargs.setdefault("metadata", {"example": "EUR"})
        super().__init__(validate=_member(CURRENCIES, "Not a valid currency."), **kwargs)


class Locale(fields.String):
    """One of the four languages."""

    def __init__(self, **kwargs: Any):
        super().__init__(validate=validate.OneOf(("de", "en", "fr", "ru")), **kwargs)


class Whole(fields.Integer):
    """A whole number within bounds; in JSON a number, never a text."""

    def __init__(self, least: int, most: int, *, text: bool = False, **kwargs: Any):
        super().__init__(strict=True, validate=validate.Range(min=least, max=most), **kwargs)
        self.text = text

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not self.text and not isinstance(value, int | float):
            raise self.make_error("invalid", input=value)
        if self.text and not re.fullmatch(r"-?[0-9]{1,9}", str(value)):
            raise self.make_error("invalid", input=value)
        return super()._deserialize(int(value) if self.text else value, attr, data, **kwargs)


class Flag(fields.Boolean):
    """true or false; no other word for it."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid", input=value)
        return value


class Amount(fields.String):
    """Money's number as text with up to two decimals, never negative; leaves with exactly two."""

    def __init__(self, **kwargs: Any):
        pattern = validate.Regexp(r"[0-9]{1,9}(\.[0-9]{1,2})?\Z", error="Not a valid amount.")
        super().__init__(validate=pattern, metadata={"example": "49.00"}, **kwargs)

    def deserialize(self, value: Any, attr: str | None = None, data: Any = None, **kwargs: Any) -> Any:
        text = super().deserialize(value, attr, data, **kwargs)
        return f"{Decimal(text):.2f}" if isinstance(text, str) else text


class Money(Body):
    """An amount and its currency."""

    amount = Amount(required=True)
    currency = Currency(required=True)
