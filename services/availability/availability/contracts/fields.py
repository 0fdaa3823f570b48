"""Field types of payloads, each with its bounds: what has passed them can be stored and computed with."""

import unicodedata
from collections.abc import Mapping
from datetime import datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from marshmallow import Schema, ValidationError, fields, validate

FIRST_YEAR, LAST_YEAR = 2000, 2199
NOT_PLACES = {"Factory", "localtime", "posixrules"}


@lru_cache(maxsize=1)
def zones() -> frozenset[str]:
    """The names of all IANA zones."""
    return frozenset(available_timezones() - NOT_PLACES)


class Id(fields.UUID):
    """A UUID, as a lower-case string."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        return str(super()._deserialize(*args, **kwargs))


class Line(fields.String):
    """A line of text without control characters, trimmed, with at least one character."""

    def __init__(self, longest: int, *, shortest: int = 1, **kwargs: Any):
        super().__init__(validate=validate.Length(shortest, longest), **kwargs)

    breaks = ""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        value = super()._deserialize(*args, **kwargs).strip()
        if any(unicodedata.category(c) in ("Cc", "Cs") and c not in self.breaks for c in value):
            raise ValidationError("Control characters are not allowed.")
        return value


class Prose(Line):
    """Text that may have several lines, or be empty."""

    breaks = "\n\r\t"

    def __init__(self, longest: int, **kwargs: Any):
        super().__init__(longest, shortest=0, **kwargs)


class Whole(fields.Integer):
    """A whole number within bounds; neither text nor a truth value passes for one."""

    def __init__(self, low: int, high: int, **kwargs: Any):
        super().__init__(strict=True, validate=validate.Range(low, high), **kwargs)

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(value, bool):
            raise self.make_error("invalid")
        return super()._deserialize(value, *args, **kwargs)


class Yes(fields.Boolean):
    """JSON's true or false, nothing that merely looks like it."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        if not isinstance(value, bool):
            raise self.make_error("invalid")
        return value


class Instant(fields.AwareDateTime):
    """An instant with offset, on a whole minute."""

    def __init__(self, **kwargs: Any):
        super().__init__(format="iso", **kwargs)

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        value: datetime = super()._deserialize(*args, **kwargs)
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValidationError(f"Must be in the years {FIRST_YEAR} to {LAST_YEAR}.")
        if value.timestamp() % 60:
            raise ValidationError("Must be a whole minute.")
        return value


class Day(fields.Date):
    """A calendar date within the years that we keep books of."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        value = super()._deserialize(*args, **kwargs)
        if not FIRST_YEAR <= value.year <= LAST_YEAR:
            raise ValidationError(f"Must be in the years {FIRST_YEAR} to {LAST_YEAR}.")
        return value


class Zone(fields.String):
    """The name of an IANA time zone."""

    def _deserialize(self, *args: Any, **kwargs: Any) -> Any:
        value = super()._deserialize(*args, **kwargs)
        if value not in zones():
            raise ValidationError("Not the name of a time zone.")
        return value


class Money(Schema):
    """`{"amount": "49.00", "currency": "EUR"}`."""

    amount = fields.String(required=True, validate=validate.Regexp(r"^\d{1,6}(\.\d{1,2})?\Z"))
    currency = fields.String(required=True, validate=validate.Regexp(r"^[A-Z]{3}\Z"))


class Period(Schema):
    """Working time of one day by the wall clock: `{"from": "09:00", "to": "12:00"}`; it may end at "24:00"."""

    opens = fields.String(required=True, data_key="from", validate=validate.Regexp(r"^([01]\d|2[0-3]):[0-5]\d\Z"))
    closes = fields.String(
        required=True, data_key="to", validate=validate.Regexp(r"^(([01]\d|2[0-3]):[0-5]\d|24:00)\Z")
    )


def cents(money: Mapping[str, str]) -> int:
    """The amount in hundredths."""
    whole, _, part = money["amount"].partition(".")
    return int(whole) * 100 + int(f"{part:0<2}")
