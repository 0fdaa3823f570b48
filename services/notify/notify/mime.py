"""A letter as a mail: headers that cannot be injected into, alternative bodies, the calendar file twice.

multipart/mixed( multipart/alternative( text/plain, text/html, text/calendar; method=… ), Terminanhang.ics ): Gmail and
Outlook read the alternative, Apple Mail and everybody else open the attachment.
"""

from collections.abc import Mapping
from datetime import datetime
from email import policy
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime, parseaddr
from typing import Any

from notify import render
from notify.compose import Letter
from notify.domain.templates import one_line
from notify.ical import CalendarFile


class BadAddress(Exception):
    """No mail can go to such an address: empty, malformed, or with a control character in it."""


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
) -> EmailMessage:
    """The complete mail. Raises BadAddress."""
    message = EmailMessage(policy=policy.SMTP if ascii_local(recipient) else policy.SMTPUTF8)
    message["Date"] = format_datetime(now)
    message["Message-ID"] = message_id
    message["From"] = address(parseaddr(mail_from)[1], letter.practice or parseaddr(mail_from)[0])
    message["To"] = address(recipient, recipient_name)
    if practice.get("email"):
        message["Reply-To"] = address(str(practice["email"]), letter.practice)
    message["Subject"] = one_line(letter.subject)
    message["Auto-Submitted"] = "auto-generated"
    message["X-Auto-Response-Suppress"] = "All"
    message["Content-Language"] = letter.locale
    message.set_content(render.text(letter), cte="quoted-printable")
    message.add_alternative(render.html(letter), subtype="html", cte="quoted-printable")
    if calendar:
        _add_calendar(message, calendar)
    return message


def _add_calendar(message: EmailMessage, calendar: CalendarFile) -> None:
    words = calendar.content.decode()
    message.add_alternative(words, subtype="calendar", params={"method": calendar.method}, cte="base64")
    message.add_attachment(calendar.content, maintype="application", subtype="ics", filename=calendar.filename)


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
    host = parseaddr(mail_from)[1].rpartition("@")[2] or "localhost"
    return f"<{id}@{host.encode('idna').decode()}>"


def return_path(id: str, mail_from: str, bounce_domain: str) -> str:
    """Where bounces go: with a bounce domain an address of its own for each message."""
    return f"bounce+{id}@{bounce_domain}" if bounce_domain else parseaddr(mail_from)[1]
