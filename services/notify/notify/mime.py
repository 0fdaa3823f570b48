"""A mail as bytes on the wire (RFC 5322, 2045–2047).

multipart/mixed( multipart/alternative( text/plain, text/html, text/calendar; method=… ), Terminanhang.ics ): Gmail and
Outlook read the alternative, Apple Mail and everybody else open the attachment.

The standard library encodes words and bodies. Its message classes would parse every header and search every body again,
which costs more than all the rest, and EmailMessage loses spaces when it folds long encoded subjects.
"""

import base64
import quopri
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address
from email.utils import encode_rfc2231, format_datetime, parseaddr
from functools import cache
from typing import Any

from notify import render
from notify.compose import Letter
from notify.domain.templates import one_line
from notify.ical import CalendarFile

LINE = 76  # characters that a header line should not pass (RFC 5322, 2.1.1), without colon and space


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
    subject = one_line(letter.subject)
    headers = {
        "Date": format_datetime(now),
        "Message-ID": message_id,
        "From": _mailbox("From", sender),
        "To": _mailbox("To", to),
        "Subject": _encoded("Subject", subject),
        "Auto-Submitted": "auto-generated",
        "X-Auto-Response-Suppress": "All",
        "Content-Language": letter.locale,
        "MIME-Version": "1.0",
    }
    if practice.get("email"):
        headers["Reply-To"] = _mailbox("Reply-To", address(str(practice["email"]), letter.practice))
    raw = _lines(headers) + _body(letter, calendar)
    return Mail(message_id, str(sender), str(to), subject, raw)


def _plain(words: str) -> bool:
    """Whether the words need no encoding; what looks like an encoded word is no plain text (RFC 2047)."""
    return words.isascii() and "=?" not in words


def _encoded(header: str, words: str) -> str:
    if _plain(words) and len(header) + len(words) < LINE:
        return words
    return Header(words, None if _plain(words) else "utf-8", header_name=header).encode(linesep="\r\n")


def _mailbox(header: str, who: Address) -> str:
    if not who.addr_spec.isascii():  # SMTPUTF8
        return str(who)
    if _plain(who.display_name) and len(header) + len(str(who)) < LINE:
        return str(who)
    words = Header(who.display_name, "utf-8", header_name=header)
    words.append(f"<{who.addr_spec}>", "us-ascii")
    return words.encode(linesep="\r\n")


def _lines(headers: Mapping[str, str]) -> bytes:
    """Raises ValueError for a line break that is no folding: it would begin a header of its own."""
    if any("\n" in value.replace("\r\n ", "") for value in headers.values()):
        raise ValueError("line break in a header")
    return "".join(f"{name}: {value}\r\n" for name, value in headers.items()).encode()


def _body(letter: Letter, calendar: CalendarFile | None) -> bytes:
    texts = [_text("plain", render.text(letter)), _text("html", render.html(letter))]
    if not calendar:
        return _multipart("alternative", texts)
    entry = _base64(f'text/calendar; charset="utf-8"; method={calendar.method}', calendar.content)
    file = _base64("application/ics", calendar.content, {"Content-Disposition": _attachment(calendar.filename)})
    return _multipart("mixed", [_multipart("alternative", [*texts, entry]), file])


def _multipart(kind: str, parts: Iterable[bytes]) -> bytes:
    """No line of a quoted-printable or base64 body looks like this boundary: RFC 2045, 6.7 (5)."""
    boundary = f"=_{kind}"
    before = f"--{boundary}\r\n".encode()
    content = b"".join(before + part + b"\r\n" for part in parts)
    return _part(f'multipart/{kind}; boundary="{boundary}"', {}, content + f"--{boundary}--\r\n".encode())


def _text(subtype: str, text: str) -> bytes:
    lines = "".join(f"{line}\n" for line in text.splitlines())
    encoding = {"Content-Transfer-Encoding": "quoted-printable"}
    return _part(f'text/{subtype}; charset="utf-8"', encoding, _wire(quopri.encodestring(lines.encode())))


def _base64(type: str, content: bytes, headers: Mapping[str, str] | None = None) -> bytes:
    encoding = {"Content-Transfer-Encoding": "base64"}
    return _part(type, {**encoding, **(headers or {})}, _wire(base64.encodebytes(content)))


def _part(type: str, headers: Mapping[str, str], content: bytes) -> bytes:
    return _lines({"Content-Type": type, **headers}) + b"\r\n" + content


def _wire(content: bytes) -> bytes:
    return content.replace(b"\n", b"\r\n")


def _attachment(name: str) -> str:
    if name.isascii():
        return f'attachment;\r\n filename="{name}"'
    return f"attachment;\r\n filename*={encode_rfc2231(name, 'utf-8')}"


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


def message_id(id: str, mail_from: str, round: int = 0) -> str:
    """The Message-ID of this message row: always the same, so that a repeat is the same mail; another one when staff
    have it sent again."""
    host = _sender(mail_from)[1].rpartition("@")[2] or "localhost"
    name = f"{id}.{round}" if round else id
    return f"<{name}@{host.encode('idna').decode()}>"


def sender_address(mail_from: str) -> str:
    """The plain address of the setting MAIL_FROM."""
    return _sender(mail_from)[1]
