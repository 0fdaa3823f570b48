"""The error contract between services.

A *named error* is any exception with a `code` (a lower-case constant such as `slot_taken`) and optionally `facts`, a
JSON-able dict. Domain errors are such exceptions without importing this module. Over the wire travel code and facts
only: never a stack trace, never a text for people (the gateway words it in the reader's language).
"""

from typing import Any


class Refused(Exception):
    """A named error as it crosses a service border; the same type is raised at the caller."""

    def __init__(self, code: str, facts: dict[str, Any] | None = None):
        super().__init__(code, facts or {})
        self.code = code
        self.facts = facts or {}


class Permanent(Exception):
    """Raised by an event handler: no retry can help, park the message now."""


class Unavailable(Exception):
    """No answer in time or connection lost: the call MAY have run. Repeat it only under the same idempotency key."""

    code = "unavailable"


class NotSent(Unavailable):
    """Certainly not sent: safe to repeat."""


def refusal(error: Exception) -> Refused | None:
    """The named error that this exception stands for, or None when it is unexpected."""
    if isinstance(error, Refused):
        return error
    code = getattr(error, "code", None)  # one of SQLAlchemy names a web page
    if isinstance(code, str) and type(error).__module__.partition(".")[0] != "sqlalchemy":
        return Refused(code, dict(getattr(error, "facts", None) or {}))
    return None
