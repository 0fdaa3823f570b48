"""Inviting a guest in a real browser: from the form to the mailbox and the join page, the tick appearing by itself."""

import re
from datetime import timedelta

import pytest
import requests
from playwright.sync_api import Page, Route, expect

from runtime.clock import utc_now
from tests.browser.conftest import PASSWORD, Open
from tests.browser.test_journey import look
from tests.systems import until

pytestmark = pytest.mark.browser
NO_MINUTE = "const every = setInterval; window.setInterval = (what, ms) => (ms === 60_000 ? 0 : every(what, ms));"


def sign_in(page: Page) -> None:
    page.get_by_label("E-Mail").fill("demo@top-hearing.example")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    page.wait_for_url("**/desk/**")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_guest_is_invited_and_reads_the_mail(open_page: Open, width: int) -> None:
    """By what is written on the buttons alone; what is missing is said, the mark turns by itself."""
    page = open_page("/login?next=/desk/invitations", width)
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Einladungen")
    look(page, "invitations")
    page.get_by_role("link", name="Termin erstellen").click()
    page.get_by_role("button", name="Einladen").click()
    expect(page.get_by_role("alert")).to_contain_text("Bitte prüfen Sie")
    look(page, "invitation-errors")
    name = f"Berta-{width}"
    page.get_by_label("Vorname").fill(name)
    page.get_by_label("Nachname").fill("Gast")
    page.get_by_label("E-Mail-Adresse").fill(f"berta{width}@gaeste.example")
    page.get_by_label("An welchem Tag ist der Termin").fill((utc_now() + timedelta(days=9)).date().isoformat())
    page.get_by_label("Um wie viel Uhr ist der Termin").fill("14:30")
    page.get_by_label("Der Nutzer hat eingewilligt").check()
    look(page, "invitation-form")
    page.get_by_role("button", name="Einladen").click()
    expect(page.get_by_text(f"E-Mail erfolgreich zugestellt an {name} Gast")).to_be_visible()
    expect(page.get_by_text("Einladung erfolgreich versendet")).to_be_visible()
    look(page, "invitation")
    if width == 1280:
        news_that_come_early_are_not_missed(page)
    link = page.locator("code.link").inner_text()
    the_guest_joins(open_page, width, name, link)
    page.get_by_role("link", name="Termin löschen").click()
    look(page, "invitation-question")
    page.get_by_role("button", name="Termin löschen").click()
    expect(page.get_by_text("Der Termin ist gelöscht. Der Link gilt nicht mehr.")).to_be_visible()
    gone = open_page(link, width)
    expect(gone.get_by_role("heading", level=1)).to_have_text("Dieses Videogespräch findet nicht statt")
    look(gone, "join-void")


def news_that_come_early_are_not_missed(page: Page) -> None:
    """The page hears of a message before the service that keeps the invitation does: what it fetches then is as before,
    so it looks again."""
    answers: list[str] = []

    def answer(route: Route) -> None:
        found = route.fetch()
        answers.append(found.text())
        text = found.text() if len(answers) == 1 else found.text().replace("erfolgreich zugestellt", "doch nicht gut")
        route.fulfill(response=found, body=text)

    page.route("**/api/v1/live*", lambda route: route.abort())  # no other news
    page.route("**/api/v1/live/**", lambda route: route.abort())
    page.clock.install()
    page.reload()
    page.clock.run_for(12_000)  # a page that was just loaded looks again in any case
    page.route(page.url, answer)
    page.evaluate("document.dispatchEvent(new CustomEvent('live', { detail: { type: 'email.failed', data: {} } }))")
    page.clock.run_for(6_000)
    expect(page.get_by_text("E-Mail doch nicht gut")).to_be_visible()
    page.unroute_all(behavior="wait")
    page.reload()


def the_guest_joins(open_page: Open, width: int, name: str, link: str) -> None:
    """By the link in the mail, which is the one that staff see."""
    mailbox = open_page("/dev/mailbox", width)
    mailbox.get_by_role("link", name="Einladung: Videogespräch").first.click()
    expect(mailbox.get_by_text(name).first).to_be_visible()
    assert link in mailbox.content()
    guest = open_page(link, width)
    expect(guest.get_by_role("heading", level=1)).to_have_text("Ihr Videogespräch mit Anna")
    look(guest, "join-open")


@pytest.mark.parametrize("feed", ["stream", "poll"])
def test_the_list_misses_nothing_between_two_streams(open_page: Open, site: str, feed: str) -> None:
    """A stream ends with its token or its network, and news of invitations and mails are told once: a page that is
    back, or asks now and then, looks itself; sooner than in the minute that lists look anyway."""
    page = open_page("/login")
    sign_in(page)
    page.clock.install()
    page.add_init_script(NO_MINUTE)

    def nothing_new(route: Route) -> None:
        now = utc_now().isoformat()
        told = f"retry: 1000\nid: {now}\nevent: ready\ndata: {{}}\n\n"  # and it ends, again and again
        if "changes" in route.request.url:
            route.fulfill(json={"items": [], "complete": True, "until": now})
        elif feed == "poll":
            route.fulfill(status=503, body="{}")
        else:
            route.fulfill(content_type="text/event-stream", body=told)

    page.route(re.compile("/api/v1/live"), nothing_new)
    page.goto("/desk/invitations")
    expect(page.locator("html")).to_have_attribute("data-feed", "poll")
    page.clock.run_for(12_000)  # a page that was just loaded looks again in any case
    name = f"Lücke-{feed}"
    invite(site, name)
    guest = page.get_by_role("row", name=name)
    until(lambda: page.clock.run_for(1_000) or guest.count(), what="the line of the guest")
    page.unroute_all(behavior="wait")


def invite(site: str, name: str) -> None:
    """From elsewhere; the mail has arrived."""
    owner = {"email": "demo@top-hearing.example", "password": PASSWORD}
    guest = {"first_name": name, "last_name": "Gast", "email": "gast@kunden.example", "channels": ["email"]}
    when = {"start": (utc_now() + timedelta(days=8)).isoformat(), "duration_minutes": 30, "consent": True}
    with requests.Session() as api:
        bearer = api.post(f"{site}/api/v1/auth/token", json=owner, timeout=60).json()["access_token"]
        api.headers["Authorization"] = f"Bearer {bearer}"
        made = api.post(f"{site}/api/v1/invitations", json=guest | when, timeout=60).json()
        seen = f"{site}/api/v1/invitations/{made['id']}"
        until(lambda: api.get(seen, timeout=60).json()["delivery"][0]["state"] == "sent", what="the mail")
