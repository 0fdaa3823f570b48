"""What customers and team are told, set and sent from the desk, in a real browser at a desk and on a phone; axe."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open, scripted
from tests.browser.test_desk_customers import sign_in
from tests.browser.test_journey import look

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("width", [1280, 390])
def test_staff_decide_what_is_told_to_whom_and_when(open_page: Open, width: int) -> None:
    """Reminders with a wrong entry, addresses with the spam hint, a text with its live preview; each saved."""
    page = open_page("/desk/settings/reminders", width)
    sign_in(page)
    rules(page)
    addresses(page)
    words(page)


def rules(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Erinnerungen vor Terminen")
    before = page.locator(".rule").count()
    page.get_by_role("button", name="Erinnerung hinzufügen").click()
    expect(page.locator(".rule")).to_have_count(before + 1)
    page.get_by_label("Vor dem Beginn").last.fill("bald")
    page.get_by_role("button", name="Erinnerungen speichern").last.click()
    expect(page.get_by_role("alert")).to_contain_text("mindestens 10 Minuten")
    look(page, "reminders-error")
    page.get_by_label("Vor dem Beginn").last.fill("3" if before == 3 else "4")
    page.get_by_role("button", name="Erinnerungen speichern").last.click()
    expect(page.get_by_text("Die Erinnerungen sind gespeichert.")).to_be_visible()


def addresses(page: Page) -> None:
    page.goto("/desk/settings/notifications")
    look(page, "notifications")
    page.get_by_role("link", name="Ändern Anna").click()
    page.get_by_label("E-Mail-Adresse").fill("anna@outlook.com")
    page.get_by_label("Mobilnummer").fill("0151 23456789")
    page.get_by_role("button", name="Adressen speichern").click()
    expect(page.get_by_text("landen oft im Spam-Ordner")).to_be_visible()
    look(page, "notification")


def words(page: Page) -> None:
    page.goto("/desk/settings/texts")
    look(page, "texts")
    page.get_by_role("link", name="Terminerinnerung").click()
    scripted(page.get_by_label("Betreff")).fill("Bis bald am {when_short}")
    expect(page.locator(".letter-subject")).to_have_text(re.compile("^Bis bald am [A-Z]"))
    look(page, "text")
    page.get_by_role("button", name="Text speichern").last.click()
    expect(page.get_by_text("Der Text ist gespeichert.")).to_be_visible()
    page.get_by_role("button", name="Zurück zu unserem Text").click()
    expect(page.get_by_label("Betreff")).to_have_value(re.compile("^Erinnerung: "))


@pytest.mark.parametrize(("width", "name"), [(1280, "Jürgen Weiß"), (390, "Max Köhler")])
def test_a_customer_is_reminded_on_demand(open_page: Open, width: int, name: str) -> None:
    """With words of one's own; the mail is in the mailbox a moment later."""
    page = open_page("/desk/appointments", width)
    sign_in(page)
    expect(page.get_by_role("heading", level=1)).to_have_text("Termine")
    items = page.request.get(f"/api/v1/appointments?q={name.split()[1]}&scope=upcoming").json()["items"]
    found = next(item for item in items if item["customer"]["email"])
    page.goto(f"/desk/appointments/{found['id']}/tell?kind=reminder")
    page.get_by_role("checkbox", name="E-Mail").uncheck()
    page.get_by_role("button", name="Erinnerung jetzt senden").click()
    expect(page.get_by_role("alert")).to_contain_text("mindestens einen Weg")
    page.get_by_role("checkbox", name="E-Mail").check()
    page.get_by_label("Ihre Worte").fill("Bitte bringen Sie Ihre Hörgeräte mit.")
    look(page, "tell")
    page.get_by_role("button", name="Erinnerung jetzt senden").click()
    page.wait_for_url(re.compile("did=reminded"))
    expect(page.get_by_text("Die Erinnerung ist unterwegs.")).to_be_visible()
    page.reload()
    page.get_by_text("Erinnerung senden", exact=True).click()
    look(page, "appointment-messages")
    page.goto("/dev/mailbox")
    expect(page.get_by_text(re.compile("Erinnerung: Ihr Termin")).first).to_be_visible()
