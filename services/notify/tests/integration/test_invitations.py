"""Guests of video calls hear of them by mail and SMS, each attempt once, and invitations hears what became of it."""

import json
from dataclasses import replace
from datetime import timedelta
from email.message import EmailMessage
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import select

from notify.__main__ import SERVICE
from runtime import tables
from runtime.edge import subscriptions
from runtime.errors import Permanent, Unavailable
from runtime.ids import new_id
from runtime.messages import Event
from runtime.testing import Databases
from services.notify.tests.builders import CALENDAR, NOW, PRACTICE, START, Desk, MailServer, calendar_of
from services.notify.tests.integration.test_messages import snapshots

INVITATION = "55555555-5555-4555-8555-555555555555"
READERS = {each.type: each for each in subscriptions("notify", SERVICE.edge)}
LINK = "https://termine.example/join/" + "J" * 22


def order(attempt: int = 1, channel: str = "email", purpose: str = "invitation", **more: Any) -> dict[str, Any]:
    address = "erika@example.org" if channel == "email" else "+4915112345678"
    return {"channel": channel, "attempt": attempt, "purpose": purpose, "address": address, **more}


def invitation(change: str, *send: dict[str, Any], version: int = 1, **changes: Any) -> Event:
    """An event of invitations that asks for these messages."""
    start = changes.pop("start", START)
    data = {
        "id": INVITATION,
        "status": "active",
        "version": version,
        "host": {"calendar": CALENDAR, "nickname": "Hanna", "time_zone": "Europe/Berlin"},
        "first_name": "Erika",
        "last_name": "Müller",
        "email": "erika@example.org",
        "phone": "+4915112345678",
        "locale": "de",
        "time_zone": None,
        "start": start.isoformat(),
        "end": (start + timedelta(minutes=30)).isoformat(),
        "duration_minutes": 30,
        "previous_start": None,
        "previous_end": None,
        "send": list(send),
        **changes,
    }
    return Event(new_id(), "invitations", f"invitation.{change}", INVITATION, NOW, PRACTICE, version, data)


class Post(Desk):
    """A notify service that knows the guests' links."""

    def __init__(self, databases: Databases, **settings: Any):
        super().__init__(databases, **settings)
        self.rpc.answers["invitations.join_links"] = lambda asked: {"tokens": dict.fromkeys(asked["ids"], "J" * 22)}
        self.ready()

    def hears(self, happened: Event) -> bool:
        return self.endpoint.handle(READERS[happened.type], happened)

    def told(self) -> list[dict[str, Any]]:
        """The data of the events told, with their type."""
        query = select(tables.outbox.c.body).order_by(tables.outbox.c.seq)
        events = [json.loads(body) for body in self.db.read(lambda s: list(s.scalars(query)))]
        return [{"type": each["type"], **each["data"]} for each in events]

    def states(self) -> list[tuple[str, str, str]]:
        """(channel, recipient, state) of each message, oldest first."""
        return sorted((m["channel"], m["recipient"], m["state"]) for m in self.messages())


def words(mail: EmailMessage) -> str:
    """The plain text of a mail."""
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


@pytest.fixture(name="post")
def _post(databases: Databases) -> Post:
    return Post(databases)


@pytest.fixture(name="lite")
def _lite(sqlite: Databases) -> Post:
    return Post(sqlite)


def test_the_guest_gets_the_link_by_mail(post: Post) -> None:
    """Who invites by nickname, when, the button; a calendar entry whose place is the link."""
    post.hears(invitation("created", order()))
    assert post.sender.drain() == 1
    mail = post.mail_to("erika@example.org")
    assert mail["Subject"] == "Einladung: Videogespräch am Mi 24. Oktober, 15:30 mit Hanna"
    text = words(mail)
    assert "Hanna lädt Sie zu einem Videogespräch ein" in text
    assert "Bestätigt" not in text
    entry = calendar_of(mail).replace("\r\n ", "")
    assert "METHOD:REQUEST" in entry
    assert f"LOCATION:{LINK}" in entry
    assert f"URL:{LINK}" in entry or f"URL;VALUE=URI:{LINK}" in entry
    assert f"UID:{INVITATION}@terminfluss" in entry
    told = post.told()[-1]
    assert (told["type"], told["invitation"], told["invitation_attempt"]) == ("email.sent", INVITATION, 1)
    assert (told["appointment"], told["reason"]) == (None, None)


def test_a_move_and_a_deletion_reach_the_same_entry(lite: Post) -> None:
    """One UID, rising SEQUENCE, the method of a cancellation; the void link stands in it no more."""
    lite.hears(invitation("created", order()))
    lite.sender.drain()
    later = START + timedelta(days=1)
    before = {"previous_start": START.isoformat(), "previous_end": (START + timedelta(minutes=30)).isoformat()}
    lite.hears(invitation("changed", order(2, purpose="invitation_moved"), version=2, start=later, **before))
    lite.sender.drain()
    moved = calendar_of(lite.mails()[-1])
    assert "SEQUENCE:2" in moved
    assert "Der Link bleibt derselbe" in words(lite.mails()[-1])
    lite.hears(invitation("deleted", order(3, purpose="invitation_cancelled"), version=3, start=later))
    lite.sender.drain()
    gone = lite.mails()[-1]
    assert "METHOD:CANCEL" in calendar_of(gone)
    assert "/join/" not in gone.as_string()
    assert "/p/" not in gone.as_string()


@pytest.mark.parametrize(
    ("locale", "zone"),
    [
        ("de", "(Ortszeit New York)"),
        ("en", "(New York time)"),
        ("fr", "(heure de New York)"),
        ("ru", "(по времени: Нью-Йорк)"),
    ],
)
def test_guests_read_their_own_language_and_clock(lite: Post, locale: str, zone: str) -> None:
    """Where it is not the host's, they read whose it is."""
    lite.hears(invitation("created", order(), order(channel="sms"), locale=locale, time_zone="America/New_York"))
    lite.sender.drain()
    lite.texts.drain()
    assert lite.mails()[0]["Content-Language"] == locale
    (text,) = lite.captured("sms")
    assert LINK in text["subject"]
    assert f"9:30 {zone}" in text["subject"].replace(" AM", "")
    assert zone in words(lite.mails()[0])
    assert {state for _, _, state in lite.states()} == {"sent"}


def test_sms_takes_the_plan(lite: Post) -> None:
    """Whoever lost it meanwhile sends none, and invitations hears why."""
    lite.ready(plan="basic")
    lite.hears(invitation("created", order(channel="sms")))
    lite.texts.drain()
    assert lite.captured("sms") == []
    assert [(each["type"], bool(each["reason"])) for each in lite.told()] == [("sms.failed", True)]


def test_the_newest_attempt_goes_out_alone_in_whatever_order_events_come(sqlite: Databases) -> None:
    """An address that was corrected before the first mail went out gets the only one."""
    happened = [
        invitation("created", order(address="typo@example.org")),
        invitation("resent", order(2), version=2),
        invitation("changed", version=2),
    ]
    for events in permutations(happened):
        post = Post(sqlite)
        for event in (*events, *events):
            post.hears(event)
        post.sender.drain()
        assert post.states() == [("email", "erika@example.org", "sent"), ("email", "typo@example.org", "expired")]


@pytest.mark.parametrize("told", [[], [order(2, "sms", "invitation_cancelled")]])
def test_nothing_else_goes_out_behind_a_deletion(sqlite: Databases, told: list[dict[str, Any]]) -> None:
    """Not by a channel that the host left before, either; nor when the deletion is heard of first, if it was told."""
    events = [invitation("created", order()), invitation("deleted", *told, version=2, status="deleted")]
    for heard in list(permutations(events)) if told else [events]:
        post = Post(sqlite)
        for event in heard:
            post.hears(event)
        assert post.sender.drain() == 0
        assert post.texts.drain() == len(told)


def test_what_an_invitation_said_is_forgotten(lite: Post) -> None:
    """Once nobody would send it again."""
    lite.hears(invitation("created", order()))
    lite.sender.drain()
    assert "Erika" in snapshots(lite.db)[0][1]
    lite.clock.forward(days=3)
    lite.sender.drain()
    assert snapshots(lite.db) == [("sent", "{}")]


def test_booking_mails_go_first(lite: Post) -> None:
    """A thousand invitations hold up no confirmation."""
    lite.hears(invitation("created", order()))
    lite.happens("booked")
    lite.sender.drain()
    assert str(lite.mails()[0]["To"]).endswith("<juergen@example.com>")


def test_an_invitations_trouble_is_not_a_bookings(lite: Post) -> None:
    """While invitations is away its mails wait; confirmations go out, and the other way about."""
    lite.rpc.answers["invitations.join_links"] = Unavailable("away")
    lite.hears(invitation("created", order()))
    lite.happens("booked")
    lite.sender.drain()
    states = {m["recipient"]: m["state"] for m in lite.messages()}
    assert states == {"erika@example.org": "queued", "juergen@example.com": "sent"}


def test_a_link_of_nobody_fails(lite: Post) -> None:
    """invitations does not know it: there is nothing to send."""
    lite.rpc.answers["invitations.join_links"] = lambda asked: {"tokens": dict.fromkeys(asked["ids"])}
    lite.hears(invitation("created", order()))
    lite.sender.drain()
    assert [each["type"] for each in lite.told()] == ["email.failed"]


def test_a_refused_address_is_told_at_once(sqlite: Databases) -> None:
    """By a real mail server that answers 550 to the recipient; with the attempt that failed and a sentence."""
    with MailServer() as server:
        server.recipient_answer = "550 5.1.1 no such user"
        post = Post(sqlite, smtp_url=server.url)
        post.hears(invitation("created", order()))
        post.sender.drain()
        server.recipient_answer = "250 OK"
        post.hears(invitation("resent", order(2, address="right@example.org"), version=2))
        post.sender.drain()
        told = [(each["type"], each["invitation_attempt"], each["reason"]) for each in post.told()]
        assert told == [("email.failed", 1, "Diese E-Mail-Adresse gibt es nicht."), ("email.sent", 2, None)]
        assert server.envelopes[0][1] == ["right@example.org"]


def test_the_log_says_why_several_invitations_failed_in_the_readers_language(sqlite: Databases) -> None:
    """And which attempt it was."""
    with MailServer() as server:
        server.recipient_answer = "550 5.1.1 no such user"
        post = Post(sqlite, smtp_url=server.url)
        post.hears(invitation("created", order(2)))
        post.sender.drain()
    asked = {"invitations": [INVITATION, new_id()]}
    (found,) = post.staff("messages", reader="en", **asked)["items"]
    assert (found["invitation"], found["invitation_attempt"]) == (INVITATION, 2)
    assert found["reason"] == "There is no such e-mail address."


def test_a_message_that_came_too_late_is_told_as_failed(lite: Post) -> None:
    """Nobody waits for ever for a mark."""
    lite.hears(invitation("created", order()))
    lite.clock.forward(days=3)
    assert lite.sender.drain() == 0
    assert [(each["type"], each["reason"]) for each in lite.told()] == [
        ("email.failed", "Die Nachricht konnte nicht rechtzeitig gesendet werden.")
    ]


@pytest.mark.parametrize("attempt", [1, 2])
def test_another_practices_invitation_stays_as_it_is(lite: Post, attempt: int) -> None:
    """Parked: a newer attempt would expire what the guest is to hear, and the log would show a stranger's message."""
    lite.hears(invitation("created", order()))
    foreign = invitation("resent", order(attempt), version=2)
    with pytest.raises(Permanent):
        lite.hears(replace(foreign, practice_id=new_id()))
    assert lite.states() == [("email", "erika@example.org", "queued")]


@pytest.mark.parametrize(
    "broken",
    [
        {"id": new_id()},
        {"send": [order(channel="fax")]},
        {"send": [order(purpose="booking_confirmation")]},
        {"send": [{}]},
        {"send": None},
        {"host": None, "send": [order()]},
    ],
)
def test_what_is_no_invitation_is_parked(lite: Post, broken: dict[str, Any]) -> None:
    with pytest.raises(Permanent):
        lite.hears(invitation("created", **broken))
    assert lite.messages() == []
