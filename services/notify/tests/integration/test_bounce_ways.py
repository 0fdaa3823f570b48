"""How bounces come in: asked for where the server can make reports, by IMAP, late, and of an earlier turn."""

import os
import re
import subprocess
import sys
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP
from sqlalchemy.exc import OperationalError

from notify.bounces import verp
from notify.bounces.imap import Mailbox
from notify.domain.delivery import Outcome, delivered, failure
from runtime.testing import Databases
from services.notify.tests.builders import Desk, MailServer, free_port
from services.notify.tests.imap import Imap, mail
from services.notify.tests.unit.test_bounces import dsn

DOMAIN = "bounces.terminfluss.example"
GONE = dsn("failed", "5.1.1", "550 5.1.1 no such user")


class Reporting(MailServer):
    """A mail server that makes reports (DSN) and keeps how it was asked for them; aiosmtpd itself makes none."""

    def __init__(self, offers: bool = True) -> None:
        super().__init__()
        self.offers, self.asked = offers, list[str]()
        outer = self

        class Smtp(SMTP):
            async def smtp_MAIL(self, arg: str) -> None:  # noqa: N802 - aiosmtpd's name
                await super().smtp_MAIL(outer.keep(arg))

            async def smtp_RCPT(self, arg: str) -> None:  # noqa: N802
                await super().smtp_RCPT(outer.keep(arg))

        self.controller.factory = lambda: Smtp(self, enable_SMTPUTF8=True)  # type: ignore[method-assign]

    def keep(self, arg: str) -> str:
        """The argument without what asks for reports."""
        self.asked += re.findall(r" ((?:RET|ENVID|NOTIFY|ORCPT)=\S+)", arg)
        return re.sub(r" (?:RET|ENVID|NOTIFY|ORCPT)=\S+", "", arg)

    async def handle_EHLO(self, server: Any, session: Any, envelope: Any, hostname: str, responses: list[str]) -> Any:  # noqa: N802
        found = await super().handle_EHLO(server, session, envelope, hostname, responses)
        return [found[0], "250-DSN", *found[1:]] if self.offers else found


def sent(databases: Databases, **settings: object) -> Desk:
    """A confirmation is out."""
    desk = Desk(databases, bounce_domain=DOMAIN, **settings).ready()
    desk.happens("booked")
    desk.sender.drain()
    return desk


def test_a_bounce_in_the_mailbox_is_found_there(databases: Databases) -> None:
    """What was understood is deleted; what is nobody's stays for people, and is looked at once."""
    with Imap() as imap:
        desk = sent(databases, bounce_imap_url=imap.url)
        (message,) = desk.messages()
        genuine = verp.address(desk.app.settings.bounce_key, message["id"], 1, DOMAIN)
        imap.mails = {
            3: mail("bounces@example.org", GONE),
            5: mail(genuine.replace(".1.", ".2."), GONE),
            8: mail(f"<{genuine}>", GONE, "X-Original-To"),
        }
        assert Mailbox(desk.app).look() == 1
        assert desk.messages()[0]["state"] == "failed"
        assert sorted(imap.mails) == [3, 5]
        assert Mailbox(desk.app).look() == 0


def test_a_mail_that_nobody_can_read_holds_up_no_other(databases: Databases) -> None:
    """Anybody can write to the mailbox. It stays there for people, and is looked at once."""
    with Imap() as imap:
        desk = sent(databases, bounce_imap_url=imap.url)
        genuine = verp.address(desk.app.settings.bounce_key, desk.messages()[0]["id"], 1, DOMAIN)
        boxes = "".join(f'Content-Type: multipart/mixed; boundary="{n}"\n\n--{n}\n' for n in range(1500))
        imap.mails = {2: mail("x@example.org", boxes.encode()), 4: mail(genuine, GONE)}
        assert Mailbox(desk.app).look() == 1
        assert desk.messages()[0]["state"] == "failed"
        assert imap.flags[2] == r"\Seen"


class Looks:
    """A stop flag that is set after so many looks."""

    def __init__(self, number: int):
        self.left = number

    def is_set(self) -> bool:
        return self.left == 0

    def wait(self, _seconds: float) -> None:
        self.left -= 1


def test_a_bounce_waits_for_the_database(databases: Databases, monkeypatch: pytest.MonkeyPatch) -> None:
    """The mail is looked at again the next time: the mailbox is not given up."""
    with Imap() as imap:
        desk = sent(databases, bounce_imap_url=imap.url)
        genuine = verp.address(desk.app.settings.bounce_key, desk.messages()[0]["id"], 1, DOMAIN)
        imap.mails = {4: mail(genuine, GONE)}
        write, away = desk.db.write, [OperationalError("update", {}, Exception("away"))]
        monkeypatch.setattr(desk.db, "write", lambda *args: throw(away.pop()) if away else write(*args))
        stop: Any = Looks(2)
        Mailbox(desk.app).run(stop)
        assert desk.messages()[0]["state"] == "failed"


def throw(error: Exception) -> None:
    raise error


def test_late_news_of_an_earlier_turn_changes_the_history_only(databases: Databases) -> None:
    """The first turn was lost in a crash, and its mail bounces after the second has gone out."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    (message,) = desk.messages()
    desk.sender._claim(1)
    desk.clock.forward(minutes=2)
    desk.sender.drain()
    assert desk.told(message["id"], 1, failure("address_unknown"))
    (message,) = desk.messages()
    assert message["state"] == "sent"
    assert [turn["state"] for turn in message["history"]] == ["queued", "failed", "sent"]


def test_news_may_be_faster_than_the_note_that_it_was_sent(databases: Databases) -> None:
    """The mail server bounces while the sender has not yet committed: it stays failed, and is told once."""
    desk = Desk(databases).ready()
    desk.happens("booked")
    (turn,) = desk.sender._claim(1)
    assert desk.told(turn.id, 1, failure("address_unknown"))
    desk.sender.turn(turn, lambda: {str(turn.appointment_id): "https://termine.example/a/t"})
    assert desk.messages()[0]["state"] == "failed"


def test_news_that_is_told_twice_or_too_late_changes_nothing(databases: Databases) -> None:
    desk = sent(databases)
    (message,) = desk.messages()
    news: list[tuple[Outcome, bool]] = [(delivered(), True), (delivered(), False), (failure("bounced"), False)]
    for outcome, changed in news:
        assert desk.told(message["id"], 1, outcome) is changed
    assert not desk.told("99999999-9999-4999-8999-999999999999", 1, delivered())
    assert not desk.told(message["id"], 7, delivered())
    assert desk.messages()[0]["state"] == "delivered"


def test_reports_are_asked_for_where_the_server_makes_them_and_they_find_us(sqlite: Databases) -> None:
    """RFC 3461: under the turn's name, for the address as xtext; to the turn's own return path."""
    with Reporting() as server:
        desk = Desk(
            sqlite, smtp_url=server.url, mail_from="t@house.example", bounce_domain=DOMAIN, bounce_listen="lmtp://x:1"
        ).ready()
        desk.happens("booked", customer={"email": "erika+amt@example.com"})
        desk.sender.drain()
        (message,) = desk.messages()
        assert message["state"] == "sent"
        assert f"ENVID={message['id']}.1" in server.asked
        assert "NOTIFY=SUCCESS,FAILURE,DELAY" in server.asked
        assert "ORCPT=rfc822;erika+2Bamt@example.com" in server.asked
        assert verp.read(desk.app.settings.bounce_key, server.envelopes[0][0]) == verp.Turn(message["id"], 1)


def test_no_reports_are_asked_for_where_they_would_trouble_people(sqlite: Databases) -> None:
    """No DSN offered; or nobody of us waits for them, and MAIL_FROM is somebody's mailbox."""
    with Reporting(offers=False) as server:
        desk = Desk(sqlite, smtp_url=server.url, bounce_domain=DOMAIN, bounce_listen="lmtp://x:1").ready()
        desk.happens("booked")
        desk.sender.drain()
    with Reporting() as another:
        desk = Desk(sqlite, smtp_url=another.url, mail_from="t@house.example").ready()
        desk.happens("booked")
        desk.sender.drain()
        assert another.envelopes[0][0] == "t@house.example"
    assert server.asked + another.asked == []


def test_many_are_let_in_at_the_same_moment() -> None:
    """As a burst of bounces comes: whom the door turns away there, their server gives up for good."""
    knocks = [sys.executable, "-m", "services.notify.tests.door", str(free_port())]
    environment = {**os.environ, "EVENTLET_NO_GREENDNS": "yes"}
    ended = subprocess.run(knocks, env=environment, capture_output=True, text=True, check=True, timeout=120)
    answers = ended.stdout.splitlines()
    assert len(answers) == 200
    assert all(answer.startswith("250-") for answer in answers), set(answers)
