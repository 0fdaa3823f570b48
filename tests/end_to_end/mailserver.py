"""A real SMTP server for tests, and mails as their reader sees them."""

import re
import time
from collections.abc import Callable
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from icalendar import Calendar

from deploy.processes import free_port

FROM = "termine@terminfluss.example"
LINK = re.compile(r"https?://[^\s<>\"']+")


class Mail:
    """One mail that the server accepted."""

    def __init__(self, recipient: str, content: bytes):
        self.recipient = recipient
        self.message: EmailMessage = message_from_bytes(content, policy=policy.default)

    def __getitem__(self, header: str) -> Any:
        return self.message[header]

    @property
    def text(self) -> str:
        return self._body("plain").replace("\r\n", "\n")

    @property
    def html(self) -> str:
        return self._body("html")

    def _body(self, kind: str) -> str:
        part = self.message.get_body((kind,))
        assert part, f"the mail has no {kind} part"
        return str(part.get_content())

    @property
    def attachment(self) -> EmailMessage:
        """The only attached file."""
        [found] = list(self.message.iter_attachments())
        return found

    @property
    def calendar(self) -> Any:
        """The attached calendar file, parsed."""
        return Calendar.from_ical(self.attachment.get_content())

    @property
    def event(self) -> Any:
        """The one entry in it."""
        [found] = self.calendar.walk("VEVENT")
        return found

    @property
    def method_of_the_body(self) -> str:
        """What the calendar among the bodies says it is, in its MIME type."""
        [part] = [part for part in self.message.walk() if part.get_content_type() == "text/calendar"]
        return str(part["Content-Type"].params["method"])

    @property
    def links(self) -> list[str]:
        """Every address in it, text and HTML, each once."""
        return list(dict.fromkeys(LINK.findall(self.text) + LINK.findall(self.html.replace("&amp;", "&"))))

    @property
    def manage_link(self) -> str:
        """The reader's own link."""
        [found] = [link for link in self.links if "/a/" in link]
        return found


class MailServer:
    """Accepts and keeps every mail; use it as a context manager."""

    def __init__(self) -> None:
        self.mails: list[Mail] = []
        self.unknown: set[str] = set()  # addresses that it refuses at once
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)

    def __enter__(self) -> "MailServer":
        self.controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.controller.stop()

    @property
    def settings(self) -> dict[str, str]:
        """What a system needs to be told to send its mails here."""
        return {"SMTP_URL": f"smtp://127.0.0.1:{self.controller.port}", "MAIL_FROM": FROM}

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if address in self.unknown:
            return "550 5.1.1 no such user here"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        self.mails += [Mail(recipient, envelope.content) for recipient in envelope.rcpt_tos]
        return "250 OK"

    def to(self, recipient: str) -> list[Mail]:
        """All mails to this address so far, in the order in which they came."""
        return [mail for mail in self.mails if mail.recipient == recipient]

    def wait(self, recipient: str, number: int = 1, seconds: float = 60) -> Mail:
        """The `number`th mail to this address, as soon as it is here."""
        return self._until(lambda: self.to(recipient)[number - 1 : number], seconds, f"mail {number} to {recipient}")

    def wait_for(self, recipient: str, subject: str, seconds: float = 60) -> Mail:
        """The mail to this address whose subject has these words."""
        found = lambda: [mail for mail in self.to(recipient) if subject in mail["Subject"]]  # noqa: E731
        return self._until(found, seconds, f"“{subject}” to {recipient}")

    def _until(self, find: Callable[[], list[Mail]], seconds: float, what: str) -> Mail:
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := find():
                return found[0]
            time.sleep(0.02)
        got = [(mail.recipient, str(mail["Subject"])) for mail in self.mails]
        raise AssertionError(f"no {what} within {seconds} s; there are {got}")
