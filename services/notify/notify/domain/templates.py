"""Texts that a practice may change: plain words with {placeholders}, filled strictly, never run as code."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, fields

LINK = "link"  # to the customer's appointment; in an SMS only, mails have a button
PLACEHOLDERS = frozenset(
    {
        *("practice", "first_name", "last_name", "name", "service", "duration", "price", "calendar", "place"),
        *("address", "when", "when_short", "date", "time", "old_when", "old_when_short", "status"),
        *("paid", "balance", "note"),
    }
)
LIMITS = {"subject": 200, "text": 5000, "closing": 2000, "button": 60, "filename": 60, "sms": 480}
NAMES = (
    "booking_confirmation",
    "booking_requested",
    "booking_moved",
    "booking_changed",
    "booking_cancelled",
    "booking_declined",
    "reminder",
    "notice",
    "summary",
    "practitioner_booked",
    "practitioner_moved",
    "practitioner_cancelled",
    "invitation",
    "invitation_moved",
    "invitation_cancelled",
    "calendar_attachment",
)
_TOKEN = re.compile(r"\{([a-z_]+)\}|[{}]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f\x85\u2028\u2029]+")
_CONTROL_IN_TEXT = re.compile(r"[\x00-\x08\x0b-\x1f\x7f]")
_FILENAME = re.compile(r"^[\w .()-]+\.ics$")


@dataclass(frozen=True)
class Template:
    """The editable words of one kind of message.

    For `calendar_attachment` the subject is the entry's title, the text its description; only it has a file name.
    """

    subject: str
    text: str
    button: str = ""
    closing: str = ""
    filename: str = ""
    sms: str = ""

    def changed(self, overrides: Mapping[str, str | None]) -> "Template":
        """This template with the practice's own words where it has some."""
        own = {f.name: overrides.get(f.name) for f in fields(self)}
        return Template(**{name: getattr(self, name) if value is None else value for name, value in own.items()})


@dataclass(frozen=True)
class Problem:
    """What is wrong with a field: `kind` is unknown_placeholder, stray_brace, too_long, empty, control or filename."""

    field: str
    kind: str
    found: str = ""


def problems(values: Mapping[str, str | None]) -> list[Problem]:
    """Everything that keeps these words from being saved."""
    return [p for field, value in values.items() if value is not None for p in _field_problems(field, value)]


def _field_problems(field: str, value: str) -> list[Problem]:
    found = [Problem(field, kind, token) for kind, token in _bad_tokens(field, value)]
    if len(value) > LIMITS[field]:
        found.append(Problem(field, "too_long", str(LIMITS[field])))
    if field in ("subject", "text", "sms") and not value.strip():
        found.append(Problem(field, "empty"))
    forbidden = _CONTROL_IN_TEXT if field in ("text", "closing") else _CONTROL
    if forbidden.search(value.replace("\r\n", "\n")):
        found.append(Problem(field, "control"))
    if field == "filename" and not _FILENAME.match(value):
        found.append(Problem(field, "filename"))
    return found


def _bad_tokens(field: str, value: str) -> list[tuple[str, str]]:
    bad, known = [], PLACEHOLDERS | {LINK} if field == "sms" else PLACEHOLDERS
    for token in _TOKEN.finditer(value):
        if token[1] is None:
            bad.append(("stray_brace", token[0]))
        elif token[1] not in known:
            bad.append(("unknown_placeholder", token[0]))
    return bad


def fill(text: str, values: Mapping[str, str]) -> str:
    """Put the values in place of their placeholders. What a value contains is never looked at again."""
    return _TOKEN.sub(lambda token: values.get(token[1], "") if token[1] else token[0], text)


def one_line(text: str) -> str:
    """The text as it may stand in a mail header: without line breaks and control characters."""
    return _CONTROL.sub(" ", text).strip()


def paragraphs(text: str) -> list[str]:
    """The paragraphs of a text, split at empty lines."""
    return [p.strip() for p in re.split(r"\n\s*\n", text.replace("\r\n", "\n")) if p.strip()]
