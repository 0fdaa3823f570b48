"""What a mail that came back says, and whose it is."""

import pytest

from notify.bounces import verp
from notify.bounces.report import understand

MESSAGE, DOMAIN, KEY = "5c9f9a52-3c84-5f0e-8d0c-9c8a0b6d1e00", "bounces.example", "a key of the tests"


def dsn(action: str, status: str, diagnostic: str = "", kind: str = "message/delivery-status") -> bytes:
    """An RFC 3464 report."""
    said = f"Diagnostic-Code: smtp; {diagnostic}\n" if diagnostic else ""
    return f"""\
From: MAILER-DAEMON@mx.example
To: somebody
Subject: Undelivered Mail
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="=_b"

--=_b
Content-Type: text/plain

It did not work: 5.1.1 user unknown

--=_b
Content-Type: {kind}

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; erika@example.org
Action: {action}
Status: {status}
{said}
--=_b
Content-Type: text/rfc822-headers

Subject: Ihr Termin

--=_b--
""".encode()


def plain(text: str, subject: str = "failure notice", **headers: str) -> bytes:
    more = "".join(f"{name.replace('_', '-')}: {value}\n" for name, value in headers.items())
    return f"From: MAILER-DAEMON@mx.example\nTo: x@bounces.example\nSubject: {subject}\n{more}\n{text}".encode()


QMAIL = """\
Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<erika@example.org>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.
"""
EXIM = """\
This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  erika@example.org
    SMTP error from remote mail server after RCPT TO:<erika@example.org>:
    550 unknown user

------ This is a copy of the message, including all the headers. ------
"""


EXIM_WAITS = """\
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue.

The address to which the message has not yet been delivered is:

  erika@example.org

No action is required on your part. Delivery attempts will continue for some time.
"""
SENDMAIL_WAITS = """\
    **      THIS IS A WARNING MESSAGE ONLY      **
    **  YOU DO NOT NEED TO RESEND YOUR MESSAGE  **

   ----- The following addresses had transient non-fatal errors -----
<erika@example.org>

   ----- Transcript of session follows -----
<erika@example.org>... Deferred: Connection timed out with mx.example.
Warning: message still undelivered after 4 hours
Will keep trying until message is 5 days old
"""


@pytest.mark.parametrize(
    ("raw", "state", "reason"),
    [
        (dsn("delivered", "2.0.0", "250 OK"), "delivered", ""),
        (dsn("Delivered (to the mailbox)", "2.0.0"), "delivered", ""),
        (dsn("failed", "5.1.1", "550 5.1.1 no such user"), "failed", "address_unknown"),
        (dsn("failed", "5.0.0", "550 unknown"), "failed", "address_unknown"),
        (dsn("FAILED", "5.2.2 (mailbox full)", "552 full"), "failed", "mailbox_full"),
        (dsn("failed", "5.7.1", "554 5.7.1 spam"), "failed", "rejected"),
        (dsn("failed", "5.4.4", "no such host"), "failed", "server_unreachable"),
        (dsn("failed", "4.4.1", "connect timed out"), "failed", "server_unreachable"),
        (dsn("failed", "4.2.2", "over quota"), "failed", "mailbox_full"),
        (dsn("failed", "4.7.0", "greylisted for five days"), "failed", "given_up"),
        (dsn("failed", "5.3.4", "too big"), "failed", "bounced"),
        (dsn("failed", "5.1.1", "550 5.1.1 no", "message/global-delivery-status"), "failed", "address_unknown"),
        (dsn("delayed", "4.4.1", "connection refused"), None, None),
        (dsn("delayed", "4.0.0", "451 greylisted"), None, None),
        (plain(EXIM_WAITS, "Warning: message 1a2b3c delayed 24 hours"), None, None),
        (plain(SENDMAIL_WAITS, "Warning: could not send message for past 4 hours"), None, None),
        (dsn("relayed", "2.0.0"), None, None),
        (dsn("expanded", "2.0.0"), None, None),
        (plain(QMAIL), "failed", "bounced"),
        (plain(EXIM, "Mail delivery failed: returning message to sender"), "failed", "bounced"),
        (plain("I am on holiday. 550 user unknown", "Out of office", Auto_Submitted="auto-replied"), None, None),
        (plain("Thank you, see you on Monday", "Re: Ihr Termin"), None, None),
        (b"", None, None),
        (b"\xff\xfe\x00 no mail at all", None, None),
    ],
)
def test_a_report_is_understood(raw: bytes, state: str | None, reason: str | None) -> None:
    """The standard ones, those of old mail servers, and what is no report."""
    outcome = understand(raw)
    assert (outcome and outcome.state, outcome and outcome.reason) == (state, reason)


def test_a_return_path_names_its_turn() -> None:
    made = verp.address(KEY, MESSAGE, 12, DOMAIN)
    assert len(made.partition("@")[0]) <= 64
    assert verp.read(KEY, made) == verp.read(KEY, f"<{made.upper()}>") == verp.Turn(MESSAGE, 12)


@pytest.mark.parametrize(
    "forge",
    [
        lambda made: made.replace(".1.", ".2."),
        lambda made: made.replace("5c9f", "5c9e"),
        lambda made: made.replace("bounce+", "bounce-"),
        lambda made: made.partition(".")[0] + "@" + DOMAIN,
        lambda made: "x" + made,
        lambda _made: verp.address("another key", MESSAGE, 1, DOMAIN),
        lambda _made: "postmaster@bounces.example",
        lambda _made: "",
    ],
)
def test_a_return_path_that_we_have_not_made_is_nobodys(forge: object) -> None:
    assert verp.read(KEY, forge(verp.address(KEY, MESSAGE, 1, DOMAIN))) is None  # type: ignore[operator]
