"""Appointments, practices and mail servers for the tests of notify."""

import asyncio
import contextlib
import secrets
import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

from aiosmtpd.controller import Controller

from notify.__main__ import SERVICE
from notify.domain.delivery import Outcome
from notify.outlets.texts import Texts
from notify.sender import Sender
from notify.usecases import reports
from runtime.edge import Endpoint
from runtime.ids import new_id
from runtime.messages import Event
from runtime.testing import Databases, FakeClock, FakeRpc, make_app, staff_headers

NOW = datetime(2018, 10, 20, 8, 0, tzinfo=UTC)
START = datetime(2018, 10, 24, 13, 30, tzinfo=UTC)  # 15:30 in Berlin
PRACTICE = "11111111-1111-4111-8111-111111111111"
CALENDAR = "22222222-2222-4222-8222-222222222222"
APPOINTMENT = "33333333-3333-4333-8333-333333333333"
MIGRATIONS = Path(SERVICE.migrations)

PRACTICE_DATA = {
    "id": PRACTICE,
    "slug": "top-hearing",
    "name": "Top Hearing",
    "email": "praxis@top-hearing.example",
    "phone": "+49 30 901820",
    "locale": "de",
    "time_zone": "Europe/Berlin",
    "country": "DE",
    "currency": "EUR",
    "plan": "standard",
    "show_prices": True,
    "accent": "#1f5f6b",
    "copy_to": None,
    "places": [{"id": PRACTICE, "name": "Top Hearing (S)", "address": "Hauptstraße 1, 10115 Berlin"}],
}


def data(**changes: Any) -> dict[str, Any]:
    """The `data` of an appointment event of booking; customer fields can be given as `customer={…}`."""
    customer = {
        "id": None,
        "first_name": "Jürgen",
        "last_name": "Groß",
        "email": "juergen@example.com",
        "phone": "+49 170 1234567",
        "locale": "de",
        "time_zone": "Europe/Berlin",
    }
    start = changes.get("start", START)
    end = changes.get("end", start + timedelta(minutes=90))
    return {
        "id": APPOINTMENT,
        "status": "accepted",
        "time_zone": "Europe/Berlin",
        "service": {"id": new_id(), "name": "Servicetermin", "duration_minutes": 90, "price": None},
        "calendar": {"id": CALENDAR, "nickname": "Hanna"},
        "place": {"id": PRACTICE, "name": "Top Hearing (S)", "address": "Hauptstraße 1, 10115 Berlin"},
        "comment": "Linkes Ohr pfeift",
        "online": True,
        "confirmation": "automatic",
        "actor": "customer",
        "notify": True,
        "note": None,
        "previous_start": None,
        "previous_end": None,
        "previous_status": None,
        "occupancies": [],
        "handled": False,
        "created_at": NOW.isoformat(),
        **changes,
        "start": start.isoformat(),
        "end": end.isoformat(),
        "customer": {**customer, **changes.get("customer", {})},
        **{k: changes[k].isoformat() for k in ("previous_start", "previous_end") if changes.get(k)},
    }


def appointment_event(change: str, version: int = 1, at: datetime = NOW, **changes: Any) -> Event:
    """`appointment_event("cancelled", 2, at=…, status="cancelled")`."""
    return Event(
        id=new_id(),
        source="booking",
        type=f"appointment.{change}",
        subject=changes.get("id", APPOINTMENT),
        time=at,
        practice_id=PRACTICE,
        version=version,
        data=data(**changes),
    )


def event(source: str, type: str, subject: str, payload: dict[str, Any], version: int = 1) -> Event:
    return Event(new_id(), source, type, subject, NOW, PRACTICE, version, payload)


def links(request: dict[str, Any]) -> dict[str, Any]:
    """What booking answers: it knows every appointment."""
    return {"tokens": dict.fromkeys(request["appointment_ids"], "T" * 22)}


class Desk:
    """A notify service on one database, other services faked, its events given by hand."""

    def __init__(self, databases: Databases, **settings: Any):
        self.clock, self.version = FakeClock(NOW), 0
        self.rpc = FakeRpc()
        self.rpc.answers["booking.manage_links"] = links
        self.db = databases.new(MIGRATIONS, "notify")
        self.app = make_app(SERVICE, self.db, self.clock, self.rpc, public_url="https://termine.example", **settings)
        self.endpoint = Endpoint(self.app, SERVICE.edge)
        self.sender = Sender(self.app)
        self.texts = Sender(self.app, Texts(self.app.settings, self.db))

    def ready(
        self, email: str | None = None, copy_to: str | None = None, phone: str | None = None, **practice: Any
    ) -> "Desk":
        """With the practice and its calendar known."""
        self.version += 1
        self.handle(event("practice", "practice.changed", PRACTICE, {**PRACTICE_DATA, **practice}, self.version))
        self.handle(event("availability", "calendar.changed", CALENDAR, {"id": CALENDAR, "deleted": False}))
        if email or copy_to or phone:
            ways = {"email": email, "copy_to": copy_to, "phone": phone}
            self.staff("update_notification_settings", calendar=CALENDAR, **ways)
        return self

    def handle(self, happened: Event) -> bool:
        method = {"practice": "practice_changed", "availability": "calendar_changed"}
        subscription = _Subscription(method.get(happened.source, "appointment_changed"))
        return self.endpoint.handle(subscription, happened)  # type: ignore[arg-type]

    def happens(self, change: str, version: int = 1, at: datetime | None = None, **changes: Any) -> None:
        self.handle(appointment_event(change, version, at or self.clock(), **changes))

    def staff(self, method: str, practice: str = PRACTICE, reader: str = "de", **payload: Any) -> Any:
        scopes = ("notify:read", "notify:write", "notify:admin")
        headers = {**staff_headers(self.clock(), practice, *scopes), "locale": reader}
        return self.endpoint.call(method, payload, headers)

    def public(self, method: str, **payload: Any) -> Any:
        return self.endpoint.call(method, payload, {"locale": "de"})

    def told(self, message: str, attempt: int, outcome: Outcome) -> bool:
        """What somebody tells later of a turn. True when it changed anything."""
        return self.db.write(reports.report, self.clock(), message, attempt, outcome, timedelta(minutes=1))

    def messages(self) -> list[dict[str, Any]]:
        """The message log, oldest first."""
        return list(reversed(self.staff("messages")["items"]))

    def summary(self) -> set[tuple[str, str, str, str]]:
        """(role, purpose, recipient, state) of each message."""
        return {(m["role"], m["purpose"], m["recipient"], m["state"]) for m in self.messages()}

    def mails(self) -> list[EmailMessage]:
        """The captured mails, oldest first, parsed."""
        raws = [self.public("mailbox_message", id=item["id"])["raw"] for item in self.captured("email")]
        return [message_from_bytes(raw.encode(), policy=policy.default) for raw in raws]

    def captured(self, channel: str) -> list[dict[str, Any]]:
        """What was captured of this channel, oldest first."""
        return [item for item in reversed(self.public("mailbox")["items"]) if item["channel"] == channel]

    def mail_to(self, recipient: str) -> EmailMessage:
        """The newest captured mail to this address."""
        return [mail for mail in self.mails() if recipient in str(mail["To"])][-1]


class _Subscription:
    def __init__(self, method: str):
        self.method, self.consumer = method, f"notify.{method}"

    def concerns(self, event: Event) -> bool:
        return True


def calendar_of(mail: EmailMessage) -> str:
    """The text/calendar body of a mail."""
    part = next(p for p in mail.walk() if p.get_content_type() == "text/calendar")
    return str(part.get_content())


class MailServer:
    """A real SMTP server whose answers to DATA (or RCPT) a test prescribes; it keeps what it accepted."""

    def __init__(self) -> None:
        self.answers: list[str] = []
        self.recipient_answer = "250 OK"
        self.sender_answers: list[str] = []
        self.hanging = False  # mails to an address with `slow` in it get no answer meanwhile
        self.accepted: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.envelopes: list[tuple[str, list[str]]] = []
        self.connections = 0
        self.silent = False  # takes the next mail and hangs up without a word
        self._newest: Any = None
        self.controller = Controller(self, hostname="127.0.0.1", port=free_port(), enable_SMTPUTF8=True)

    def __enter__(self) -> "MailServer":
        self.controller.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.controller.stop()

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.controller.port}"

    def hang_up(self) -> None:
        """Close the newest connection, as servers do with those that say nothing for a while."""
        transport = self._newest.transport
        self.controller.loop.call_soon_threadsafe(transport.close)
        eventually(transport.is_closing)

    async def handle_EHLO(self, server: Any, session: Any, _envelope: Any, hostname: str, responses: list[str]) -> Any:  # noqa: N802 - aiosmtpd's name
        self.connections += 1
        self._newest = server
        session.host_name = hostname
        return responses

    async def handle_MAIL(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        answer = self.sender_answers.pop(0) if self.sender_answers else "250 OK"
        if answer.startswith("2"):
            envelope.mail_from = address
        return answer

    async def handle_RCPT(self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any) -> str:  # noqa: N802
        if self.recipient_answer.startswith("2"):
            envelope.rcpt_tos.append(address)
        return self.recipient_answer

    async def handle_DATA(self, server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802
        while self.hanging and "slow" in envelope.rcpt_tos[0]:
            await asyncio.sleep(0.02)
        answer = self.answers.pop(0) if self.answers else "250 OK"
        if answer.startswith("2"):
            self.accepted.append(message_from_bytes(envelope.content, policy=policy.default))
            self.raw.append(envelope.content)
            self.envelopes.append((envelope.mail_from, envelope.rcpt_tos))
        if self.silent:
            self.silent = False
            server.transport.abort()
        return answer


def free_port() -> int:
    """A loopback port that nobody listens on right now, below those that the system gives to outgoing connections: one
    of these could take it before whoever it is for."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def eventually(check: Callable[[], Any], seconds: float = 60.0) -> Any:
    """What `check` returns as soon as it is true; fails after the given time."""
    until = time.monotonic() + seconds
    while not (found := check()):
        assert time.monotonic() < until, "did not happen in time"
        time.sleep(0.02)
    return found
