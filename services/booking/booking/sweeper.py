"""The background worker: expired holds and forgotten answers."""

import logging
from threading import Event as Stop

from sqlalchemy.exc import SQLAlchemyError

from booking import usecases
from runtime.service import App

log = logging.getLogger(__name__)


def sweep(app: App, stop: Stop) -> None:
    """Sweep until told to stop. A database that is away is tried again next time. Copies do not disturb each other."""
    while not stop.wait(app.settings.sweep_seconds):
        try:
            sweep_once(app)
        except SQLAlchemyError:
            log.exception("sweep_failed")


def sweep_once(app: App) -> int:
    """One round; the number of holds that expired. Looks first, so that an idle round writes nothing."""
    now = app.clock()
    return app.db.write(usecases.sweep, now) if app.db.read(usecases.sweepable, now) else 0
