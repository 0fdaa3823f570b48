"""A customer's whole way through the containers: by HTTP, by browser, by mail, and what staff see of it."""

from datetime import datetime

import pytest
import requests
from playwright.sync_api import Page, expect

from deploy.demo import OWNER
from tests.browser.conftest import Open, scripted
from tests.browser.test_journey import ENTRIES, fill, look
from tests.compose.stack import Catcher, Stack
from tests.end_to_end.pages import cancel_by_hand
from tests.end_to_end.practice import Practice
from tests.end_to_end.test_mails import booked, check_entry, check_headers
from tests.systems import PASSWORD, until

WHO = f"{ENTRIES['Vorname']} {ENTRIES['Nachname']}"
READING = 1100  # ms that a person needs for a question at least


def test_book_read_the_mail_cancel_and_be_seen(stack: Stack, practice: Practice, server: Catcher) -> None:
    """Slots, booking, confirmation with its calendar file, cancelled by the mail's link in two steps, staff's list."""
    answer, body = booked(practice)
    address = body["customer"]["email"]
    first = server.wait(address)
    check_headers(first, body["customer"])
    check_entry(first, answer, "REQUEST", "CONFIRMED")
    assert first.manage_link.startswith(f"{stack.url}/a/")
    assert requests.get(first.manage_link, timeout=60).status_code == 200
    assert status(practice, answer.json["id"]) == "accepted"
    cancel_by_hand(requests.Session(), first.manage_link)
    check_entry(server.wait(address, 2), answer, "CANCEL", "CANCELLED")
    assert status(practice, answer.json["id"]) == "cancelled"
    day = datetime.fromisoformat(body["start"]).date()
    until(lambda: body["start"] in practice.slots("Servicetermin", "Anna", day), what="the free time's return")


def status(practice: Practice, id: str) -> str:
    """As staff see it in their list."""
    items = practice.running.call("GET", "/api/v1/appointments?limit=100", **practice.running.staff()).json["items"]
    return str({each["id"]: each["status"] for each in items}.get(id))


@pytest.mark.browser
def test_the_same_in_a_browser(stack: Stack, server: Catcher, open_page: Open) -> None:
    """By what is written on the buttons alone; the link is taken from the mail catcher's page."""
    page = open_page("/p/top-hearing")
    page.get_by_role("link", name="Termin buchen").click()
    page.get_by_role("link", name="Servicetermin").click()
    scripted(page.locator("button.slot").nth(7)).click()
    fill(page)
    page.get_by_role("button", name="Termin verbindlich buchen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Termin ist gebucht")
    look(page, "compose-done")
    mail = server.wait_for("j.gross@example.com", "Ihr Termin am")
    read_in_the_catcher(page, stack, str(mail["Subject"]))
    desk = signed_in(open_page("/login"))
    expect(desk.get_by_text(WHO).first).to_be_visible()
    look(desk, "compose-desk")
    page.goto(mail.manage_link)
    page.get_by_role("button", name="Termin stornieren").click()
    sure = page.get_by_role("button", name="Ja, Termin stornieren")
    sure.wait_for()
    page.wait_for_timeout(READING)
    sure.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Termin ist storniert")
    assert server.wait_for("j.gross@example.com", "Storniert")
    desk.reload()
    expect(desk.get_by_text(WHO)).to_have_count(0)


def read_in_the_catcher(page: Page, stack: Stack, subject: str) -> None:
    """The list, the mail as its reader sees it, and its calendar file."""
    page.goto(stack.mails)
    page.get_by_role("link", name=subject).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text(subject)
    expect(page.frame_locator("iframe").get_by_text("Top Hearing").first).to_be_visible()
    with page.expect_download() as download:
        page.get_by_role("link", name="Terminanhang.ics").click()
    assert download.value.path().read_bytes().startswith(b"BEGIN:VCALENDAR")
    look(page, "compose-mail")


def signed_in(page: Page) -> Page:
    """The desk of the demo practice."""
    page.get_by_label("E-Mail-Adresse").fill(OWNER)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Heute")
    page.goto(page.url.replace("/desk/today", "/desk/inbox"))
    return page


def test_the_seed_is_a_practice_with_appointments(practice: Practice) -> None:
    """`docker compose up` alone gives something to click on."""
    staff = practice.running.staff()
    items = practice.running.call("GET", "/api/v1/appointments?limit=100&scope=upcoming", **staff).json["items"]
    assert len(items) >= 5
    assert {"Anna", "Ben", "Clara"} <= set(practice.calendars)


def test_every_service_counts_as_ready(stack: Stack) -> None:
    """The gateway's view, and each container's own."""
    until(lambda: all(map(stack.healthy, ("practice", "availability", "booking", "notify", "invitations"))), 300)
    told = requests.get(f"{stack.url}/readyz", timeout=60).json()
    assert told["status"] == "ok", told
