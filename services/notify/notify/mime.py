"""A mail as bytes on the wire (RFC 5322, 2045–2047), built with the standard library.

multipart/mixed( multipart/alternative( text/plain, text/html, text/calendar; method=… ), Terminanhang.ics ): Gmail and
Outlook read the alternative, Apple Mail and everybody else open the attachment.

The library's older classes on purpose: EmailMessage parses again each header that it is given, which costs ten times
as much, and loses spaces when it folds long encoded subjects.
"""

import quopri
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.encoders import encode_base64
from email.header import Header
from email.headerregistry import Address
from email.mime.base import MIMEBase
from email.mime.multipart import MIMEMultipart
from email.mime.nonmultipart import MIMENonMultipart
from email.policy import Compat32
from email.utils import format_datetime, parseaddr
from functools import cache
from typing import Any

from notify import render
from notify.compose import Letter
from notify.domain.templates import one_line
from notify.ical import CalendarFile

LINE = 78  # characters that a header line should not pass (RFC 5322, 2.1.1)
# No line of a quoted-printable or base64 body looks like this: RFC 2045, 6.7 (5). The library would search for one.
MIXED, ALTERNATIVE = "=_mixed", "=_alternative"


class _Wire(Compat32):
    """The library's policy; headers that need neither encoding nor folding are not parsed for it."""

    def fold_binary(self, name: str, value: Any) -> bytes:
        if isinstance(value, str) and value.isascii() and len(name) + len(value) < LINE - 2 and "\n" not in value:
            return f"{name}: {value}\r\n".encode()
        return super().fold_binary(name, value)


WIRE = _Wire(linesep="\r\n", cte_type="8bit")


class BadAddress(Exception):
    """No mail can go to such an address: empty, malformed, or with a control character in it."""


@dataclass(frozen=True)
class Mail:
    """A mail as the mail server gets it, and the headers by which people know it."""

    message_id: str
    sender: str
    recipient: str
    subject: str
    raw: bytes


def mail(
    letter: Letter,
    *,
    message_id: str,
    recipient: str,
    recipient_name: str,
    mail_from: str,
    practice: Mapping[str, Any],
    calendar: CalendarFile | None,
    now: datetime,
) -> Mail:
    """The complete mail. Raises BadAddress."""
    name, spec = _sender(mail_from)
    sender, to = address(spec, letter.practice or name), address(recipient, recipient_name)
    message: Any = _body(letter, calendar)  # typeshed knows no Header as a value
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    message["From"], message["To"] = _mailbox("From", sender), _mailbox("To", to)
    if practice.get("email"):
        message["Reply-To"] = _mailbox("Reply-To", address(str(practice["email"]), letter.practice))
    subject = one_line(letter.subject)
    message["Subject"] = Header(subject, None if _plain(subject) else "utf-8", header_name="Subject")
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = letter.locale
    return Mail(message_id, str(sender), str(to), subject, message.as_bytes(policy=WIRE))


def _plain(words: str) -> bool:
    """Whether the words need no encoding; what looks like an encoded word is no plain text (RFC 2047)."""
    return words.isascii() and "=?" not in words


def _mailbox(header: str, who: Address) -> Header | str:
    if not who.addr_spec.isascii():  # SMTPUTF8: raw UTF-8, which the library passes on as surrogate escapes
        return str(who).encode().decode("ascii", "surrogateescape")
    if _plain(who.display_name) and len(header) + len(str(who)) < LINE:
        return str(who)
    words = Header(who.display_name, "utf-8", header_name=header)
    words.append(f"<{who.addr_spec}>", "us-ascii")
    return words


def _body(letter: Letter, calendar: CalendarFile | None) -> MIMEMultipart:
    texts = [_text("plain", render.text(letter)), _text("html", render.html(letter))]
    if not calendar:
        return MIMEMultipart("alternative", ALTERNATIVE, texts)
    entry = _base64(MIMEBase("text", "calendar", charset="utf-8", method=calendar.method), calendar.content)
    file = _base64(MIMENonMultipart("application", "ics"), calendar.content)
    file.add_header("Content-Disposition", "attachment", filename=_file_name(calendar.filename))
    return MIMEMultipart("mixed", MIXED, [MIMEMultipart("alternative", ALTERNATIVE, [*texts, entry]), file])


def _text(subtype: str, text: str) -> MIMENonMultipart:
    part = MIMENonMultipart("text", subtype, charset="utf-8")
    lines = "".join(f"{line}\n" for line in text.splitlines())
    part["Content-Transfer-Encoding"] = "quoted-printable"
    part.set_payload(quopri.encodestring(lines.encode()).decode("ascii"))
    return part


def _base64(part: MIMEBase, content: bytes) -> MIMEBase:
    part.set_payload(content)
    encode_base64(part)
    return part


def _file_name(name: str) -> str | tuple[str, str, str]:
    return name if name.isascii() else ("utf-8", "", name)  # RFC 2231


@cache
def _sender(mail_from: str) -> tuple[str, str]:
    """Name and address of the setting MAIL_FROM."""
    return parseaddr(mail_from)


def address(spec: str, name: str = "") -> Address:
    """An address for a header: umlauts in the host as IDNA. Raises BadAddress."""
    local, _, host = spec.rpartition("@")
    if not local or not host or one_line(spec) != spec or any(c in spec for c in ' <>,;"()[]\\'):
        raise BadAddress(spec)
    try:
        return Address(one_line(name), local, host.encode("idna").decode())
    except (UnicodeError, ValueError, IndexError) as error:
        raise BadAddress(spec) from error


def ascii_local(spec: str) -> bool:
    """False when the part before the @ needs SMTPUTF8 (RFC 6531)."""
    return spec.rpartition("@")[0].isascii()


def message_id(id: str, mail_from: str) -> str:
    """The Message-ID of this message row: always the same, so that a repeat is the same mail."""
    host = _sender(mail_from)[1].rpartition("@")[2] or "localhost"
    return f"<{id}@{host.encode('idna').decode()}>"


def return_path(id: str, mail_from: str, bounce_domain: str) -> str:
    """Where bounces go: with a bounce domain an address of its own for each message."""
    return f"bounce+{id}@{bounce_domain}" if bounce_domain else _sender(mail_from)[1]
