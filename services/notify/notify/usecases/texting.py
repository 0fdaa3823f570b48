"""Who gets no SMS, and how many a practice may send a day."""

from datetime import datetime

from notify.domain.delivery import Outcome, failure, retry
from notify.domain.opting import wish
from notify.domain.parts import parts
from notify.store import texting
from runtime.db import Session


def objection(
    session: Session, practice_id: str, number: str, words: str, now: datetime, daily_limit: int
) -> Outcome | None:
    """Why this SMS does not go out now; None: it may, and is counted. What fails afterwards stays counted."""
    if texting.opted_out(session, practice_id, number):
        return failure("opted_out")
    if not texting.spend(session, practice_id, now, parts(words), daily_limit):
        return retry("daily_limit")
    return None


def replied(session: Session, number: str, words: str, now: datetime) -> str | None:
    """Heed STOP and START. Practices share a sender, and the reply names none: it holds for each that wrote to this
    number. What the reply wished for, None for anything else."""
    wished = wish(words)
    if wished == "stop":
        for practice in texting.texted_by(session, number):
            texting.opt_out(session, practice, number, now)
    elif wished == "start":
        texting.opt_in(session, number)
    return wished
