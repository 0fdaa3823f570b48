"""Fields of payloads that take what can be stored and nothing else; a bad value is a ValidationError in a sentence."""

import base64
import re
import unicodedata
import uuid
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import available_timezones

from marshmallow import ValidationError, fields

REQUIRED = "Missing data for required field."
NO_CONTROLS = "Control characters are not allowed."
NO_ID = "Not a valid UUID."
NO_INSTANT = "Not a valid instant with offset."
NO_ZONE = "Not a valid time zone."
NO_CURSOR = "Not a valid cursor."
NO_WEB_ADDRESS = "Please leave out web addresses."
REFUSED = {"Cc", "Cs", "Zl", "Zp"}  # control, lone surrogate, line and paragraph separator
TURNING = set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")  # would turn the text around it
NO_PLACES = {"Factory", "localtime", "posixrules"}  # what they mean differs from machine to machine
EARLIEST, LATEST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)


def clean(text: str, *, lines: bool = False) -> str:
    """The text as it may be stored, trimmed; with `lines` it may have line breaks and tabs. Raises ValidationError."""
    text = text.replace("\r\n", "\n") if lines else text
    permitted = "\n\t" if lines else ""
    if any(c not in permitted and (unicodedata.category(c) in REFUSED or c in TURNING) for c in text):
        raise ValidationError(NO_CONTROLS)
    return text.strip()


def no_web_address(value: str) -> None:
    """What a stranger enters goes out by mail: it must not lead anybody anywhere. Raises ValidationError."""
    if re.search(r"://|www\.|\bhttps?\b", value, re.IGNORECASE):
        raise ValidationError(NO_WEB_ADDRESS)


class Words(fields.String):
    """One line of text of `least` to `most` characters, trimmed; with `lines` several."""

    def __init__(self, least: int, most: int, *, lines: bool = False, **options: Any):
        super().__init__(metadata={"minLength": least, "maxLength": most}, **options)
        self.least, self.most, self.lines = least, most, lines

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = clean(str(super()._deserialize(value, *args, **kwargs)), lines=self.lines)
        if len(text) < self.least:
            raise ValidationError(REQUIRED if not text else f"Shorter than {self.least}.")
        if len(text) > self.most:
            raise ValidationError(f"Longer than maximum length {self.most}.")
        return text


class Mail(fields.Email):
    """An e-mail address of at most 254 characters."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        text = str(super()._deserialize(value, *args, **kwargs))
        if len(text.lower()) > 254 or not text.isprintable():  # in lower case "İ" are two
            raise ValidationError("Not a valid email address.")
        return text


class Id(fields.UUID):
    """A UUID in its usual form, given back in lower case."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            found = str(uuid.UUID(value))
        except (ValueError, AttributeError, TypeError):
            raise ValidationError(NO_ID) from None
        if found != value.lower():
            raise ValidationError(NO_ID)
        return found


class Instant(fields.AwareDateTime):
    """RFC 3339 with an offset, as aware UTC; between 2000 and 2200, so that sums of it exist."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> datetime:
        try:
            found = datetime.fromisoformat(value)
            if found.tzinfo and EARLIEST <= found <= LATEST:
                return found.astimezone(UTC)
        except (ValueError, TypeError, OverflowError):
            pass
        raise ValidationError(NO_INSTANT)


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones()) - NO_PLACES


class Zone(fields.String):
    """An IANA time zone."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> str:
        name = str(super()._deserialize(value, *args, **kwargs))
        if name not in _zones():
            raise ValidationError(NO_ZONE)
        return name


class Cursor(fields.String):
    """Where a list goes on: made by `cursor_at`, read back as (instant in UTC, id)."""

    def _deserialize(self, value: Any, *args: Any, **kwargs: Any) -> Any:
        try:
            instant, _, id = base64.urlsafe_b64decode(value.encode("ascii")).decode("ascii").partition("|")
            return datetime.fromisoformat(instant).astimezone(UTC), str(uuid.UUID(id))
        except (ValueError, AttributeError, OverflowError):
            raise ValidationError(NO_CURSOR) from None


def cursor_at(instant: datetime, id: str) -> str:
    """An opaque cursor that stands behind this entry."""
    return base64.urlsafe_b64encode(f"{instant.isoformat()}|{id}".encode()).decode()
