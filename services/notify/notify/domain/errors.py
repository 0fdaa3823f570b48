"""What notify refuses, by name, with the facts that the gateway words for the reader."""

from typing import Any


class DomainError(Exception):
    code = "error"

    def __init__(self, **facts: Any):
        super().__init__(facts)
        self.facts = facts


class NotFound(DomainError):
    """There is no such thing, or it belongs to another practice."""

    code = "not_found"


class Invalid(DomainError):
    """`errors`: per field a list of sentences in the caller's language."""

    code = "invalid"
