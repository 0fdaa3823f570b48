"""A new practice's first minutes in a real browser, and its people; axe on each page."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_journey import look

pytestmark = pytest.mark.browser
PASSWORD = "a very good password"


def from_mailbox(page: Page, subject: str, button: str) -> None:
    """Open the newest mail of this subject and press the button in it."""
    page.goto("/dev/mailbox")
    while not page.locator("a.mail-link", has_text=subject).count():
        page.wait_for_timeout(200)
        page.reload()
    page.locator("a.mail-link", has_text=subject).first.click()
    link = page.frame_locator("iframe").get_by_role("link", name=button)
    page.goto(str(link.get_attribute("href")))


@pytest.mark.parametrize("width", [1280, 390])
def test_a_practice_registers_takes_the_first_steps_and_is_booked(open_page: Open, width: int) -> None:
    """From the form to the first appointment, with what is written on the pages alone."""
    name, email = f"Hörwerk {width}", f"max{width}@hoerwerk.example"
    page = open_page("/register", width)
    expect(page.get_by_label("Zeitzone")).to_have_value("Europe/Berlin")
    page.get_by_role("button", name="Registrieren").click()
    look(page, "register-errors")
    page.get_by_label("Name der Praxis").fill(name)
    page.get_by_label("Ihr Name").fill("Max Müller")
    page.get_by_label("E-Mail-Adresse").fill(email)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.wait_for_timeout(2100)
    look(page, "register")
    page.get_by_role("button", name="Registrieren").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Bitte sehen Sie in Ihr Postfach")
    look(page, "register-sent")
    from_mailbox(page, "Bitte bestätigen Sie Ihre Adresse", "Adresse bestätigen")
    look(page, "register-confirm")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Bestätigen und anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Erste Schritte")
    look(page, "first-steps")
    take_steps(page)
    look(page, "first-steps-done")
    page.get_by_role("link", name="Probetermin buchen").click()
    page.get_by_role("link", name="Termin buchen").click()
    page.locator("button.slot").first.click()
    page.get_by_label("Vorname").fill("Max")
    page.get_by_label("Nachname").fill("Müller")
    page.get_by_label("E-Mail-Adresse").fill(email)
    page.get_by_label("Telefonnummer").fill("0151 23456789")
    page.wait_for_timeout(2100)
    page.get_by_role("button", name="Termin verbindlich buchen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Termin ist gebucht")
    people(page)


def take_steps(page: Page) -> None:
    """Each opens when the one before is taken."""
    page.get_by_label("Adresse", exact=True).fill("Hauptstraße 1, 10115 Berlin")
    page.get_by_role("button", name="Speichern und weiter").click()
    page.get_by_label("Name des Services").fill("Beratung")
    page.get_by_role("button", name="Speichern und weiter").click()
    page.get_by_label("Name, den Kunden sehen").fill("Max")
    look(page, "first-steps-hours")
    page.get_by_role("button", name="Speichern und weiter").click()
    expect(page.get_by_role("heading", name="Ihre Buchungsseite ist bereit")).to_be_visible()


def people(page: Page) -> None:
    """Users and one's own account."""
    page.goto("/desk/settings/users")
    page.get_by_label("Name", exact=True).fill("Rita Berg")
    page.get_by_label("E-Mail-Adresse").fill(f"rita{page.viewport_size['width']}@hoerwerk.example")  # type: ignore[index]
    page.get_by_role("button", name="Einladung senden").click()
    expect(page.get_by_text("Die Einladung ist unterwegs")).to_be_visible()
    look(page, "users")
    page.get_by_role("link", name="Rita Berg").click()
    look(page, "user")
    page.goto("/desk/settings/account")
    look(page, "account")


def test_a_forgotten_password_is_chosen_by_mail(open_page: Open) -> None:
    """And a link that was used says that it is over."""
    page = open_page("/login/forgot")
    look(page, "forgot")
    page.get_by_label("E-Mail-Adresse").fill("demo@top-hearing.example")
    page.get_by_role("button", name="Link senden").click()
    expect(page.get_by_role("alert")).to_contain_text("Wenn es zu dieser Adresse ein Konto gibt")
    from_mailbox(page, "Neues Passwort für Terminfluss", "Neues Passwort wählen")
    look(page, "choose-password")
