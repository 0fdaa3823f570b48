"""Whether an invitation arrived, from the click in the form to the mark in a list that stays open (V4 to V6, X5).

The whole house, in one process and distributed, in front of a real Postfix and a double of Twilio.
"""

import os
import re
import smtplib
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect

from deploy import demo
from notify.bounces.verp import address
from runtime.clock import utc_now
from services.notify.tests import postfix
from services.notify.tests.builders import MailServer, free_port
from services.notify.tests.postfix import Postfix
from services.notify.tests.twilio import Twilio, signed
from tests.browser.test_journey import look
from tests.systems import KINDS, PASSWORD, Running, system, until

pytestmark = pytest.mark.browser
BOUNCES = "bounces.terminfluss.example"
PATIENCE = 60_000  # Postfix looks at its queue every second
GONE = "550 5.1.1 no such user"
NO_ADDRESS = "Diese E-Mail-Adresse gibt es nicht."


class Later(MailServer):
    """The next mail server: what it refuses, Postfix has taken before. `says` tells what, by recipient."""

    def __init__(self) -> None:
        super().__init__()
        self.says: dict[str, str] = {}

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        return self.says.get(envelope.rcpt_tos[0]) or await super().handle_DATA(server, session, envelope)


@dataclass
class Outside:
    """A running system and who is around it."""

    running: Running
    mx: Postfix
    later: Later
    twilio: Twilio
    port: int

    def door(self) -> smtplib.LMTP:
        """Where bounces come in."""
        door = smtplib.LMTP("127.0.0.1", self.port)
        door.ehlo_or_helo_if_needed()
        return door

    def texted(self, number: str) -> str:
        """The address at which Twilio tells how the newest SMS to this number fares."""
        return until(lambda: [form["StatusCallback"] for form in self.twilio.taken if form["To"] == number])[-1]  # type: ignore[no-any-return]

    def call_back(self, url: str, form: dict[str, str], signature: str) -> int:
        headers = {"X-Twilio-Signature": signature}
        return requests.post(url, data=form, headers=headers, timeout=20).status_code

    def tell(self, number: str, **form: str) -> None:
        """What Twilio tells, signed."""
        url = self.texted(number)
        assert self.call_back(url, form, signed(url, **form)["signature"]) == 204


@pytest.fixture(scope="module", params=KINDS, name="outside")
def _outside(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Outside]:
    if reason := postfix.missing():
        assert not os.environ.get("REQUIRE_ALL"), reason
        pytest.skip(reason)
    with ExitStack() as stack:
        later, twilio, port = Later(), stack.enter_context(Twilio()), free_port()
        stack.enter_context(later)
        transport = {
            "arrives.example": "virtual:",
            "later.example": f"smtp:[127.0.0.1]:{later.controller.port}",
            BOUNCES: f"lmtp:inet:127.0.0.1:{port}",
        }
        mx = stack.enter_context(Postfix(transport, {"nobody@arrives.example": GONE}))
        settings = {"SMTP_URL": mx.url, "MAIL_FROM": "termine@terminfluss.example", "BOUNCE_DOMAIN": BOUNCES}
        settings |= {"BOUNCE_LISTEN": f"lmtp://127.0.0.1:{port}"}
        settings |= {name.upper(): value for name, value in twilio.settings.items()}
        home = tmp_path_factory.mktemp(request.param)
        running = stack.enter_context(system(request.param, home, **settings))
        yield Outside(running, mx, later, twilio, port)


@pytest.fixture(name="desk")
def _desk(chromium: Browser, outside: Outside) -> Iterator[BrowserContext]:
    """Staff's browser, signed in."""
    errors: list[str] = []
    context = chromium.new_context(base_url=outside.running.url, locale="de-DE", timezone_id="Europe/Berlin")
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    page.goto("/login")
    page.get_by_label("E-Mail").fill(demo.OWNER)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url("**/desk/**")
    yield context
    context.close()
    assert not errors


def opened(desk: BrowserContext) -> Page:
    """The list, which knows whether it was loaded anew."""
    page = desk.new_page()
    page.goto("/desk/invitations")
    page.evaluate("window.stays = true")
    return page


def invite(desk: BrowserContext, name: str, **ways: str) -> Page:
    """Fill in the form and click; the invitation's own page."""
    page = desk.new_page()
    page.goto("/desk/invitations/new")
    page.get_by_label("Vorname").fill(name)
    page.get_by_label("Nachname").fill("Gast")
    page.get_by_label("Per E-Mail").set_checked("email" in ways)
    page.get_by_label("Per SMS").set_checked("sms" in ways)
    page.get_by_label("E-Mail-Adresse").fill(ways.get("email", ""))
    page.get_by_label("Mobilnummer").fill(ways.get("sms", ""))
    page.get_by_label("An welchem Tag ist der Termin").fill((utc_now() + timedelta(days=9)).date().isoformat())
    page.get_by_label("Um wie viel Uhr ist der Termin").fill("14:30")
    page.get_by_label("Der Nutzer hat eingewilligt").check()
    page.get_by_role("button", name="Einladen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{name} Gast")
    return page


def shows(page: Page, name: str, mark: str) -> None:
    """The list has this mark beside the guest, by itself."""
    expect(page.get_by_role("row").filter(has_text=f"{name} Gast").locator(".badge")).to_contain_text(
        mark, timeout=PATIENCE
    )
    assert page.evaluate("window.stays"), "the list was loaded anew"


def written(address: str) -> str:
    """An address as pages show it; a number as people in this country write it."""
    return address.replace("+49170", "0170 ")


def attempt(page: Page, to: str) -> Locator:
    """How the attempt to this address ended, in the history."""
    return page.locator("table.attempts tr").filter(has_text=written(to)).locator("td").last


def bounced_at_once(outside: Outside, listing: Page) -> None:
    """Postfix has refused it when the form is answered."""


def bounced_later(outside: Outside, listing: Page) -> None:
    """Taken, and so a tick; the next server asks for patience, and refuses for good hours later."""
    shows(listing, "later", "Zugestellt")
    outside.later.says["gone@later.example"] = GONE


def undelivered(outside: Outside, listing: Page) -> None:
    """Twilio has taken it, and so a tick; then the network tells that there is no such number."""
    shows(listing, "undelivered", "Zugestellt")
    outside.tell("+491701111111", MessageStatus="undelivered", ErrorCode="30005")


@pytest.mark.parametrize(
    ("name", "way", "wrong", "right", "happens", "reason"),
    [
        ("at once", "email", "nobody@arrives.example", "berta@arrives.example", bounced_at_once, NO_ADDRESS),
        ("later", "email", "gone@later.example", "gerd@arrives.example", bounced_later, NO_ADDRESS),
        ("undelivered", "sms", "+491701111111", "+491702222222", undelivered, "Diese Telefonnummer gibt es nicht."),
    ],
    ids=["an instant 550", "a delayed bounce", "Twilio's undelivered"],
)
def test_from_the_click_to_the_red_mark_and_by_the_corrected_address_to_the_tick(
    outside: Outside,
    desk: BrowserContext,
    name: str,
    way: str,
    wrong: str,
    right: str,
    happens: Callable[[Outside, Page], None],
    reason: str,
) -> None:
    outside.later.says["gone@later.example"] = "451 4.3.0 later"
    listing = opened(desk)
    page = invite(desk, name, **{way: wrong})
    link = page.locator("code.link").inner_text()
    happens(outside, listing)
    shows(listing, name, "Nicht zugestellt")
    kind = {"email": "E-Mail", "sms": "SMS"}[way]
    expect(page.get_by_text(f"{kind} konnte nicht zugestellt werden {name} Gast")).to_be_visible()
    expect(page.get_by_text(f"{written(wrong)}: {reason}")).to_be_visible()
    expect(page.get_by_role("heading", name="Adresse korrigieren")).to_be_visible()  # the form asks, by itself
    looks = outside.running.kind == "embedded"  # the pages are the same
    if looks:
        look(listing, f"delivery-red-{way}")

    expect(listing.get_by_role("link", name=f"Adresse korrigieren {name} Gast")).to_be_visible()
    page.get_by_label({"email": "E-Mail-Adresse", "sms": "Mobilnummer"}[way]).fill(right)
    page.get_by_role("button", name="Erneut senden").click()
    shows(listing, name, "Zugestellt")
    if way == "sms":
        outside.tell(right, MessageStatus="delivered")
    expect(page.get_by_text(f"{kind} erfolgreich zugestellt an {name} Gast")).to_be_visible()
    expect(attempt(page, right)).to_have_text(re.compile("^zugestellt"), timeout=PATIENCE)
    expect(attempt(page, wrong)).to_have_text(re.compile("^nicht zugestellt"), timeout=PATIENCE)
    assert page.locator("code.link").inner_text() == link
    if looks:
        look(page, f"delivery-green-{way}")


def test_a_bounce_of_the_first_attempt_after_the_second_arrived_leaves_the_tick(
    outside: Outside, desk: BrowserContext
) -> None:
    """It stands in the history."""
    outside.later.says["old@later.example"] = "451 4.3.0 later"
    listing = opened(desk)
    page = invite(desk, "overtaken", email="old@later.example")
    shows(listing, "overtaken", "Zugestellt")
    page.reload()
    page.get_by_label("E-Mail-Adresse").fill("new@arrives.example")
    page.get_by_role("button", name="Erneut senden").click()
    expect(attempt(page, "new@arrives.example")).to_have_text(re.compile("^zugestellt"), timeout=PATIENCE)
    outside.later.says["old@later.example"] = GONE
    expect(attempt(page, "old@later.example")).to_have_text(re.compile("^nicht zugestellt"), timeout=PATIENCE)
    expect(page.get_by_text("E-Mail erfolgreich zugestellt an overtaken Gast")).to_be_visible()
    listing.reload()
    listing.evaluate("window.stays = true")
    shows(listing, "overtaken", "Zugestellt")


def test_forged_bounces_and_callbacks_change_nothing(outside: Outside, desk: BrowserContext) -> None:
    """Refused at the door; the callback with Twilio's own signature turns the mark."""
    listing = opened(desk)
    page = invite(desk, "forged", email="clara@arrives.example", sms="+491703333333")
    shows(listing, "forged", "Zugestellt")
    expect(attempt(page, "clara@arrives.example")).to_have_text(re.compile("^zugestellt"), timeout=PATIENCE)
    genuine = return_path(outside, "clara@arrives.example")
    message = genuine.partition("+")[2].partition(".")[0]
    with outside.door() as door:
        door.mail("")
        for path in (address("a key of mine", message, 1, BOUNCES), genuine.replace(".1.", ".2.")):
            assert door.rcpt(path)[0] == 550
    url = outside.texted("+491703333333")
    form = {"MessageStatus": "undelivered", "ErrorCode": "30005"}
    signature = signed(url, **form)["signature"]
    assert outside.call_back(url, form, signature[::-1]) == 403
    assert outside.call_back(url, {**form, "ErrorCode": "30007"}, signature) == 403
    assert outside.call_back(url.replace("attempt=1", "attempt=2"), form, signature) == 403
    listing.reload()
    listing.evaluate("window.stays = true")
    shows(listing, "forged", "Zugestellt")
    assert outside.call_back(url, form, signature) == 204
    shows(listing, "forged", "Nicht zugestellt")


def return_path(outside: Outside, to: str) -> str:
    """Of the mail in this mailbox."""
    for file in outside.mx.mailbox.glob("new/*"):
        text = file.read_text()
        if to in text:
            return text.partition("Return-Path: <")[2].partition(">")[0]
    raise AssertionError(f"no mail to {to}")
