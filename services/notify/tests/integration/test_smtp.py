"""The sender against a real SMTP server."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes
from email.header import decode_header, make_header

import pytest

from notify.bounces import verp
from notify.sender import Sender
from runtime.testing import Databases
from services.notify.tests.builders import Desk, MailServer, eventually, free_port

ID = "33333333-3333-4333-8333-{:012d}"


@pytest.fixture(name="server")
def _server() -> Iterator[MailServer]:
    with MailServer() as server:
        yield server


def desk_with(databases: Databases, server: MailServer, **settings: object) -> Desk:
    return Desk(databases, smtp_url=server.url, mail_from="termine@terminfluss.example", **settings).ready()


def test_a_mail_that_the_server_takes_is_sent(databases: Databases, server: MailServer) -> None:
    """250: one mail, complete headers."""
    desk = desk_with(databases, server)
    desk.happens("booked")
    desk.sender.drain()
    (mail,) = server.accepted
    (message,) = desk.messages()
    assert message["state"] == "sent"
    assert mail["Subject"] == "Ihr Termin am Mi 24. Oktober, 15:30 bei Top Hearing"
    assert mail["From"] == "Top Hearing <termine@terminfluss.example>"
    assert mail["To"] == "Jürgen Groß <juergen@example.com>"
    assert mail["Reply-To"] == "Top Hearing <praxis@top-hearing.example>"
    assert mail["Message-ID"] == f"<{message['id']}@terminfluss.example>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert mail["Date"].datetime == desk.clock()
    assert mail["List-Unsubscribe"] is None  # an answer to the reader's own booking: there is no list to leave


def test_the_mail_is_built_as_mail_programs_expect(sqlite: Databases, server: MailServer) -> None:
    """mixed( alternative( plain, html, calendar; method ), attachment )."""
    desk = desk_with(sqlite, server)
    desk.happens("booked")
    desk.sender.drain()
    (mail,) = server.accepted
    assert mail.get_content_type() == "multipart/mixed"
    alternative, attachment = list(mail.iter_parts())
    kinds = [part.get_content_type() for part in alternative.iter_parts()]
    assert kinds == ["text/plain", "text/html", "text/calendar"]
    calendar = list(alternative.iter_parts())[-1]
    assert calendar["Content-Type"].params["method"] == "REQUEST"
    assert attachment.get_filename() == "Terminanhang.ics"
    assert attachment.get_content().decode() == calendar.get_content().replace("\n", "\r\n").replace("\r\r", "\r")


def test_the_plain_text_says_everything(sqlite: Databases, server: MailServer) -> None:
    desk = desk_with(sqlite, server)
    desk.happens("booked")
    desk.sender.drain()
    plain = server.accepted[0].get_body(("plain",)).get_content()
    for said in (
        "Jürgen Groß",
        "Mittwoch, 24. Oktober 2018, 15:30 – 17:00",
        "Hanna",
        "Hauptstraße 1",
        "/a/" + "T" * 22,
    ):
        assert said in plain


def test_a_temporary_refusal_is_tried_again(databases: Databases, server: MailServer) -> None:
    """451, then 250: the same mail, a minute later, with both turns on record."""
    desk = desk_with(databases, server)
    server.answers = ["451 4.3.0 try later"]
    desk.happens("booked")
    assert desk.sender.drain() == 1
    assert desk.messages()[0]["state"] == "queued"
    desk.clock.forward(seconds=59)
    assert desk.sender.drain() == 0
    desk.clock.forward(seconds=1)
    assert desk.sender.drain() == 1
    (message,) = desk.messages()
    assert [turn["state"] for turn in message["history"]] == ["queued", "queued", "sent"]
    assert "451" in message["history"][1]["detail"]
    assert len(server.accepted) == 1


@pytest.mark.parametrize("answer", ["530 5.7.0 Must issue a STARTTLS command first", "550 Sender not verified"])
def test_a_server_that_refuses_us_says_nothing_of_the_recipient(
    sqlite: Databases, server: MailServer, answer: str
) -> None:
    """A wrong setting of ours, at MAIL: once it is right, the mails go out."""
    desk = desk_with(sqlite, server)
    server.sender_answers = [answer]
    desk.happens("booked")
    assert desk.sender.drain() == 1
    (message,) = desk.messages()
    assert (message["state"], message["detail"]) == ("queued", answer)
    desk.clock.forward(minutes=1)
    desk.sender.drain()
    assert desk.messages()[0]["state"] == "sent"


@pytest.mark.parametrize("where", ["rcpt", "data"])
def test_a_permanent_refusal_fails_at_once(databases: Databases, server: MailServer, where: str) -> None:
    """550: no repeat, a reason for people."""
    desk = desk_with(databases, server)
    if where == "rcpt":
        server.recipient_answer = "550 5.1.1 no such user"
    else:
        server.answers = ["550 5.1.1 no such user"]
    desk.happens("booked")
    desk.sender.drain()
    (message,) = desk.messages()
    assert (message["state"], message["reason"]) == ("failed", "Diese E-Mail-Adresse gibt es nicht.")
    desk.clock.forward(hours=12)
    assert desk.sender.drain() == 0


def test_a_server_that_is_not_there_is_tried_again_until_it_helps_nobody(sqlite: Databases) -> None:
    """Connection refused: queued, for hours; in the end failed, with the reason."""
    desk = Desk(sqlite, smtp_url=f"smtp://127.0.0.1:{free_port()}").ready()
    desk.happens("booked")
    desk.sender.drain()
    assert desk.messages()[0]["reason"] == "Der Mailserver war nicht erreichbar."
    for _ in range(40):
        desk.clock.forward(hours=4)
        desk.sender.drain()
    (message,) = desk.messages()
    assert message["state"] == "failed"
    assert 10 < len(message["history"]) < 30


def test_a_slow_server_is_given_up_and_tried_again(sqlite: Databases, server: MailServer) -> None:
    desk = desk_with(sqlite, server, smtp_timeout=0.3)
    server.hanging = True
    desk.happens("booked", customer={"email": "slow@example.com"})
    desk.sender.drain()
    server.hanging = False
    message = desk.messages()[0]
    assert (message["state"], message["reason"]) == ("queued", "Der Mailserver hat nicht rechtzeitig geantwortet.")


@contextmanager
def running(desk: Desk) -> Iterator[None]:
    """The sender's loop, in a thread of its own."""
    stop = threading.Event()
    loop = threading.Thread(target=Sender(desk.app).run, args=(stop,))
    loop.start()
    try:
        yield
    finally:
        stop.set()
        desk.happens("booked", id=ID.format(999))  # rings, so that the loop sees the end
        loop.join()


def test_a_slow_mail_blocks_no_other(databases: Databases, server: MailServer) -> None:
    """While one hangs, ten others go out; then it does, too."""
    desk = desk_with(databases, server)
    server.hanging = True
    with running(desk):
        desk.happens("booked", id=ID.format(0), customer={"email": "slow@example.com"})
        for n in range(1, 11):
            desk.happens("booked", id=ID.format(n))
        eventually(lambda: len(server.accepted) == 10)
        server.hanging = False
        eventually(lambda: len(server.accepted) == 11)


def test_a_queued_mail_is_on_its_way_at_once(
    databases: Databases, server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The bell wakes the sender, which by itself would look again in a minute only."""
    monkeypatch.setattr("notify.sender.POLL", 60.0)
    desk = desk_with(databases, server)
    with running(desk):
        time.sleep(1.0)  # it has looked, found nothing, and sleeps
        for n in range(3):
            desk.happens("booked", id=ID.format(n))
            eventually(lambda: len(server.accepted) > n)  # noqa: B023 - called at once


def test_several_mails_share_a_connection(sqlite: Databases, server: MailServer) -> None:
    desk = desk_with(sqlite, server)
    for n in range(5):
        desk.happens("booked", id=ID.format(n))
    desk.sender.drain()
    assert (len(server.accepted), server.connections) == (5, 1)


@pytest.mark.parametrize("how", ["hung up", "421"])
def test_a_connection_that_ended_between_two_mails_is_replaced(sqlite: Databases, server: MailServer, how: str) -> None:
    """In the same turn: the server has heard nothing of the second mail when the connection proves to be dead."""
    desk = desk_with(sqlite, server)
    desk.happens("booked", id=ID.format(0))
    desk.sender.drain()
    if how == "hung up":
        server.hang_up()
    else:
        server.sender_answers = ["421 4.4.2 closing"]
    desk.happens("booked", id=ID.format(1))
    assert desk.sender.drain() == 1
    assert (len(server.accepted), server.connections) == (2, 2)
    assert {message["state"] for message in desk.messages()} == {"sent"}


def test_a_new_connection_that_is_closed_at_once_is_tried_again_later(sqlite: Databases, server: MailServer) -> None:
    """421 to the first word: no third connection in this turn."""
    desk = desk_with(sqlite, server)
    server.sender_answers = ["421 4.3.2 shutting down"]
    desk.happens("booked")
    assert desk.sender.drain() == 1
    assert (desk.messages()[0]["state"], server.connections) == ("queued", 1)


def test_a_mail_whose_fate_is_unknown_is_not_repeated_at_once(sqlite: Databases, server: MailServer) -> None:
    """The connection breaks after the whole mail was handed over: perhaps it was taken. Later, never in this turn."""
    desk = desk_with(sqlite, server)
    desk.happens("booked", id=ID.format(0))
    desk.sender.drain()
    server.silent = True
    desk.happens("booked", id=ID.format(1))
    assert desk.sender.drain() == 1
    assert (len(server.accepted), server.connections) == (2, 1)
    assert sorted(message["state"] for message in desk.messages()) == ["queued", "sent"]


def test_bounces_come_back_to_an_address_of_the_turn(sqlite: Databases, server: MailServer) -> None:
    desk = desk_with(sqlite, server, bounce_domain="bounces.example")
    desk.happens("booked")
    desk.sender.drain()
    (message,) = desk.messages()
    assert server.envelopes[0][0] == verp.address(desk.app.settings.bounce_key, message["id"], 1, "bounces.example")


@pytest.mark.parametrize(
    ("address", "envelope"),
    [
        ("jürgen@example.com", "jürgen@example.com"),
        ("info@hörgeräte.example", "info@xn--hrgerte-9wa1n.example"),
    ],
)
def test_umlauts_in_addresses_arrive(sqlite: Databases, server: MailServer, address: str, envelope: str) -> None:
    """SMTPUTF8 for the part before the @, IDNA for the host."""
    desk = desk_with(sqlite, server)
    desk.happens("booked", customer={"email": address})
    desk.sender.drain()
    assert desk.messages()[0]["state"] == "sent"
    assert server.envelopes[0][1] == [envelope]


def test_umlauts_and_emoji_in_names_survive(sqlite: Databases, server: MailServer) -> None:
    desk = desk_with(sqlite, server).ready(name="Hörgeräte Müller & Söhne, „Ohrenschmaus“ 🦻")
    desk.happens("booked", customer={"first_name": "Żółć", "last_name": "Ñandú"})
    desk.sender.drain()
    headers = message_from_bytes(server.raw[0])  # Python's newer parser puts a space between two encoded words
    read = {name: str(make_header(decode_header(headers[name]))) for name in ("From", "To")}
    assert read["From"].startswith("Hörgeräte Müller & Söhne, „Ohrenschmaus“ 🦻 <")
    assert read["To"] == "Żółć Ñandú <juergen@example.com>"


def test_a_name_with_line_breaks_injects_no_header(sqlite: Databases, server: MailServer) -> None:
    """Names come from the open form and end up in To and in the calendar file."""
    desk = desk_with(sqlite, server)
    desk.happens("booked", customer={"first_name": "Max\r\nBcc: all@example.com\r\n\r\nx", "last_name": '"; evil'})
    desk.sender.drain()
    (mail,) = server.accepted
    assert mail["Bcc"] is None
    assert server.envelopes[0][1] == ["juergen@example.com"]


@pytest.mark.parametrize("address", ["a@b.example\r\nRCPT TO:<x@y.example>", "no address", "a@b@", "x,y@example.com"])
def test_an_address_that_is_none_fails_at_once(sqlite: Databases, server: MailServer, address: str) -> None:
    desk = desk_with(sqlite, server)
    desk.happens("booked", customer={"email": address})
    desk.sender.drain()
    (message,) = desk.messages()
    assert (message["state"], message["reason"]) == ("failed", "An diese Adresse kann keine E-Mail gehen.")
    assert server.envelopes == []
