"""The bell that wakes the sender when a message was queued.

On PostgreSQL the database rings it (LISTEN/NOTIFY), whichever process queued the message; in the one-process mode
every write of this service does. A bell that is not heard costs a second: the sender looks by itself, too.
"""

import logging
import select
import threading
from collections.abc import Callable

import psycopg2
from sqlalchemy import make_url

from runtime.db import Database
from runtime.postgres import BOUNDED

log = logging.getLogger(__name__)
CHANNEL = "notify_messages"
RECONNECT = 2.0


class Bell:
    """`wait` returns as soon as it rings, at the latest after the given seconds. True: the database told of queued
    messages, there is no need to look first."""

    def __init__(self, db: Database):
        self._db = db
        self._rung = threading.Event()
        self._stopped = threading.Event()

    def start(self) -> None:
        """Begin to listen."""
        if not self._db.sqlite:
            threading.Thread(target=self._listen, name="bell", daemon=True).start()

    def wait(self, seconds: float) -> bool:
        if self._db.sqlite:
            self._hang()
        heard = self._rung.wait(seconds)
        self._rung.clear()
        return heard and not self._db.sqlite

    def stop(self) -> None:
        self._stopped.set()
        self._db.after_write = _without(self._db.after_write, self)

    def _hang(self) -> None:
        """Ring after each write. Others hang their own bells on the same hook, so look again each time."""
        if not _hangs(self._db.after_write, self):
            self._db.after_write = _Both(self._db.after_write, self)

    def ring(self) -> None:
        self._rung.set()

    def _listen(self) -> None:
        while not self._stopped.is_set():
            try:
                self._hear()
            except (psycopg2.Error, OSError):
                log.warning("bell_not_heard")
                self._stopped.wait(RECONNECT)

    def _hear(self) -> None:
        dsn = make_url(self._db.url).set(drivername="postgresql").render_as_string(hide_password=False)
        connection = psycopg2.connect(dsn, **BOUNDED)
        try:
            connection.autocommit = True
            connection.cursor().execute(f"listen {CHANNEL}")
            self.ring()
            while not self._stopped.is_set():
                if select.select([connection], [], [], 1.0)[0]:
                    connection.poll()
                    connection.notifies.clear()
                    self.ring()
        finally:
            connection.close()


class _Both:
    """What hung there before, then our bell."""

    def __init__(self, before: Callable[[], None], bell: Bell):
        self.before, self.bell = before, bell

    def __call__(self) -> None:
        self.before()
        self.bell.ring()


def _hangs(hook: Callable[[], None], bell: Bell) -> bool:
    """Whether the bell hangs anywhere on the hook: each sender of a process has one."""
    while isinstance(hook, _Both):
        if hook.bell is bell:
            return True
        hook = hook.before
    return False


def _without(hook: Callable[[], None], bell: Bell) -> Callable[[], None]:
    """The hook with everything on it but this bell."""
    if not isinstance(hook, _Both):
        return hook
    before = _without(hook.before, bell)
    return before if hook.bell is bell else _Both(before, hook.bell)
