"""What becomes of an SMS: Twilio's answers and status callbacks, STOP, costs, and another provider."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import permutations
from typing import Any

import pytest
from sqlalchemy import text

from notify.sms.webhook import signature
from runtime.errors import Refused
from runtime.testing import Databases
from services.notify.tests.builders import START, Desk
from services.notify.tests.twilio import Twilio, signed

NUMBER = "+491701234567"
HOOKS = "https://termine.example/webhooks/twilio"


@pytest.fixture(name="twilio")
def _twilio() -> Iterator[Twilio]:
    with Twilio() as twilio:
        yield twilio


def desk_with(databases: Databases, twilio: Twilio, **settings: Any) -> Desk:
    return Desk(databases, **twilio.settings, **settings).ready()


def texted(desk: Desk) -> dict[str, Any]:
    """A customer without an address has been sent an SMS: the message."""
    desk.happens("booked", customer={"email": ""})
    desk.texts.drain()
    return desk.messages()[-1]


def status(desk: Desk, twilio: Twilio, said: str, taken: int = -1, **more: str) -> bool:
    """Twilio tells how an SMS fares, at the address that it was given with it."""
    called = signed(twilio.taken[taken]["StatusCallback"], MessageStatus=said, **more)
    return bool(desk.public("twilio_status", **called)["changed"])


def told(desk: Desk) -> list[str]:
    with desk.db.engine.connect() as connection:
        return list(connection.execute(text("select routing_key from outbox order by seq")).scalars())


def test_an_sms_is_sent_and_then_delivered(databases: Databases, twilio: Twilio) -> None:
    desk = desk_with(databases, twilio)
    assert texted(desk)["state"] == "sent"
    (taken,) = twilio.taken
    assert (taken["To"], taken["From"]) == (NUMBER, "+15005550006")
    assert taken["Body"].startswith("Top Hearing: Ihr Termin am Mi 24. Oktober, 15:30 ist bestätigt.")
    assert status(desk, twilio, "delivered")
    message = desk.messages()[-1]
    assert (message["state"], [turn["state"] for turn in message["history"]]) == ("delivered", ["queued", "delivered"])
    assert told(desk) == ["sms.sent", "sms.delivered"]


@pytest.mark.parametrize("end", ["delivered", "undelivered"])
@pytest.mark.parametrize("order", [*permutations(("queued", "sent"))])
def test_callbacks_may_come_in_any_order(sqlite: Databases, twilio: Twilio, end: str, order: tuple[str, str]) -> None:
    """What is known already changes nothing, before and after the end; so does the end when it is told twice."""
    desk = desk_with(sqlite, twilio)
    texted(desk)
    for said in (order[0], end, order[1], "sending", end):
        status(desk, twilio, said)
    assert desk.messages()[-1]["state"] == {"delivered": "delivered", "undelivered": "failed"}[end]
    assert len(told(desk)) == 2


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("30003", "Das Telefon war nicht erreichbar: ausgeschaltet oder ohne Netz. Später kann es gelingen."),
        ("30004", "Das Telefon nimmt diese SMS nicht an."),
        ("30005", "Diese Telefonnummer gibt es nicht."),
        ("30006", "Diese Nummer kann keine SMS empfangen: ein Festnetzanschluss oder ein Netz ohne SMS."),
        ("30007", "Das Mobilfunknetz hat die SMS als unerwünscht zurückgehalten."),
        ("30008", "Die SMS ist nicht angekommen; das Mobilfunknetz hat keinen Grund genannt."),
        ("", "Die SMS ist nicht angekommen; das Mobilfunknetz hat keinen Grund genannt."),
    ],
)
def test_what_did_not_arrive_has_a_reason_for_people(sqlite: Databases, twilio: Twilio, code: str, reason: str) -> None:
    desk = desk_with(sqlite, twilio)
    texted(desk)
    assert status(desk, twilio, "undelivered", **({"ErrorCode": code} if code else {}))
    message = desk.messages()[-1]
    assert (message["state"], message["reason"]) == ("failed", reason)
    assert told(desk)[-1] == "sms.failed"


def test_a_crowded_network_is_tried_again(sqlite: Databases, twilio: Twilio) -> None:
    """30017 in a callback: queued again, and the next turn has a callback of its own."""
    desk = desk_with(sqlite, twilio)
    texted(desk)
    assert status(desk, twilio, "undelivered", ErrorCode="30017")
    assert desk.messages()[-1]["state"] == "queued"
    desk.clock.forward(minutes=1)
    assert desk.texts.drain() == 1
    assert not status(desk, twilio, "sent", taken=0)
    assert status(desk, twilio, "delivered", taken=1)
    assert desk.messages()[-1]["state"] == "delivered"


def test_an_sms_that_no_try_in_time_can_bring_has_failed(sqlite: Databases, twilio: Twilio) -> None:
    """Said by callbacks, too: there are minutes left to call."""
    desk = desk_with(sqlite, twilio)
    desk.clock.now = START - timedelta(minutes=50)
    desk.happens("booked", end=START + timedelta(minutes=30), customer={"email": ""})
    for minutes in (0, 1, 5, 15):
        desk.clock.forward(minutes=minutes)
        assert desk.texts.drain() == 1
        assert status(desk, twilio, "undelivered", ErrorCode="30001")
    assert desk.messages()[-1]["state"] == "failed"
    assert len(desk.staff("call_list")["items"]) == 1
    assert told(desk)[-1] == "sms.failed"
    assert not status(desk, twilio, "undelivered", taken=0, ErrorCode="30001")  # of an earlier turn that is known


@pytest.mark.parametrize(
    ("answer", "state", "reason"),
    [
        ((400, 21211), "failed", "Diese Telefonnummer gibt es nicht."),
        ((400, 21610), "failed", "Der Empfänger möchte keine SMS mehr (STOP)."),
        (
            (400, 21614),
            "failed",
            "Diese Nummer kann keine SMS empfangen: ein Festnetzanschluss oder ein Netz ohne SMS.",
        ),
        ((400, 21408), "failed", "Der SMS-Anbieter sendet nicht in dieses Land."),
        ((400, 99999), "failed", "Der SMS-Anbieter hat die Nachricht abgelehnt."),
        ((400, 21606), "queued", "Der SMS-Anbieter ist nicht richtig eingerichtet."),
        ((401, 20003), "queued", "Der SMS-Anbieter hat unsere Anmeldung nicht angenommen."),
        ((429, 20429), "queued", "Der SMS-Anbieter bat uns, es später noch einmal zu versuchen."),
        ((500, 0), "queued", "Der SMS-Anbieter bat uns, es später noch einmal zu versuchen."),
        ((503, 0), "queued", "Der SMS-Anbieter bat uns, es später noch einmal zu versuchen."),
    ],
)
def test_an_answer_of_twilio_is_understood(
    sqlite: Databases, twilio: Twilio, answer: tuple[int, int], state: str, reason: str
) -> None:
    desk = desk_with(sqlite, twilio)
    twilio.answers = [answer]
    message = texted(desk)
    assert (message["state"], message["reason"]) == (state, reason)
    desk.clock.forward(minutes=1)
    assert desk.texts.drain() == (1 if state == "queued" else 0)
    assert len(twilio.taken) == (1 if state == "queued" else 0)


def test_a_provider_that_is_not_there_is_tried_again(sqlite: Databases) -> None:
    with Twilio() as twilio:
        settings = twilio.settings
    desk = Desk(sqlite, **settings).ready()
    message = texted(desk)
    assert (message["state"], message["reason"]) == ("queued", "Der SMS-Anbieter war nicht erreichbar.")


@pytest.mark.parametrize("how", ["signature", "field", "message", "no signature", "no token"])
def test_a_forged_callback_changes_nothing(sqlite: Databases, twilio: Twilio, how: str) -> None:
    """Another signature, a field more, another message under the same signature; and where no token is set."""
    desk = desk_with(sqlite, twilio)
    texted(desk)
    called = signed(twilio.taken[0]["StatusCallback"], MessageStatus="undelivered")
    match how:
        case "signature":
            called["signature"] = called["signature"][::-1]
        case "field":
            called["form"]["ErrorCode"] = "30005"
        case "message":
            called["query"] = called["query"].replace("attempt=1", "attempt=2")
        case "no signature":
            called["signature"] = ""
        case "no token":
            desk = Desk(sqlite).ready()
    with pytest.raises(Refused, match="forbidden"):
        desk.public("twilio_status", **called)
    assert "failed" not in {m["state"] for m in desk.messages()}


def test_stop_is_heeded_until_start(databases: Databases, twilio: Twilio) -> None:
    """No SMS goes out, and the desk sees why; the next one does when they changed their mind."""
    desk = desk_with(databases, twilio)
    texted(desk)
    desk.public("twilio_inbound", **signed(f"{HOOKS}/inbound", From=NUMBER, Body=" Stop. ", To="+15005550006"))
    desk.happens("rescheduled", 2, customer={"email": ""})
    desk.texts.drain()
    message = desk.messages()[-1]
    assert (message["state"], message["reason"]) == ("failed", "Der Empfänger möchte keine SMS mehr (STOP).")
    assert len(twilio.taken) == 1
    desk.public("twilio_inbound", **signed(f"{HOOKS}/inbound", From=NUMBER, Body="x", OptOutType="START"))
    desk.happens("cancelled", 3, status="cancelled", customer={"email": ""})
    desk.texts.drain()
    assert len(twilio.taken) == 2


def test_who_opted_out_at_the_provider_is_not_written_to_again(sqlite: Databases, twilio: Twilio) -> None:
    """21610: STOP was said to Twilio, and never came to us."""
    desk = desk_with(sqlite, twilio)
    twilio.answers = [(400, 21610)]
    texted(desk)
    desk.happens("rescheduled", 2, customer={"email": ""})
    desk.texts.drain()
    assert twilio.asked == 1


def test_a_word_among_others_is_no_stop(sqlite: Databases, twilio: Twilio) -> None:
    desk = desk_with(sqlite, twilio)
    texted(desk)
    asked = signed(f"{HOOKS}/inbound", From=NUMBER, Body="Please stop by the reception")
    assert desk.public("twilio_inbound", **asked) == {"changed": False}


def test_a_practice_sends_no_more_than_its_daily_limit(databases: Databases, twilio: Twilio) -> None:
    """Counted in parts, each of which is paid for; the others wait for the next day."""
    desk = desk_with(databases, twilio, sms_daily_limit=1)
    assert texted(desk)["state"] == "sent"
    desk.happens("booked", id="33333333-3333-4333-8333-000000000001", customer={"email": ""})
    desk.texts.drain()
    (waiting,) = [m for m in desk.messages() if m["state"] == "queued"]
    assert waiting["reason"].startswith("Die Praxis hat heute so viele SMS gesendet, wie sie darf")
    desk.clock.forward(hours=16, minutes=1)
    desk.texts.drain()
    assert len(twilio.taken) == 2


class Provider:
    """Another provider: takes a signed POST."""

    def __init__(self) -> None:
        self.status, self.taken = 202, list[tuple[dict[str, Any], str]]()
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                assert self.headers["X-Terminfluss-Signature"] == signature("shared", body)
                outer.taken.append((json.loads(body), self.headers["Idempotency-Key"]))
                self.send_response(outer.status)
                self.end_headers()
                self.wfile.write(b'{"id": "theirs"}')

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://127.0.0.1:{self.server.server_port}/sms"


@pytest.fixture(name="provider")
def _provider() -> Iterator[Provider]:
    provider = Provider()
    yield provider
    provider.server.shutdown()
    provider.server.server_close()


def tell(desk: Desk, secret: str = "shared", **news: Any) -> bool:
    body = json.dumps(news)
    called = {"provider": "acme", "body": body, "signature": signature(secret, body.encode())}
    return bool(desk.public("sms_status", **called)["changed"])


def test_a_provider_that_answered_too_late_gets_no_second_key(databases: Databases, provider: Provider) -> None:
    """A turn has its own id, by which its status comes; what is to be sent once has one key, until staff send again."""
    desk = Desk(databases, sms_webhook_url=provider.url, sms_webhook_secret="shared", sms_webhook_name="acme").ready()
    provider.status = 503
    message = texted(desk)
    desk.clock.forward(hours=1)
    provider.status = 202
    desk.texts.drain()
    desk.staff("resend_message", id=message["id"])
    desk.texts.drain()
    (first, once), (second, still), (_, again) = provider.taken
    assert first["id"] != second["id"]
    assert once == still != again


def test_stop_is_heeded_when_the_message_went_elsewhere_since(databases: Databases, provider: Provider) -> None:
    """A stranger's number, corrected by staff: the stranger's STOP holds for the practice that wrote."""
    desk = Desk(databases, sms_webhook_url=provider.url, sms_webhook_secret="shared", sms_webhook_name="acme").ready()
    message = texted(desk)
    desk.staff("resend_message", id=message["id"], email="karl@kunden.example")
    tell(desk, **{"from": NUMBER, "text": "STOP"})
    desk.happens("rescheduled", 2, customer={"email": ""})
    desk.texts.drain()
    assert len(provider.taken) == 1


def test_another_provider_takes_sms_and_tells_of_them(databases: Databases, provider: Provider) -> None:
    settings = {"sms_webhook_url": provider.url, "sms_webhook_secret": "shared", "sms_webhook_name": "acme"}
    desk = Desk(databases, **settings).ready()
    assert texted(desk)["state"] == "sent"
    ((sent, key),) = provider.taken
    assert (sent["to"], sent["status_url"]) == (NUMBER, "https://termine.example/webhooks/sms/acme")
    assert sent["id"] != key
    with pytest.raises(Refused, match="forbidden"):
        tell(desk, "guessed", id=sent["id"], status="delivered")
    assert not tell(desk, id=sent["id"], status="sent")
    assert tell(desk, id=sent["id"], status="delivered")
    assert desk.messages()[-1]["state"] == "delivered"
    assert tell(desk, **{"from": NUMBER, "text": "STOP"})
    provider.status = 500
    desk.happens("rescheduled", 2, customer={"email": ""})
    desk.texts.drain()
    assert len(provider.taken) == 1


def test_another_provider_that_fails_is_tried_again(sqlite: Databases, provider: Provider) -> None:
    desk = Desk(sqlite, sms_webhook_url=provider.url, sms_webhook_secret="shared").ready()
    provider.status = 503
    assert texted(desk)["state"] == "queued"
    provider.status = 400
    desk.clock.forward(minutes=1)
    desk.texts.drain()
    assert desk.messages()[-1]["reason"] == "Der SMS-Anbieter hat die Nachricht abgelehnt."
