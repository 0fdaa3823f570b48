"""Ways out of the house: a mail server, or the mailbox that keeps what would have gone out."""

import smtplib
import ssl
import threading
import time
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol
from urllib.parse import parse_qs, unquote, urlsplit

from notify.domain.delivery import SENT, Outcome, failure, refused, retry
from notify.mime import Mail, ascii_local
from notify.store import log as kept
from runtime.db import Database
from runtime.ids import stable_id

IDLE = 20.0  # seconds after which a kept connection is not trusted any more


@dataclass(frozen=True)
class Envelope:
    """Who sends and who gets it, as the mail server is told."""

    sender: str
    recipient: str


class Transport(Protocol):
    """Delivers one mail and says how it went; never raises for what a mail server does."""

    def deliver(self, envelope: Envelope, mail: Mail, now: datetime) -> Outcome: ...


class Capture:
    """Keeps mails for /dev/mailbox, each Message-ID once."""

    def __init__(self, db: Database):
        self._db = db

    def deliver(self, envelope: Envelope, mail: Mail, now: datetime) -> Outcome:
        """Always sent."""
        row = {
            "id": stable_id("captured", mail.message_id),
            "message_id": mail.message_id,
            "at": now,
            "sender": mail.sender,
            "recipient": mail.recipient,
            "subject": mail.subject,
            "raw": mail.raw,
        }
        self._db.write(kept.capture, row)
        return SENT


class Smtp:
    """A mail server. Each thread keeps its connection for a few seconds, so that a rush of mails opens few."""

    def __init__(self, url: str, timeout: float):
        parts = urlsplit(url)
        if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
            raise ValueError("use smtp://user:password@host:port?starttls=1")
        self._host, self._port = parts.hostname, parts.port or (465 if parts.scheme == "smtps" else 25)
        self._tls = parts.scheme == "smtps"
        self._starttls = parse_qs(parts.query).get("starttls", ["0"])[0] not in ("", "0", "false")
        self._user, self._password = unquote(parts.username or ""), unquote(parts.password or "")
        self._timeout = timeout
        self._kept = threading.local()

    def deliver(self, envelope: Envelope, mail: Mail, now: datetime) -> Outcome:
        """Hand the mail over; only an answer of 250 to the whole message counts as sent."""
        try:
            server = self._connection()
        except smtplib.SMTPAuthenticationError as error:
            return retry("login", _answer(error.smtp_error))
        except smtplib.SMTPResponseException as error:
            return retry("server_busy", f"{error.smtp_code} {_answer(error.smtp_error)}")
        except (smtplib.SMTPException, OSError) as error:
            return _no_answer(error)
        outcome = _hand_over(server, envelope, mail)
        if outcome.temporary:
            self._forget()
        else:
            self._kept.used = time.monotonic()
        return outcome

    def _connection(self) -> smtplib.SMTP:
        server: smtplib.SMTP | None = getattr(self._kept, "server", None)
        if server and time.monotonic() - self._kept.used < IDLE and _alive(server):
            return server
        self._forget()
        self._kept.server, self._kept.used = self._connect(), time.monotonic()
        return self._kept.server  # type: ignore[no-any-return]

    def _connect(self) -> smtplib.SMTP:
        context = ssl.create_default_context()
        if self._tls:
            server: smtplib.SMTP = smtplib.SMTP_SSL(self._host, self._port, timeout=self._timeout, context=context)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=self._timeout)
        try:
            if self._starttls:
                server.starttls(context=context)
            if self._user:
                server.login(self._user, self._password)
            server.ehlo_or_helo_if_needed()
        except BaseException:
            server.close()
            raise
        return server

    def _forget(self) -> None:
        if server := getattr(self._kept, "server", None):
            server.close()
        self._kept.server = None


def _alive(server: smtplib.SMTP) -> bool:
    try:
        return server.noop()[0] == 250
    except (smtplib.SMTPException, OSError):
        return False


def _hand_over(server: smtplib.SMTP, envelope: Envelope, mail: Mail) -> Outcome:
    international = not ascii_local(envelope.recipient)
    if international and not server.has_extn("smtputf8"):
        return failure("bad_address", "SMTPUTF8 is not supported by our mail server")
    options = ["SMTPUTF8", "BODY=8BITMIME"] if international else []
    try:
        server.sendmail(envelope.sender, [envelope.recipient], mail.raw, options)
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        return refused(code, _answer(answer))
    except smtplib.SMTPResponseException as error:
        return refused(error.smtp_code, _answer(error.smtp_error))
    except (smtplib.SMTPException, OSError) as error:
        return _no_answer(error)
    return SENT


def _no_answer(error: Exception) -> Outcome:
    slow = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)  # smtplib wraps some
    return retry("timeout" if slow else "no_connection", str(error))


def _answer(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
