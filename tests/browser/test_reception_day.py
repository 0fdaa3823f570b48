"""A reception's day in a real browser, by what is written on the buttons, at a desk and on a phone: somebody calls,
comes later, pays in two parts, is reminded, calls off; and a new online booking is seen."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import PASSWORD, Open
from tests.browser.test_journey import look
from tests.systems import until

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("width", "first", "phone"), [(1280, "Ada", "0711 4441280"), (390, "Bo", "0711 4440390")])
def test_a_reception_works_its_day(open_page: Open, width: int, first: str, phone: str) -> None:
    """Signed in with what a reception may; nothing is reached by typing an address."""
    page = open_page("/login?next=/desk/today", width)
    page.get_by_label("E-Mail-Adresse").fill("rita@top-hearing.example")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Heute")
    somebody_calls(page, first, phone)
    and_comes_later(page)
    pays_in_two_parts(page)
    is_found_by_half_a_number_and_reminded(page, first, phone)
    calls_off(page)
    an_online_booking_is_seen(page)


def somebody_calls(page: Page, first: str, phone: str) -> None:
    """A new customer on the telephone gets the first free time of a service that costs nothing yet."""
    page.get_by_role("link", name="Termin für einen Kunden buchen").click()
    page.get_by_label("Service", exact=True).select_option(label="Batteriewechsel · 15 Minuten")
    page.get_by_label("Vorname").fill(first)
    page.get_by_label("Nachname").fill("Rezeption")
    page.get_by_label("Telefonnummer").fill(phone)
    page.get_by_label("E-Mail-Adresse").fill(f"{first.lower()}@kunden.example")
    page.locator(".day-chip").nth(5).click()
    expect(page.locator(".day-chip").nth(5)).to_have_attribute("aria-current", "date")
    expect(page.get_by_label("Vorname")).to_have_value(first)
    page.locator("label.time").nth(3).click()
    page.get_by_role("button", name="Termin buchen").click()
    expect(page.get_by_text("Der Termin ist gebucht.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"{first} Rezeption")
    page.get_by_role("link", name="Neuen Kunden anlegen").click()
    page.get_by_role("button", name="Anlegen und zuordnen").click()
    expect(page.get_by_role("button", name="Zuordnung aufheben")).to_be_visible()


def and_comes_later(page: Page) -> None:
    page.get_by_text("Verschieben", exact=True).click()
    page.get_by_role("link", name="Freie Zeiten zeigen").click()
    page.locator("label.time").last.click()
    page.get_by_role("button", name="Termin verschieben").click()
    expect(page.get_by_text("Der Termin ist verschoben.")).to_be_visible()


def pays_in_two_parts(page: Page) -> None:
    """And the second one, entered wrongly, is corrected."""
    form(page, "Preis ändern", "Preis", "20,00", "Preis festlegen")
    form(page, "Zahlung hinzufügen", "Betrag", "5,00", "Zahlung eintragen")
    form(page, "Zahlung hinzufügen", "Betrag", "1,50", "Zahlung eintragen")
    form(page, re.compile("Diese Zahlung korrigieren 1,50"), "Betrag", "15,00", "Korrigieren")
    expect(account(page)).to_contain_text(re.compile(r"Offen\s*0,00"))


def form(page: Page, title: str | re.Pattern[str], label: str, value: str, button: str) -> None:
    """Open it, fill in one field, send it."""
    opened = page.locator("details", has=page.locator("summary", has_text=title))
    opened.locator("summary").click()
    opened.get_by_label(label, exact=True).fill(value)
    opened.get_by_role("button", name=button).click()
    expect(page.get_by_role("alert")).to_be_visible()


def account(page: Page) -> Locator:
    return page.locator("dl.account")


def is_found_by_half_a_number_and_reminded(page: Page, first: str, phone: str) -> None:
    page.locator(".desk-search input").fill(phone[2:9])
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kommende Termine")).to_be_visible()
    page.get_by_role("link", name=re.compile(f"{first} Rezeption|Rezeption, {first}")).first.click()
    expect(page.get_by_role("heading", name="Nachrichten an den Kunden")).to_be_visible()  # the record
    page.get_by_role("link", name="Batteriewechsel").or_(page.locator("main table a.whole")).first.click()
    opened = page.locator("details", has=page.locator("summary", has_text="Erinnerung senden"))
    opened.locator("summary").click()
    opened.get_by_role("button", name="Erinnerung jetzt senden").click()
    expect(page.get_by_role("alert").first).to_be_visible()
    is_told(page, "Erinnerung")
    look(page, "reception-day")


def is_told(page: Page, what: str) -> None:
    """The message stands among the others, when the page is loaded anew."""
    message = page.locator(".messages-block li", has_text=what)
    until(lambda: page.reload() and message.count(), what=what)


def calls_off(page: Page) -> None:
    """And stands with the others that are over, so that it can be traced."""
    page.get_by_text("Stornieren", exact=True).click()
    page.get_by_role("button", name="Termin stornieren").click()
    expect(page.get_by_text("Der Termin ist storniert.")).to_be_visible()
    is_told(page, "Absage")


def an_online_booking_is_seen(page: Page) -> None:
    """It leaves the list, and the list's number says so."""
    page.get_by_role("link", name="Erinnerungen").click()
    rows = page.locator("tr[data-row]")
    before = rows.count()
    rows.get_by_role("button", name="Gesehen").last.click()
    expect(rows).to_have_count(before - 1)
    expect(page.locator("[data-inbox-count]").first).to_have_text(str(before - 1))
