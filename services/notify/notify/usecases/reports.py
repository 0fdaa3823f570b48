"""What is told of a message after it was handed over, in whatever order: by status callbacks and bounces."""

from datetime import datetime, timedelta

from notify.domain.delivery import NEWS, Outcome
from notify.store import queue
from notify.usecases import delivery
from runtime.db import Session


def report(session: Session, now: datetime, message_id: str, attempt: int, outcome: Outcome, base: timedelta) -> bool:
    """Note what became of this turn. Of the present one it changes the message's state and is told; of an earlier one
    it changes the history only, since another turn has followed. False when it changes nothing."""
    then, again = delivery.next_try(session, now, message_id, attempt, outcome, base)
    row = queue.report(session, message_id, attempt, NEWS[then.state], then, now, again)
    if row is None:
        return not outcome.temporary and queue.report_old(session, message_id, attempt, outcome, now)
    if then.temporary:
        delivery.queued_again(session, row, then, now)
    else:
        delivery.ended(session, row, then, now)
    return True
