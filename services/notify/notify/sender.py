"""The sender: takes messages from the queue and sees each of them through one turn.

Any number may run, in one process or many. A turn lost in a crash is begun again after its lease, under the same
Message-ID. The one window in which a mail can go out twice: the server has accepted it, and the process dies before
the row says so; the second copy is then, by its Message-ID, the same mail.
"""

import logging
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta

from notify import compose
from notify.bell import Bell
from notify.domain.accounts import PATHS, AccountPurpose, needs_token
from notify.domain.accounts import ROLE as ACCOUNT
from notify.domain.delivery import Outcome, failure, retry
from notify.outlets import Outlet
from notify.outlets.emails import Emails
from notify.outlets.texts import Texts
from notify.settings import Settings
from notify.store.queue import next_due
from notify.usecases import delivery
from notify.usecases.delivery import Turn
from runtime.db import AWAY
from runtime.errors import Refused, Unavailable
from runtime.service import App
from runtime.telemetry import Facts, tracing

log = logging.getLogger(__name__)
POLL = 1.0  # seconds; the bell rings sooner
GATHER = 0.05  # seconds after all that was due: what is queued meanwhile is begun together
BLOCKED = 0.2  # seconds to wait when everything due waits for a mail under way
BATCH = 100  # messages begun together at most: booking tells no more links at once
RECOVER = timedelta(seconds=1)  # between two looks for lost turns
FORGET = timedelta(minutes=10)  # between two sweeps of what is left of appointments that are over
INSIST = 30.0  # seconds to go on noting what became of a mail while the database is away

Links = Callable[[Turn], str | None]  # the link of its reader; None: there is none
Known = Callable[[], dict[str, str | None]]  # such links of a batch by appointment or invitation


def run(app: App, stop: threading.Event) -> None:
    """Send mails until `stop` is set; those under way are finished first."""
    Sender(app).run(stop)


def run_texts(app: App, stop: threading.Event) -> None:
    """The same for SMS: a mail server that is slow holds up no SMS, nor the other way about."""
    Sender(app, Texts(app.settings, app.db)).run(stop)


class NoLink(Exception):
    """booking does not know the appointment, or invitations the invitation."""


class LinkGone(Exception):
    """A link to somebody's account works no more: a newer one took its place, or its time has passed."""


class Sender:
    """Sends the messages of one channel, by default mails, several at once."""

    def __init__(self, app: App, outlet: Outlet | None = None):
        settings: Settings = app.settings
        self.app, self.settings = app, settings
        self.outlet = outlet or Emails(settings, app.db)
        self._home = settings.public_url.rstrip("/")
        self._recovered = datetime.min.replace(tzinfo=UTC)
        self._forgot = app.clock()
        self._busy: set[Future[None]] = set()

    def run(self, stop: threading.Event) -> None:
        bell = Bell(self.app.db)
        with ThreadPoolExecutor(self.settings.senders, f"sender-{self.outlet.channel}") as pool:
            bell.start()
            queued = False
            while not stop.is_set():
                try:
                    pause = self._begin(pool, queued)
                    queued = bell.wait(pause) or not pause
                except Exception:
                    log.exception("sender_stumbled")
                    stop.wait(POLL)
            bell.stop()

    def drain(self) -> int:
        """Send what is due now, one after the other; how many turns that took. For tests and for the command line."""
        turns = 0
        while claimed := self._claim(1):
            self.turn(claimed[0], _by_kind(lambda: self._links(claimed), lambda: self._join_links(claimed)))
            turns += 1
        return turns

    def _begin(self, pool: ThreadPoolExecutor, queued: bool) -> float:
        """Begin as many turns as there are free threads; how long to wait then, in seconds. `queued`: there is
        something to do, no need to ask."""
        if not queued and (pause := self._pause()) > 0:
            return pause
        free = min(self._free(), BATCH)
        turns = self._claim(free)
        if not turns:
            return BLOCKED
        # before the turns that wait for them, and apart: an invitation's trouble is not a booking's
        links = _by_kind(pool.submit(self._links, turns).result, pool.submit(self._join_links, turns).result)
        for turn in turns:
            future = pool.submit(self.turn, turn, links)
            future.add_done_callback(_ended)
            self._busy.add(future)
        if len(turns) == free:
            return 0
        time.sleep(GATHER)
        return BLOCKED

    def _pause(self) -> float:
        """Seconds until something is due, at most POLL."""
        at = self.app.db.read(next_due, self.outlet.channel)
        return min(POLL, (at - self.app.clock()).total_seconds()) if at else POLL

    def _free(self) -> int:
        """How many threads are free; waits until one is."""
        full = len(self._busy) == self.settings.senders
        self._busy = wait(self._busy, None if full else 0, FIRST_COMPLETED).not_done
        return self.settings.senders - len(self._busy)

    def _claim(self, limit: int) -> list[Turn]:
        now = self.app.clock()
        if now >= self._recovered + RECOVER:
            self.app.db.write(delivery.recover, now)
            self._recovered = now
        if now >= self._forgot + FORGET:
            self.app.db.write(delivery.forget, now)
            self._forgot = now
        return self.app.db.write(delivery.claim, now, limit, self.outlet.lease, self.outlet.channel)

    def _links(self, turns: Sequence[Turn]) -> dict[str, str | None]:
        """The links that these turns need, all in one question to booking."""
        linked = [turn.appointment_id for turn in turns if turn.appointment_id and _needs_link(turn)]
        if not linked:
            return {}
        tokens = self.app.ask("booking", "manage_links", {"appointment_ids": linked})["tokens"]
        return {id: token and f"{self._home}/a/{token}" for id, token in tokens.items()}

    def _join_links(self, turns: Sequence[Turn]) -> dict[str, str | None]:
        """The guests' links that these turns need, all in one question to invitations."""
        linked = [turn.invitation_id for turn in turns if turn.invitation_id and _needs_link(turn)]
        if not linked:
            return {}
        tokens = self.app.ask("invitations", "join_links", {"ids": linked})["tokens"]
        return {id: token and f"{self._home}/join/{token}" for id, token in tokens.items()}

    def turn(self, message: Turn, links: Links) -> None:
        """One attempt at one message; how it went is on record afterwards."""
        facts: Facts = {"message": message.id, "purpose": message.purpose, "attempt": message.attempt}
        with tracing(message.traceparent, "message turn", "internal", facts):
            outcome = self._attempt(message, links)
            log.info("message_turn", extra={"facts": {**facts, "state": outcome.state, "reason": outcome.reason}})
            self._finish(message, outcome)

    def _attempt(self, message: Turn, links: Links) -> Outcome:
        try:
            return self.outlet.send(message, self._link(message, links), self.app.clock())
        except NoLink:
            return failure("no_link")
        except LinkGone:
            return failure("link_gone")
        except Unavailable as error:
            return retry("link_later", str(error))
        except Refused as error:
            return retry("link_later", error.code)
        except Exception as error:
            log.exception("message_not_written", extra={"facts": {"message": message.id}})
            return retry("internal", type(error).__name__)

    def _link(self, message: Turn, links: Links) -> str:
        if message.role == ACCOUNT:
            return self._account_link(message)
        return _link(message, links)

    def _account_link(self, message: Turn) -> str:
        """The address that the letter leads to; its token is asked for now, no row holds it."""
        id, token = message.snapshot["id"], ""
        if needs_token(purpose := AccountPurpose(message.purpose)):
            token = self.app.ask("practice", "account_tokens", {"ids": [id]})["tokens"].get(id)
            if not token:
                raise LinkGone
        return self._home + PATHS[purpose].format(token=token)

    def _finish(self, message: Turn, outcome: Outcome) -> None:
        """Note how it went, also when the database is away for a while: what is not noted is sent again."""
        base = timedelta(seconds=self.settings.retry_base)
        until = time.monotonic() + INSIST
        while True:
            try:
                return self.app.db.write(delivery.finish, self.app.clock(), message.id, message.attempt, outcome, base)
            except AWAY:
                if time.monotonic() > until:
                    raise
                time.sleep(POLL)


def _needs_link(message: Turn) -> bool:
    return compose.needs_link(message.purpose, message.role)


def _by_kind(appointments: Known, invitations: Known) -> Links:
    """Where each turn finds its link."""

    def link(message: Turn) -> str | None:
        return (
            invitations()[message.invitation_id]
            if message.invitation_id
            else appointments()[str(message.appointment_id)]
        )

    return link


def _link(message: Turn, links: Links) -> str:
    if not _needs_link(message):
        return ""
    link = links(message)
    if link is None:
        raise NoLink
    return link


def _ended(turn: "Future[None]") -> None:
    if error := turn.exception():
        log.error("turn_lost", exc_info=error)
