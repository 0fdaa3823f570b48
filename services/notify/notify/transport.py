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

IDLE = 20.0  # seconds after which a kept connection is not used any more
CLOSING = 421  # "service not available, closing transmission channel"


@dataclass(frozen=True)
class Envelope:
    """Who sends and who gets it, as the mail server is told. `name`: reports of delivery are asked for under it (RFC
    3461); empty: none are."""

    sender: str
    recipient: str
    name: str = ""


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
            "channel": "email",
        }
        self._db.write(kept.capture, row)
        return SENT


class _NoUmlauts(Exception):
    """The mail server takes no address with a letter outside ASCII before the @ (RFC 6531)."""


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
        outcome = self._deliver(envelope, mail)
        if outcome == SENT:
            self._kept.used = time.monotonic()
        else:
            self._forget()
        return outcome

    def _deliver(self, envelope: Envelope, mail: Mail) -> Outcome:
        try:
            return self._hand_over(envelope, mail)
        except _NoUmlauts:
            return failure("bad_address", "SMTPUTF8 is not supported by our mail server")
        except smtplib.SMTPDataError as error:
            return refused(error.smtp_code, _answer(error.smtp_error))
        except smtplib.SMTPAuthenticationError as error:
            return retry("login", _answer(error.smtp_error))
        except smtplib.SMTPResponseException as error:  # it did not let us in
            return retry("server_busy", f"{error.smtp_code} {_answer(error.smtp_error)}")
        except (smtplib.SMTPException, OSError) as error:
            return _no_answer(error)

    def _hand_over(self, envelope: Envelope, mail: Mail) -> Outcome:
        server, (code, answer) = self._announce(envelope)
        if code != 250:  # of the recipient it has heard nothing yet: it refuses us
            return retry("server_busy", f"{code} {_answer(answer)}")
        code, answer = server.rcpt(envelope.recipient, _reports(server, envelope))
        if code in (250, 251):
            code, answer = server.data(mail.raw)
        return SENT if code == 250 else refused(code, _answer(answer))

    def _announce(self, envelope: Envelope) -> tuple[smtplib.SMTP, tuple[int, bytes]]:
        """A connection, and its answer to MAIL. A kept connection may have died since the last mail; of this one it
        knows nothing yet, so a new one takes its place."""
        if server := self._still_open():
            try:
                answer = _mail(server, envelope)
                if answer[0] != CLOSING:
                    return server, answer
            except (smtplib.SMTPServerDisconnected, OSError):
                pass
        self._forget()
        server = self._kept.server = self._connect()
        return server, _mail(server, envelope)

    def _still_open(self) -> smtplib.SMTP | None:
        server: smtplib.SMTP | None = getattr(self._kept, "server", None)
        return server if server and time.monotonic() - self._kept.used < IDLE else None

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


def _mail(server: smtplib.SMTP, envelope: Envelope) -> tuple[int, bytes]:
    options = ["RET=HDRS", f"ENVID={envelope.name}"] if _reported(server, envelope) else []
    if not ascii_local(envelope.recipient):
        if not server.has_extn("smtputf8"):
            raise _NoUmlauts
        options += ["SMTPUTF8", "BODY=8BITMIME"]
    return server.mail(envelope.sender, options)


def _reported(server: smtplib.SMTP, envelope: Envelope) -> bool:
    return bool(envelope.name) and bool(server.has_extn("dsn"))


def _reports(server: smtplib.SMTP, envelope: Envelope) -> list[str]:
    """Reports of success, failure and delay, where the server can make them; and for whom (RFC 3461, 4.2)."""
    if not _reported(server, envelope):
        return []
    asked = ["NOTIFY=SUCCESS,FAILURE,DELAY"]
    return [*asked, f"ORCPT=rfc822;{_xtext(envelope.recipient)}"] if envelope.recipient.isascii() else asked


def _xtext(words: str) -> str:
    """RFC 3461, 4: what is no plain letter, and = and +, as hex."""
    return "".join(c if "!" <= c <= "~" and c not in "=+" else f"+{ord(c):02X}" for c in words)


def _no_answer(error: Exception) -> Outcome:
    slow = isinstance(error, TimeoutError) or isinstance(error.__context__, TimeoutError)  # smtplib wraps some
    return retry("timeout" if slow else "no_connection", str(error))


def _answer(words: bytes | str) -> str:
    return words.decode("utf-8", "replace") if isinstance(words, bytes) else words
