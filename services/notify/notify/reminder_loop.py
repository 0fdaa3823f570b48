"""The loop that reminds: looks for what is due, and lets the schedule follow changed rules.

Any number may run, in one process or many: a reminder that one works off, the others leave alone.
"""

import logging
import threading

from sqlalchemy.exc import SQLAlchemyError

from notify.store import reminders as kept
from notify.usecases import reminders
from runtime.db import OutcomeUnknown, Session
from runtime.service import App

log = logging.getLogger(__name__)
POLL = 1.0  # seconds between two looks
TIDY = 600  # looks between two sweeps of what is over


def run(app: App, stop: threading.Event) -> None:
    """Remind until `stop` is set. A database that is away is asked again at the next look."""
    looks = 0
    while not stop.is_set():
        try:
            if not remind(app) and not looks % TIDY:
                app.db.write(kept.forget_what_is_over, app.clock())
            looks += 1
        except (SQLAlchemyError, OutcomeUnknown):
            log.exception("reminding_failed")
        stop.wait(POLL)


def remind(app: App) -> int:
    """What is due now; how many reminders that were. Looks first, so that an idle look writes nothing."""
    sms, total = bool(app.settings.sms_provider), 0
    while app.db.read(_anything_to_follow, app) and app.db.write(reminders.follow_rules, app.clock()):
        pass
    while app.db.read(_anything_due, app) and (done := app.db.write(reminders.work_off, app.clock(), sms)):
        total += done
    return total


def _anything_due(session: Session, app: App) -> bool:
    at = kept.next_due(session)
    return at is not None and at <= app.clock()


def _anything_to_follow(session: Session, app: App) -> bool:
    return kept.unsettled(session)
