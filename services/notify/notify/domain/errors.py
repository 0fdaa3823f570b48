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


class Forbidden(DomainError):
    """Whoever says this did not prove who they are."""

    code = "forbidden"


class PreconditionFailed(DomainError):
    """Somebody else has changed it since the caller looked. Facts: `version`, the one that it has now."""

    code = "precondition_failed"


class Conflict(DomainError):
    """It is just being changed."""

    code = "conflict"


class MessageOutdated(DomainError):
    """It would tell what is no longer so, or the appointment is over."""

    code = "message_outdated"


class PlanRequired(DomainError):
    """The practice's plan includes no SMS."""

    code = "plan_required"


class SmsUnavailable(DomainError):
    """No SMS leaves this house: no provider is set."""

    code = "sms_unavailable"


class Invalid(DomainError):
    """`errors`: per field a list of sentences in the caller's language."""

    code = "invalid"
