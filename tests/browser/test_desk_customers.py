"""A reception and its customers in a real browser, at a desk and on a phone: found, made, linked, merged; axe."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Open
from tests.browser.test_journey import look

pytestmark = pytest.mark.browser


def sign_in(page: Page) -> None:
    """As the demo's owner; leads to the page that was asked for."""
    page.get_by_label("E-Mail-Adresse").fill("demo@top-hearing.example")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()


def make(page: Page, last_name: str, phone: str) -> None:
    """A new record by the form."""
    page.goto("/desk/customers/new")
    page.get_by_label("Vorname").fill("Greta")
    page.get_by_label("Nachname").fill(last_name)
    page.get_by_label("Telefonnummer").fill(phone)
    page.get_by_role("button", name="Kunde anlegen").click()
    expect(page.get_by_role("alert")).to_contain_text("Der Kunde ist angelegt.")


@pytest.mark.parametrize("width", [1280, 390])
def test_a_reception_looks_after_its_customers(open_page: Open, width: int) -> None:
    """Search, an empty form, a phone-only record, its twin, the merge; by what is written on the buttons."""
    page = open_page("/desk/customers", width)
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Kunden")
    look(page, "customers")
    page.get_by_role("link", name="Neuer Kunde").click()
    page.get_by_role("button", name="Kunde anlegen").click()
    expect(page.get_by_role("alert")).to_contain_text("Bitte prüfen Sie 3 Angaben")
    look(page, "customer-form-errors")
    make(page, f"Zander{width}", f"0711 55{width}")
    make(page, f"Sander{width}", f"0711 55{width}")
    page.get_by_role("link", name="Zusammenführen …").first.click()
    look(page, "customer-merge")
    page.get_by_role("button", name="Jetzt zusammenführen").click()
    expect(page.get_by_text("Die beiden Einträge sind jetzt einer.")).to_be_visible()
    look(page, "customer-record")
    if width > 1000:
        page.keyboard.press("/")
        page.keyboard.type("mustermann")
        page.keyboard.press("Enter")
    else:
        page.goto("/desk/search?q=mustermann")
    expect(page.get_by_role("heading", name="Kommende Termine")).to_be_visible()
    look(page, "search")
    page.get_by_role("link", name="Groß, Lena").or_(page.get_by_role("link", name="Mustermann, Erika")).first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Erika Mustermann")


@pytest.mark.parametrize(("width", "name"), [(1280, "Mustermann"), (390, "Schröder")])
def test_a_booking_is_linked_to_who_is_suggested(open_page: Open, width: int, name: str) -> None:
    """In the appointment's page: linked, taken back, a new record made of what was entered; the reasons are said."""
    page = open_page(f"/desk/search?q={name}", width)
    sign_in(page)
    booking = page.locator("table.appointments a.whole").first.get_attribute("href") or ""
    page.goto(f"{booking}/customer")
    look(page, "appointment-customer")
    page.goto(booking)
    expect(page.get_by_text("gleicher Name").first).to_be_visible()
    page.get_by_role("button", name="Zuordnen").first.click()
    expect(page.get_by_text("Der Kunde ist zugeordnet.")).to_be_visible()
    page.get_by_role("button", name="Zuordnung aufheben").click()
    expect(page.get_by_role("heading", name="Wer ist es?")).to_be_visible()
    page.get_by_role("link", name="Neuen Kunden anlegen").click()
    look(page, "appointment-customer-new")
    page.get_by_role("button", name="Anlegen und zuordnen").click()
    expect(page.get_by_role("button", name="Zuordnung aufheben")).to_be_visible()
