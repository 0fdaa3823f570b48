"""The sender: takes messages from the queue and sees each of them through one turn.

Any number may run, in one process or many. A turn lost in a crash is begun again after its lease, under the same
Message-ID. The one window in which a mail can go out twice: the server has accepted it, and the process dies before
the row says so; the second copy is then, by its Message-ID, the same mail.
"""

import logging
import threading
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import timedelta

from notify import compose, contracts, mime
from notify.bell import Bell
from notify.domain.decide import Purpose
from notify.domain.delivery import Outcome, failure, retry
from notify.ical import calendar_file
from notify.settings import Settings
from notify.store.queue import next_due
from notify.transport import Capture, Envelope, Smtp, Transport
from notify.usecases import delivery
from notify.usecases.delivery import Turn
from runtime.errors import Refused, Unavailable
from runtime.service import App

log = logging.getLogger(__name__)
POLL = 1.0  # seconds; the bell rings sooner
BLOCKED = 0.2  # seconds to wait when everything due waits for a mail under way


def run(app: App, stop: threading.Event) -> None:
    """Send until `stop` is set; mails under way are finished first."""
    Sender(app).run(stop)


class Sender:
    """Sends the messages of one service instance, several at once."""

    def __init__(self, app: App, transport: Transport | None = None):
        settings: Settings = app.settings
        self.app, self.settings = app, settings
        capture = settings.capture
        self.transport = transport or (Capture(app.db) if capture else Smtp(settings.smtp_url, settings.smtp_timeout))
        self.lease = timedelta(seconds=10 if capture else 60 + 10 * settings.smtp_timeout)
        self._free = threading.Semaphore(settings.senders)

    def run(self, stop: threading.Event) -> None:
        bell = Bell(self.app.db)
        with ThreadPoolExecutor(self.settings.senders, "sender") as pool:
            bell.start()
            queued = False
            while not stop.is_set():
                try:
                    queued = bell.wait(self._begin(pool, queued))
                except Exception:
                    log.exception("sender_stumbled")
                    stop.wait(POLL)
            bell.stop()

    def drain(self) -> int:
        """Send what is due now, one after the other; how many turns that took. For tests and for the command line."""
        turns = 0
        while claimed := self._claim(1):
            self.turn(claimed[0])
            turns += 1
        return turns

    def _begin(self, pool: ThreadPoolExecutor, queued: bool) -> float:
        """Begin as many turns as there are free threads; how long to wait then, in seconds. `queued`: there is
        something to do, no need to ask."""
        if not queued and (pause := self._pause()) > 0:
            return pause
        free = self._take_free()
        turns = self._claim(free)
        for _ in range(free - len(turns)):
            self._free.release()
        for turn in turns:
            pool.submit(self.turn, turn).add_done_callback(self._turn_done)
        return 0 if len(turns) == free else BLOCKED

    def _pause(self) -> float:
        """Seconds until something is due, at most POLL."""
        at = self.app.db.read(next_due)
        return min(POLL, (at - self.app.clock()).total_seconds()) if at else POLL

    def _take_free(self) -> int:
        """Wait until a thread is free, then take all that are."""
        self._free.acquire()
        taken = 1
        while self._free.acquire(blocking=False):
            taken += 1
        return taken

    def _turn_done(self, turn: "Future[None]") -> None:
        self._free.release()
        if error := turn.exception():
            log.error("turn_lost", exc_info=error)

    def _claim(self, limit: int) -> list[Turn]:
        return self.app.db.write(delivery.claim, self.app.clock(), limit, self.lease)

    def turn(self, message: Turn) -> None:
        """One attempt at one message; how it went is on record afterwards."""
        outcome = self._attempt(message)
        facts = {"message": message.id, "purpose": message.purpose, "attempt": message.attempt, "state": outcome.state}
        log.info("message_turn", extra={"facts": {**facts, "reason": outcome.reason}})
        base = timedelta(seconds=self.settings.retry_base)
        self.app.db.write(delivery.finish, self.app.clock(), message.id, message.attempt, outcome, base)

    def _attempt(self, message: Turn) -> Outcome:
        try:
            recipient = mime.address(message.recipient).addr_spec
            sender = mime.return_path(message.id, self.settings.mail_from, self.settings.bounce_domain)
            mail = self._write(message)
            return self.transport.deliver(Envelope(sender, recipient), mail, self.app.clock())
        except Unavailable as error:
            return retry("link_later", str(error))
        except Refused as error:
            return failure("no_link", error.code) if error.code == "not_found" else retry("link_later", error.code)
        except mime.BadAddress:
            return failure("bad_address")
        except Exception as error:
            log.exception("mail_not_written", extra={"facts": {"message": message.id}})
            return retry("internal", type(error).__name__)

    def _write(self, message: Turn) -> mime.Mail:
        change, parts = contracts.appointment(message.snapshot), delivery.material(message)
        reader = compose.reader_of(change, message.role, parts.locale, self._link(message))
        home = self.settings.public_url.rstrip("/")
        purpose, now = Purpose(message.purpose), self.app.clock()
        calendar = None
        if message.role != "practitioner":
            calendar = calendar_file(change, reader, parts.practice, parts.attachment, self.settings.mail_from, now)
        return mime.mail(
            compose.letter(change, purpose, reader, parts.practice, parts.template, home),
            message_id=mime.message_id(message.id, self.settings.mail_from),
            recipient=message.recipient,
            recipient_name=change.customer.name if reader.customer else "",
            mail_from=self.settings.mail_from,
            practice=parts.practice,
            calendar=calendar,
            now=now,
        )

    def _link(self, message: Turn) -> str:
        if not compose.needs_link(message.purpose, message.role):
            return ""
        answer = self.app.ask("booking", "manage_link", {"appointment_id": message.appointment_id})
        return f"{self.settings.public_url.rstrip('/')}/a/{answer['token']}"
