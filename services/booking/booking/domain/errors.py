"""What booking refuses, by name. `facts` are JSON-able and travel to the caller."""

from typing import Any


class DomainError(Exception):
    """A refusal with a constant `code` and the facts that explain it."""

    code = "error"

    def __init__(self, **facts: Any):
        super().__init__(facts)
        self.facts = facts


class NotFound(DomainError):
    """No such object, or one of another practice."""

    code = "not_found"


class Invalid(DomainError):
    """Facts: `errors`, messages per field (English sentences, the ids of the translations)."""

    code = "invalid"


class SlotTaken(DomainError):
    """Somebody else has the time. Facts: `start`, and `alternatives` once the edge has asked for them."""

    code = "slot_taken"


class SlotNotOffered(DomainError):
    """The practice does not offer this time. Facts: `reason`."""

    code = "slot_not_offered"


class HoldExpired(DomainError):
    """The hold is over, or never was."""

    code = "hold_expired"


class IdempotencyConflict(DomainError):
    """The key was already used for another request."""

    code = "idempotency_conflict"


class TooManyOpen(DomainError):
    """The customer has as many open appointments as the practice allows. Facts: `limit`."""

    code = "too_many_open"


class LimitReached(DomainError):
    """Facts: `per` (day, week: the calendar is full; hold: it was extended often enough) and `limit`."""

    code = "limit_reached"


class TooLate(DomainError):
    """The time for it is over. Facts: `action`, `until`."""

    code = "too_late"


class PreconditionFailed(DomainError):
    """Somebody else has changed it since the caller looked. Facts: `version`, the one that it has now."""

    code = "precondition_failed"


class Conflict(DomainError):
    """It was changed while availability was asked about it; the caller may try again."""

    code = "conflict"


class MixedStatus(DomainError):
    """Several appointments change their status together only if they have the same. Facts: `statuses`."""

    code = "mixed_status"


class Overpaid(DomainError):
    """More would be paid than the price. Facts: `price`, `paid`, `balance` as they are."""

    code = "overpaid"


class CustomerNotLinked(DomainError):
    """Only a customer whom the practice knows can be told this: a booking alone proves nobody's address."""

    code = "customer_not_linked"


class InvalidTransition(DomainError):
    """The appointment's status does not allow it. Facts: `from`, `action`, `allowed` statuses."""

    code = "invalid_transition"


class CustomerMerged(DomainError):
    """The customer's record was merged into another. Facts: `customer`, that one's id."""

    code = "customer_merged"
