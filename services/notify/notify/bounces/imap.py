"""Bounces from a mailbox, by IMAP: where no port can be opened, the bounce domain's mails go into one."""

import imaplib
import logging
import ssl
import threading
from email import message_from_bytes
from typing import Any
from urllib.parse import unquote, urlsplit

from notify.bounces.mailroom import Mailroom
from notify.bounces.verp import PREFIX, Turn
from runtime.db import AWAY
from runtime.service import App

log = logging.getLogger(__name__)
POLL = 60.0  # seconds
TIMEOUT = 30.0
AT_ONCE = 100
ENVELOPE = ("Delivered-To", "X-Original-To", "Envelope-To", "X-Envelope-To", "To")  # where mailboxes keep the address


class Mailbox:
    """Looks into the mailbox at BOUNCE_IMAP_URL (`imaps://user:password@host:port/folder`). What was understood is
    deleted there; what is not about a message of ours stays, marked as seen, for people."""

    def __init__(self, app: App):
        parts = urlsplit(app.settings.bounce_imap_url)
        self._tls = parts.scheme == "imaps"
        self._host, self._port = parts.hostname or "", parts.port or (993 if self._tls else 143)
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._folder = unquote(parts.path.strip("/")) or "INBOX"
        self._mailroom = Mailroom(app)

    def run(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self.look()
            except (imaplib.IMAP4.error, OSError, *AWAY) as error:
                log.warning("bounce_mailbox_away", extra={"facts": {"reason": type(error).__name__}})
            except Exception:
                log.exception("bounce_mailbox_stumbled")
            stop.wait(POLL)

    def look(self) -> int:
        """Fetch what is new; how many mails told us something."""
        server = self._connect()
        try:
            server.login(self._user, self._password)
            server.select(f'"{self._folder}"')
            numbers = server.uid("SEARCH", "UNSEEN")[1][0].split()[:AT_ONCE]
            taken = sum(self._fetch(server, number.decode()) for number in numbers)
            server.expunge()
            return taken
        finally:
            server.logout()

    def _connect(self) -> imaplib.IMAP4:
        if self._tls:
            return imaplib.IMAP4_SSL(self._host, self._port, ssl_context=ssl.create_default_context(), timeout=TIMEOUT)
        return imaplib.IMAP4(self._host, self._port, timeout=TIMEOUT)

    def _fetch(self, server: imaplib.IMAP4, number: str) -> bool:
        found: Any = server.uid("FETCH", number, "(BODY.PEEK[])")[1]
        raw = next((part[1] for part in found if isinstance(part, tuple)), b"")
        turn = self._read(raw)
        server.uid("STORE", number, "+FLAGS", r"(\Seen \Deleted)" if turn else r"(\Seen)")
        return turn is not None

    def _read(self, raw: bytes) -> Turn | None:
        """Whose it is, once what it says is noted. A database that is away is raised: the mail is looked at again."""
        try:
            turn = next((turn for to in _addresses(raw) if (turn := self._mailroom.whose(to))), None)
            if turn:
                self._mailroom.take(turn, raw)
            return turn
        except AWAY:
            raise
        except Exception:  # anybody may write to this mailbox, whatever they like
            log.exception("bounce_not_read")
            return None


def _addresses(raw: bytes) -> list[str]:
    """What this mail may have been addressed to; the signature in the address says whether that is true."""
    mail = message_from_bytes(raw)
    values = [str(value) for name in ENVELOPE for value in mail.get_all(name, [])]
    words = [word.strip("<>,;\"'") for value in values for word in value.split()]
    return list(dict.fromkeys(word for word in words if word.lower().startswith(f"{PREFIX}+")))
