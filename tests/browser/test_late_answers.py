"""What is typed at the desk when answers come late, or not at all: it stays, and it stays with its own appointment."""

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import NEXT_ANSWER_LATE, Open, scripted
from tests.browser.test_desk_appointments import signed_in
from tests.browser.test_journey import look

pytestmark = pytest.mark.browser
STAYS = "Was Sie eingegeben haben, steht noch hier"


def test_the_panel_is_of_what_was_opened_last_and_keeps_what_is_typed(open_page: Open) -> None:
    """And a double click sends a message once."""
    page = signed_in(open_page, 1280, "/desk/appointments")
    expect(page.get_by_role("heading", level=1)).to_have_text("Termine")
    first, second = coming(page, "Weiß"), coming(page, "Köhler")
    page.evaluate(NEXT_ANSWER_LATE, [first.get_attribute("href"), 0])
    scripted(first).click()
    page.keyboard.press("Escape")
    second.click()
    panel = page.get_by_role("dialog", name="Max Köhler")
    note = panel.get_by_label("Nur für die Praxis")
    note.fill("Hört links schlecht")
    page.evaluate("late()")
    page.wait_for_timeout(300)  # a late answer changes nothing
    expect(note).to_have_value("Hört links schlecht")
    is_told_when_it_is_not_saved(page, panel, note)
    is_reminded_once(page, panel)
    is_not_disturbed_by_the_one_before(page, panel, first)


def coming(page: Page, name: str) -> Locator:
    """The link of an appointment that is to come."""
    found = page.request.get(f"/api/v1/appointments?q={name}&scope=upcoming").json()["items"]
    return page.locator(f"#a-{found[0]['id']} a[data-panel]").first


def is_told_when_it_is_not_saved(page: Page, panel: Locator, note: Locator) -> None:
    page.evaluate(NEXT_ANSWER_LATE, ["/note", 503])
    keep = panel.get_by_role("button", name="Notiz speichern")
    keep.click()
    page.evaluate("late()")
    expect(panel.get_by_role("alert")).to_contain_text(STAYS)
    expect(note).to_have_value("Hört links schlecht")
    look(page, "desk-panel-unanswered")
    keep.click()
    expect(panel.get_by_role("alert")).not_to_contain_text(STAYS)
    expect(note).to_have_value("Hört links schlecht")


def is_reminded_once(page: Page, panel: Locator) -> None:
    sent = list[str]()
    page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
    panel.get_by_text("Erinnerung senden", exact=True).click()
    panel.get_by_role("button", name="Erinnerung jetzt senden").dblclick()
    expect(panel.get_by_role("alert")).to_contain_text("Die Erinnerung ist unterwegs.")
    assert len([url for url in sent if "/tell" in url]) == 1


def is_not_disturbed_by_the_one_before(page: Page, panel: Locator, other: Locator) -> None:
    """Closed before the answer came: that it is not saved is said, and what is open stays."""
    panel.get_by_label("Nur für die Praxis").fill("Hört rechts schlecht")
    page.evaluate(NEXT_ANSWER_LATE, ["/note", 503])
    panel.get_by_role("button", name="Notiz speichern").click()
    page.keyboard.press("Escape")
    other.click()
    note = page.get_by_role("dialog", name="Jürgen Weiß").get_by_label("Nur für die Praxis")
    note.fill("Kommt mit dem Bus")
    page.evaluate("late()")
    expect(page.locator("#live-news")).to_contain_text("Max Köhler")
    expect(note).to_have_value("Kommt mit dem Bus")


@pytest.mark.parametrize("width", [1280, 390])
def test_what_is_typed_for_a_booking_stays_when_another_day_does_not_come(open_page: Open, width: int) -> None:
    page = signed_in(open_page, width, "/desk/book")
    typed = {"Vorname": "Karla", "Nachname": "Lang", "Telefonnummer": "0171 2345679", "Notiz": "Fragt nach Batterien"}
    for label, text in typed.items():
        page.get_by_label(label).fill(text)
    day = scripted(page.locator(".day-chip").nth(3))
    page.evaluate(NEXT_ANSWER_LATE, ["/desk/book", 503])
    day.click()
    page.evaluate("late()")
    expect(page.get_by_role("alert")).to_contain_text(STAYS)
    look(page, "desk-book-unanswered")
    day.click()
    expect(day).to_have_attribute("aria-current", "date")
    expect(page.get_by_role("alert")).to_have_count(0)
    page.context.clear_cookies()  # signed out elsewhere
    page.locator(".day-chip").nth(4).click()
    expect(page.get_by_role("alert")).to_contain_text("Sie sind nicht mehr angemeldet.")
    for label, text in typed.items():
        expect(page.get_by_label(label)).to_have_value(text)
