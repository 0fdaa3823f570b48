"""A day at the desk in a real browser: lists, an appointment beside its list, a payment, booking for somebody."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import FIRST_ANSWER_LATE, PASSWORD, Open, scripted
from tests.browser.test_journey import look

pytestmark = pytest.mark.browser


def signed_in(open_page: Open, width: int, path: str) -> Page:
    page = open_page(f"/login?next={path}", width)
    page.get_by_label("E-Mail-Adresse").fill("demo@top-hearing.example")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    return page


@pytest.mark.parametrize("width", [1280, 390])
def test_every_list_is_accessible(open_page: Open, width: int) -> None:
    """axe on each page, nothing wider than the screen."""
    page = signed_in(open_page, width, "/desk")
    expect(page.get_by_role("heading", level=1)).to_have_text("Heute")
    for path in ("today", "inbox", "appointments", "past", "analytics?per=week", "book"):
        page.goto(f"/desk/{path}")
        look(page, f"desk-{path.partition('?')[0]}")


def test_an_appointment_opens_beside_its_list_and_a_payment_is_noted(open_page: Open) -> None:
    """K22, K28: the panel has the appointment's address and gives the focus back; Escape closes it."""
    page = signed_in(open_page, 1280, "/desk/past")
    row = page.locator("tr[data-row]", has_text="Hélène Dubois")
    expect(row).to_contain_text("29,00 €")
    scripted(row.get_by_role("link", name="Hélène Dubois")).click()
    panel = page.get_by_role("dialog", name="Hélène Dubois")
    expect(panel).to_contain_text("Preis und Zahlungen")
    expect(page).to_have_url(re.compile(r"/desk/appointments/[0-9a-f-]{36}"))
    panel.get_by_text("Zahlung hinzufügen").click()
    look(page, "desk-panel")
    panel.get_by_label("Betrag").last.fill("9,00")
    panel.get_by_role("button", name="Zahlung eintragen").click()
    expect(panel.get_by_role("alert")).to_contain_text("Die Zahlung ist eingetragen")
    expect(row).to_contain_text("20,00 €")
    page.keyboard.press("Escape")
    expect(panel).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/desk/past$"))
    expect(row.get_by_role("link", name="Hélène Dubois")).to_be_focused()
    cancel_beside_the_list(page)


def cancel_beside_the_list(page: Page) -> None:
    """Told by SMS instead of a mail, and taken back with the button that appears."""
    page.goto("/desk/appointments?q=0151+23456114")
    row = page.locator("tr[data-row]", has_text="Sofia Öztürk")
    row.get_by_role("link", name="Stornieren").click()
    panel = page.get_by_role("dialog", name="Sofia Öztürk")
    ways = panel.locator("form", has=page.get_by_role("button", name="Termin stornieren"))
    ways.get_by_label("E-Mail").uncheck()
    ways.get_by_label("SMS").check()
    ways.get_by_role("button", name="Termin stornieren").click()
    expect(panel.get_by_role("alert")).to_contain_text("Der Termin ist storniert.")
    panel.get_by_role("alert").get_by_role("button", name="Rückgängig").click()
    expect(panel.get_by_role("alert")).to_contain_text("Rückgängig gemacht.")
    expect(panel.locator(".messages-block li", has_text="SMS").filter(has_text="Absage")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_staff_book_move_and_take_it_back(open_page: Open, width: int) -> None:
    """K24 by what is written on the buttons; the appointment's own page, its move, its cancellation and the undo."""
    page = signed_in(open_page, width, "/desk/book")
    service = scripted(page.get_by_label("Service", exact=True))
    page.evaluate(FIRST_ANSWER_LATE)
    service.select_option(label="Servicetermin · 30 Minuten")
    page.get_by_label("Vorname").fill("Karl")
    day = re.compile(str(page.locator(".day-chip").nth(6).text_content())[:8])
    page.locator(".day-chip").nth(6).click()  # before the service's own days have come
    expect(page.locator(".day-chip[aria-current]")).to_have_text(day)
    page.evaluate("late()")
    page.wait_for_timeout(300)  # a late answer changes nothing
    expect(page.locator(".day-chip[aria-current]")).to_have_text(day)
    expect(service.locator("option:checked")).to_have_text("Servicetermin · 30 Minuten")
    page.locator("label.time").nth(2 if width > 800 else 4).click()
    page.get_by_label("Nachname").fill(f"Kurz {width}")
    page.get_by_label("Telefonnummer").fill("0171 2345678")
    expect(page.get_by_label("SMS")).to_be_checked()
    expect(page.get_by_label("E-Mail", exact=False).last).to_be_disabled()
    page.get_by_role("button", name="Termin buchen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text(f"Karl Kurz {width}")
    expect(page.get_by_text("Der Termin ist gebucht.")).to_be_visible()
    page.get_by_text("Verschieben", exact=True).click()
    page.get_by_role("link", name="Freie Zeiten zeigen").click()
    scripted(page.locator("label.time").first)
    look(page, "desk-move")
    page.locator("label.time").first.click()
    page.get_by_role("button", name="Termin verschieben").click()
    expect(page.get_by_text("Der Termin ist verschoben.")).to_be_visible()
    page.get_by_text("Stornieren", exact=True).click()
    page.get_by_role("button", name="Termin stornieren").click()
    expect(page.get_by_text("Der Termin ist storniert.")).to_be_visible()
    page.get_by_role("alert").get_by_role("button", name="Rückgängig").click()
    expect(page.get_by_text("Rückgängig gemacht.")).to_be_visible()
    look(page, "desk-appointment")
    if width > 800:
        what_is_sent_elsewhere_is_seen(page)


def what_is_sent_elsewhere_is_seen(page: Page) -> None:
    """A reminder that a colleague sends stands among the messages without a reload, with its state; what is typed into
    the page meanwhile stays, and that the appointment is another by now is said."""
    page.get_by_label("Nur für die Praxis").fill("Hört schlecht")
    colleague = page.context.new_page()
    colleague.goto(page.url)
    colleague.get_by_text("Erinnerung senden", exact=True).click()
    colleague.get_by_role("button", name="Erinnerung jetzt senden").click()
    expect(colleague.get_by_text("Die Erinnerung ist unterwegs.")).to_be_visible()
    expect(page.locator("#sent li", has_text="Erinnerung")).to_contain_text("gesendet", timeout=60_000)
    expect(page.get_by_label("Nur für die Praxis")).to_have_value("Hört schlecht")
    expect(page.get_by_text("Inzwischen hat jemand anderes den Termin geändert.")).to_be_visible()
    expect(colleague.get_by_text("Inzwischen hat jemand anderes den Termin geändert.")).to_be_hidden()
    colleague.close()


def test_several_requests_are_accepted_without_scripts(open_page: Open) -> None:
    """K21: boxes and a button are enough."""
    page = open_page("/login?next=/desk/appointments?status=pending", 1280, scripts=False)
    page.get_by_label("E-Mail-Adresse").fill("demo@top-hearing.example")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    boxes = page.get_by_role("checkbox", name=re.compile("auswählen"))
    expect(boxes).not_to_have_count(0)
    count = boxes.count()
    for number in range(count):
        boxes.nth(number).check()
    page.locator("form.bulk").get_by_role("button", name="Bestätigen").click()
    expect(page.get_by_text("Die ausgewählten Termine sind geändert.")).to_be_visible()
    expect(boxes).to_have_count(0)
