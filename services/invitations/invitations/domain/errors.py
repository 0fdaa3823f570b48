"""What invitations refuses, by name. `facts` are JSON-able and travel to the caller."""

from typing import Any


class DomainError(Exception):
    """A refusal with a constant `code` and the facts that explain it."""

    code = "error"

    def __init__(self, **facts: Any):
        super().__init__(facts)
        self.facts = facts


class NotFound(DomainError):
    """No such invitation, or one of another practice."""

    code = "not_found"


class Invalid(DomainError):
    """Facts: `errors`, messages per field (English sentences, the ids of the translations)."""

    code = "invalid"


class PlanRequired(DomainError):
    """The practice's plan has no SMS. Facts: `plan`, the least that has."""

    code = "plan_required"


class PreconditionFailed(DomainError):
    """It has been changed since the caller read it."""

    code = "precondition_failed"


class IdempotencyConflict(DomainError):
    """The key was already used for another request."""

    code = "idempotency_conflict"


class InvalidTransition(DomainError):
    """A deleted or expired invitation is not changed any more. Facts: `status`, `action`."""

    code = "invalid_transition"


class TooManyInvitations(DomainError):
    """Facts: `per` (practice, address), `limit` (messages within 24 hours), `retry_after` (seconds)."""

    code = "too_many_invitations"


class AlreadyJoined(DomainError):
    """This side is in the call with another browser."""

    code = "already_joined"
