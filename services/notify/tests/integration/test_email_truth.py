"""What becomes of a mail, told by a real Postfix: at once, later, after a delay; and who may tell."""

import os
import smtplib
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest

from notify.bounces import loop, verp
from notify.sender import Sender
from runtime.testing import Databases
from services.notify.tests import postfix
from services.notify.tests.builders import Desk, MailServer, eventually, free_port
from services.notify.tests.postfix import Postfix

DOMAIN = "bounces.terminfluss.example"
ID = "33333333-3333-4333-8333-{:012d}"


@contextmanager
def listening(desk: Desk) -> Iterator[None]:
    """The bounce loop of notify, in a thread of its own."""
    stop = threading.Event()
    thread = threading.Thread(target=loop.run, args=(desk.app, stop))
    thread.start()
    port = int(desk.app.settings.bounce_listen.rpartition(":")[2])
    eventually(lambda: _open(port))
    yield
    stop.set()
    thread.join(10)


def _open(port: int) -> bool:
    try:
        smtplib.SMTP("127.0.0.1", port, timeout=1).close()
    except smtplib.SMTPException:
        return True  # LMTP answers, and knows no EHLO
    except OSError:
        return False
    return True


@pytest.fixture(name="later", scope="module")
def _later() -> Iterator[MailServer]:
    """The next mail server: what it refuses, Postfix has taken before."""
    with MailServer() as later:
        yield later


@pytest.fixture(name="port", scope="module")
def _port() -> int:
    """Where notify waits for bounces."""
    return free_port()


@pytest.fixture(name="mx", scope="module")
def _mx(later: MailServer, port: int) -> Iterator[Postfix]:
    if reason := postfix.missing():
        assert not os.environ.get("REQUIRE_ALL"), reason
        pytest.skip(reason)
    transport = {
        "arrives.example": "virtual:",
        "later.example": f"smtp:[127.0.0.1]:{later.controller.port}",
        DOMAIN: f"lmtp:inet:127.0.0.1:{port}",
    }
    refused = {"nobody@arrives.example": "550 5.1.1 There is no such user"}
    with Postfix(transport, refused) as mx:
        yield mx


@pytest.fixture(name="desk")
def _desk(sqlite: Databases, mx: Postfix, port: int) -> Iterator[Desk]:
    settings = {"smtp_url": mx.url, "mail_from": "termine@terminfluss.example", "bounce_domain": DOMAIN}
    desk = Desk(sqlite, **settings, bounce_listen=f"lmtp://127.0.0.1:{port}").ready()
    with listening(desk):
        yield desk


def becomes(desk: Desk, mx: Postfix, state: str) -> dict[str, Any]:
    """The message, once it is in this state."""
    try:
        eventually(lambda: desk.messages()[-1]["state"] == state, 60)
    except AssertionError:
        raise AssertionError(f"{desk.messages()[-1]}\n{mx.log()}") from None
    return desk.messages()[-1]


def test_a_mail_in_the_mailbox_is_delivered(desk: Desk, mx: Postfix) -> None:
    """A success report (RFC 3461) to the turn's own return path."""
    desk.happens("booked", customer={"email": "erika+amt@arrives.example"})
    desk.sender.drain()
    message = becomes(desk, mx, "delivered")
    assert [turn["state"] for turn in message["history"]] == ["queued", "delivered"]
    assert b"ist best=C3=A4tigt" in next(mx.mailbox.glob("new/*")).read_bytes()


def test_a_refusal_at_once_fails_at_once(desk: Desk, mx: Postfix) -> None:
    desk.happens("booked", customer={"email": "nobody@arrives.example"})
    desk.sender.drain()
    (message,) = desk.messages()
    assert (message["state"], message["reason"]) == ("failed", "Diese E-Mail-Adresse gibt es nicht.")


@pytest.mark.parametrize(
    ("answer", "reason"),
    [
        ("550 5.1.1 no such user", "Diese E-Mail-Adresse gibt es nicht."),
        ("552 5.2.2 mailbox full", "Das Postfach ist voll."),
        ("554 5.7.1 we do not like you", "Der Mailserver des Empfängers hat die Nachricht abgelehnt."),
    ],
)
def test_a_mail_that_was_taken_and_bounces_later_fails(
    desk: Desk, mx: Postfix, later: MailServer, answer: str, reason: str
) -> None:
    """The next server refuses what Postfix has taken: sent, and then failed, with what that server said."""
    later.answers = [answer]
    desk.happens("booked", customer={"email": "gone@later.example"})
    desk.sender.drain()
    message = becomes(desk, mx, "failed")
    assert message["reason"] == reason
    assert answer.split()[1] in message["detail"]


def test_a_delay_changes_nothing_until_it_ends(desk: Desk, mx: Postfix, later: MailServer) -> None:
    """The next server asks for patience; Postfix reports the delay; in the end the mail is refused for good."""
    later.answers = ["451 4.3.0 later"] * 3 + ["550 5.1.1 moved away"]
    desk.happens("booked", customer={"email": "slow@later.example"})
    desk.sender.drain()
    assert desk.messages()[-1]["state"] == "sent"
    message = becomes(desk, mx, "failed")
    assert "moved away" in message["detail"]
    assert "status=deferred" in mx.log()


def test_a_server_that_makes_no_reports_leaves_it_at_sent(desk: Desk, mx: Postfix, later: MailServer) -> None:
    """Handed on to a server without DSN: "relayed" is no proof of delivery."""
    desk.happens("booked", customer={"email": "fine@later.example"})
    desk.sender.drain()
    eventually(lambda: any("fine@later.example" in to for _, to in later.envelopes))
    eventually(lambda: f"{DOMAIN}>, relay" in mx.log() and "status=sent" in mx.log())
    assert desk.messages()[-1]["state"] == "sent"


def test_a_forged_bounce_changes_nothing(desk: Desk, mx: Postfix) -> None:
    """A return path of somebody's own making is refused at the door; so is one of another turn's signature."""
    desk.happens("booked", customer={"email": "erika@arrives.example"})
    desk.sender.drain()
    message = becomes(desk, mx, "delivered")
    genuine = verp.address(desk.app.settings.bounce_key, message["id"], 1, DOMAIN)
    forged = [
        verp.address("another key", message["id"], 1, DOMAIN),
        genuine.replace(".1.", ".2."),
        f"bounce+{message['id']}@{DOMAIN}",
        f"postmaster@{DOMAIN}",
    ]
    with smtplib.LMTP("127.0.0.1", int(desk.app.settings.bounce_listen.rpartition(":")[2])) as door:
        door.ehlo_or_helo_if_needed()
        door.mail("")
        assert [door.rcpt(address)[0] for address in forged] == [550] * 4
        assert door.rcpt(genuine.upper())[0] == 250  # servers on the way may change the case
    assert desk.messages()[-1]["state"] == "delivered"


def test_the_sender_keeps_up_while_bounces_come_in(desk: Desk, mx: Postfix, later: MailServer) -> None:
    """Twenty at once, half of them bounce: each ends as its own server says."""
    later.answers = ["550 5.1.1 no such user"] * 10
    for number in range(20):
        host = "arrives" if number % 2 else "later"
        desk.happens("booked", id=ID.format(number), customer={"email": f"p{number}@{host}.example"})
    stop = threading.Event()
    thread = threading.Thread(target=Sender(desk.app).run, args=(stop,))
    thread.start()
    try:
        eventually(lambda: {m["state"] for m in desk.messages()} == {"delivered", "failed"}, 60)
    finally:
        stop.set()
        thread.join()
    ends = {m["recipient"].rpartition("@")[2]: m["state"] for m in desk.messages()}
    assert ends == {"arrives.example": "delivered", "later.example": "failed"}


def test_what_a_person_writes_to_the_return_path_is_no_bounce(desk: Desk, mx: Postfix) -> None:
    """An out-of-office note, for one."""
    desk.happens("booked", customer={"email": "erika@arrives.example"})
    desk.sender.drain()
    message = becomes(desk, mx, "delivered")
    note = EmailMessage()
    note["Subject"], note["Auto-Submitted"] = "Abwesend: user unknown", "auto-replied"
    note.set_content("I am away. 550 user unknown")
    to = verp.address(desk.app.settings.bounce_key, message["id"], 1, DOMAIN)
    with smtplib.LMTP("127.0.0.1", int(desk.app.settings.bounce_listen.rpartition(":")[2])) as door:
        door.sendmail("erika@arrives.example", [to], note.as_bytes())
    assert desk.messages()[-1]["state"] == "delivered"


def test_the_folder_of_the_test_holds_all_of_postfix(mx: Postfix) -> None:
    """Nothing of the machine's own mail server is touched."""
    assert (mx.home / "queue" / "pid" / "master.pid").exists()
    assert Path("/etc/postfix") not in (mx.home / "etc").resolve().parents
