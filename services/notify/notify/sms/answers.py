"""What an HTTP answer of a provider means."""

from notify.domain import codes
from notify.domain.delivery import Outcome, failure, retry

TRY_AGAIN = frozenset({408, 425, 429})


def refused(status: int, answer: str, code: int | None = None) -> Outcome:
    """What the provider's own code says, if Twilio has given one. Else 429 and 5xx are tried again; a sign-in that is
    not accepted, too: it says nothing about the number."""
    detail = f"{status} {answer}".strip()
    if code and (known := codes.meaning(code, detail)):
        return known
    if status in (401, 403):
        return retry("provider_login", detail)
    if status in TRY_AGAIN or status >= 500:
        return retry("provider_busy", detail)
    return failure("provider_refused", detail)
