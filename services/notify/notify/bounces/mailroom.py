"""Where everything that came back goes through, whichever way it came."""

import logging
from datetime import timedelta

from notify import metrics
from notify.bounces import report, verp
from notify.usecases import reports
from runtime.service import App

log = logging.getLogger(__name__)
SOURCE = "bounce"


class Mailroom:
    """Checks whose a bounce is and notes what it says."""

    def __init__(self, app: App):
        self._app = app
        self._base = timedelta(seconds=app.settings.retry_base)

    def whose(self, recipient: str) -> verp.Turn | None:
        """The turn that mails to this address are about. An address that we have not made is counted."""
        turn = verp.read(self._app.settings.bounce_key, recipient)
        if turn is None:
            metrics.REPORTS(SOURCE, "forged").inc()
            log.warning("report_forged", extra={"facts": {"source": SOURCE}})
        return turn

    def take(self, turn: verp.Turn, raw: bytes) -> bool:
        """Note what this mail says of the turn. True when we did not know it."""
        outcome = report.understand(raw)
        changed = outcome is not None and self._app.db.write(
            reports.report, self._app.clock(), turn.message, turn.number, outcome, self._base
        )
        metrics.REPORTS(SOURCE, "taken" if changed else "nothing new").inc()
        facts = {"message": turn.message, "attempt": turn.number, "state": outcome.state if outcome else "unclear"}
        log.info("bounce_heard", extra={"facts": facts})
        return changed
