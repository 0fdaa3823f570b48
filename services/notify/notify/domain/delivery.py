"""Delivery is a state: queued → sending → sent → delivered, or failed, or expired; and when to try again."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

BACK_OFF = (1, 5, 15, 60, 120, 240)  # in units of the base (one minute); the last repeats
BEHIND_BOOKINGS = 1  # the priority of what comes in heaps: a thousand invitations hold up no confirmation
GIVE_UP_AFTER = timedelta(hours=48)
STATUS = re.compile(r"#?(5\.\d{1,3}\.\d{1,3})(?!\.?\d)")


class State(StrEnum):
    QUEUED = "queued"
    SENDING = "sending"
    SENT = "sent"
    DELIVERED = "delivered"
    FAILED = "failed"
    EXPIRED = "expired"


ENDED = (State.SENT, State.DELIVERED, State.FAILED, State.EXPIRED)
# From which states a report about the present turn leads where; what else it says comes too late.
NEWS = {
    State.DELIVERED: (State.SENDING, State.SENT),
    State.FAILED: (State.SENDING, State.SENT),
    State.QUEUED: (State.SENDING, State.SENT),
}


@dataclass(frozen=True)
class Outcome:
    """How one attempt ended. `reason` is a constant that `words` puts into a sentence, `detail` the server's answer,
    `reference` the name by which a provider knows the message."""

    state: State
    reason: str = ""
    detail: str = ""
    reference: str = ""

    @property
    def temporary(self) -> bool:
        return self.state is State.QUEUED


SENT = Outcome(State.SENT)


def taken(reference: str = "") -> Outcome:
    """A server or provider has taken the message."""
    return Outcome(State.SENT, reference=reference)


def delivered(detail: str = "") -> Outcome:
    """It has arrived."""
    return Outcome(State.DELIVERED, detail=detail[:500])


def retry(reason: str, detail: str = "") -> Outcome:
    """To be tried again."""
    return Outcome(State.QUEUED, reason, detail[:500])


def failure(reason: str, detail: str = "") -> Outcome:
    """No repeat can help."""
    return Outcome(State.FAILED, reason, detail[:500])


def rank(attempt: int, state: State) -> int:
    """Rises with everything that is told of a message: the `objectversion` of its events."""
    return attempt * 4 + (State.SENT, State.DELIVERED, State.FAILED).index(state) + 1


def useful_until(queued: datetime, appointment_end: datetime | None) -> datetime:
    """The last instant at which the message still helps its reader; at least one hour from now. Without an end: for
    as long as we try."""
    if appointment_end is None:
        return queued + GIVE_UP_AFTER
    return max(queued + timedelta(hours=1), min(queued + GIVE_UP_AFTER, appointment_end))


def wait(attempt: int, base: timedelta) -> timedelta:
    """How long to wait after the attempt of this number (from 1)."""
    return base * BACK_OFF[min(attempt, len(BACK_OFF)) - 1]


def refused(code: int, answer: str) -> Outcome:
    """What an SMTP answer to a recipient or a mail means (RFC 5321): 4xx and anything odd is tried again, 5xx is final,
    for the reason of the status that it begins with (RFC 3463); other numbers in it are addresses."""
    detail = f"{code} {answer}".strip()
    if not 500 <= code < 600:
        return retry("server_busy", detail)
    found = STATUS.match(answer)
    status = found.group(1) if found else ""
    if status == "5.2.2" or code == 552:
        return failure("mailbox_full", detail)
    if status.startswith("5.7."):
        return failure("rejected", detail)
    if status.startswith("5.1.") or code in (550, 551, 553):
        return failure("address_unknown", detail)
    return failure("rejected", detail)
