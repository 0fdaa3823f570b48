"""The named errors of this service: `code` and `facts` travel to the caller."""

from typing import Any


class DomainError(Exception):
    """Base of the named errors."""

    code = "error"

    def __init__(self, **facts: Any):
        super().__init__(facts)
        self.facts = facts


class NotFound(DomainError):
    """No such object in this practice. Says the same of another practice's object."""

    code = "not_found"


class Invalid(DomainError):
    """The request is well-formed but contradicts what is known; `errors` holds sentences per field."""

    code = "invalid"


class PreconditionFailed(DomainError):
    """Somebody changed it since it was read; `version` is the one that it has now."""

    code = "precondition_failed"


class SlotNotOffered(DomainError):
    """No calendar offers this start; `reason` is one of `rules.REASONS`."""

    code = "slot_not_offered"
