"""A customer's whole way in a real browser, on a desk and on a phone, with and without JavaScript; axe on each page."""

import itertools
import re
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import FrameLocator, Page, expect

from tests.browser.conftest import PASSWORD, PICTURES, Open, Site, scripted
from tests.browser.test_while_it_changes import book
from tests.systems import until

pytestmark = pytest.mark.browser
SEEN = itertools.count(1)
LONGEST = 8000  # pixels; of more, as in a full mailbox, Chromium makes no picture
ENTRIES = {
    "Vorname": "Jürgen",
    "Nachname": "Groß",
    "E-Mail-Adresse": "j.gross@example.com",
    "Telefonnummer": "0151 23456789",
}


def look(page: Page, name: str, scripts: bool = True) -> None:
    """Keep a picture, see that nothing is cut off at the side, and let axe judge."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    width = page.viewport_size["width"] if page.viewport_size else 0
    page.wait_for_load_state()
    whole = page.evaluate("document.documentElement.scrollHeight") < LONGEST
    page.screenshot(path=Path(PICTURES, f"{name}-{width}.png"), full_page=whole)
    if not scripts:
        return
    assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{name} is wider than the screen"
    report = Axe().run(page)
    assert report.violations_count == 0, f"{name}: {report.generate_report()}"


def fill(page: Page | FrameLocator) -> None:
    """What every booking needs, at a person's speed."""
    for label, value in ENTRIES.items():
        page.get_by_label(label, exact=True).fill(value)
    page.locator("body").page.wait_for_timeout(2100)


@pytest.mark.parametrize("scripts", [True, False], ids=["with JavaScript", "without JavaScript"])
@pytest.mark.parametrize("width", [1280, 390])
def test_a_customer_books_moves_cancels_and_takes_it_back(open_page: Open, width: int, scripts: bool) -> None:
    """From the practice's page to the undone cancellation, by what is written on the buttons alone."""
    page = open_page("/p/top-hearing", width, scripts)
    look(page, "profile", scripts)
    page.get_by_role("link", name="Termin buchen").click()
    look(page, "choose", scripts)
    page.get_by_role("link", name="Servicetermin").click()
    go_on(page)
    page.wait_for_url(re.compile("from="))  # with JavaScript the same page stays, dimmed until the grid has changed
    expect(page.locator(".week.loading")).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_have_text("Wann möchten Sie kommen?")
    look(page, "week", scripts)
    page.locator("button.slot").nth(next(SEEN)).click()
    look(page, "form", scripts)
    page.get_by_role("button", name="Termin verbindlich buchen").click()
    expect(page.get_by_role("alert")).to_contain_text("Bitte prüfen Sie 4 Angaben")
    look(page, "form-errors", scripts)
    fill(page)
    page.get_by_role("button", name="Zeit verlängern").click()
    expect(page.get_by_label("Vorname")).to_have_value("Jürgen")
    page.get_by_role("button", name="Termin verbindlich buchen").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Termin ist gebucht")
    look(page, "done", scripts)
    change_everything(page, scripts)


def go_on(page: Page) -> None:
    """To the next page of the grid: by its link, or on a phone by the button for the next days until they end."""
    later, next_days = page.get_by_role("link", name="Später"), page.get_by_role("button", name="Nächste Tage")
    scripted(page.locator("[data-grid]"))  # by then the script has taken the link away on a phone
    if not next_days.is_visible():
        later.click()
        return
    while "from=" not in page.url:
        next_days.click()
        page.wait_for_timeout(600)


def change_everything(page: Page, scripts: bool) -> None:
    """Move, cancel, take back."""
    page.get_by_role("link", name="Termin verwalten").click()
    look(page, "manage", scripts)
    page.get_by_role("button", name="Termin verschieben").click()
    look(page, "move", scripts)
    page.locator("button.slot").nth(20 + next(SEEN)).click()
    look(page, "move-question", scripts)
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Ja, Termin verschieben").click()
    moved = page.get_by_role("alert")
    expect(moved).to_contain_text("Ihr Termin ist verschoben")
    if scripts:
        expect(moved).to_be_focused()  # what has happened is read out first
    page.get_by_role("button", name="Termin stornieren").click()
    look(page, "cancel-question", scripts)
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Ja, Termin stornieren").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Ihr Termin ist storniert")
    look(page, "cancelled", scripts)
    page.wait_for_timeout(1100)
    page.get_by_role("button", name="Stornierung zurücknehmen").click()
    expect(page.get_by_text("Ihr Termin gilt wieder")).to_be_visible()


def test_paging_keeps_the_focus_and_arrows_move_in_the_grid(open_page: Open) -> None:
    """A2 by keyboard."""
    page = open_page("/p/top-hearing/book")
    page.get_by_role("link", name="Servicetermin").click()
    scripted(page.get_by_role("link", name="Später")).focus()
    page.keyboard.press("Enter")
    page.wait_for_url(re.compile("from="))
    expect(page.locator("a[data-swap=later]")).to_be_focused()
    page.locator("button.slot").first.focus()
    first = page.evaluate("document.activeElement.value")
    page.keyboard.press("ArrowRight")
    right = page.evaluate("document.activeElement.value")
    assert right[:10] > first[:10]
    page.keyboard.press("ArrowDown")
    assert page.evaluate("document.activeElement.value")[:10] == right[:10]


def test_a_phone_shows_three_days_and_buttons_bring_the_next(open_page: Open) -> None:
    """look.md: three days at a time, swipe or buttons."""
    page = open_page("/p/top-hearing/book", 390)
    page.get_by_role("link", name="Servicetermin").click()
    heads = page.locator(".week-table th")
    for name in ("Bei wem", "Zeiten angezeigt für"):
        assert scripted(page.get_by_label(name)).evaluate("e => e.clientWidth") > 300  # else words are cut
    expect(heads.nth(2)).to_be_in_viewport(ratio=0.9)
    expect(heads.nth(3)).not_to_be_in_viewport(ratio=0.5)
    page.get_by_role("button", name="Nächste Tage").click()
    expect(heads.nth(3)).to_be_in_viewport(ratio=0.9)


def test_a_phone_has_one_pair_of_arrows_that_leads_on_and_back(open_page: Open) -> None:
    """Past the last days comes the next page, and back from there the days that were seen last; the focus stays."""
    page = open_page("/p/top-hearing/book", 390)
    page.get_by_role("link", name="Servicetermin").click()
    expect(page.get_by_role("link", name="Später")).to_have_count(0)
    first, later = page.locator(".week-table th").first, page.get_by_role("button", name="Nächste Tage")
    earlier = page.get_by_role("button", name="Vorige Tage")
    expect(earlier).to_have_attribute("aria-disabled", "true")
    expect(page.locator("button.slot").first).to_be_in_viewport(ratio=1)
    seen = first.inner_text()
    go_on(page)
    expect(first).not_to_have_text(seen)
    expect(later).to_be_focused()
    earlier.click()
    expect(first).to_have_text(seen, use_inner_text=True)
    expect(page.locator(".week-table th").last).to_be_in_viewport(ratio=0.9)
    expect(earlier).to_be_focused()


def test_a_long_mail_is_shown_whole(open_page: Open, site: str) -> None:
    """The frame is as tall as the mail, on a desk and on a phone."""
    book(site, "Lange")
    for width in (1280, 390):
        page = open_page("/dev/mailbox", width)
        page.reload()
        mails = page.locator("a.mail-link", has_not_text="SMS")
        while not mails.count():
            page.reload()
        mails.first.click()
        frame = page.locator("iframe")
        expect(frame).to_have_attribute("style", re.compile("height"))
        inside = frame.content_frame.locator("html")
        page.wait_for_timeout(300)
        assert inside.evaluate("e => e.scrollHeight <= e.clientHeight")
        assert inside.evaluate("e => e.clientHeight - document.body.scrollHeight") < 100


def test_a_visitor_elsewhere_is_offered_the_own_clock(open_page: Open) -> None:
    """K2: the page notices that the visitor's clock differs, and says whose times it shows."""
    page = open_page("/p/top-hearing/book", timezone_id="America/New_York")
    page.get_by_role("link", name="Servicetermin").click()
    page.get_by_role("link", name="In meiner Zeitzone anzeigen").click()
    expect(page.get_by_text("Alle Zeiten gelten für New York")).to_be_visible()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1280, 390, 320])
def test_every_other_page_is_accessible(open_page: Open, width: int, scheme: str) -> None:
    """axe in both schemes, down to 320 px."""
    page = open_page("/", width, color_scheme=scheme)
    for path in ("/", "/p/top-hearing", "/login", "/nowhere", "/dev/components", "/dev/mailbox", "/p/top-hearing/book"):
        page.goto(path)
        look(page, f"{scheme}{path.replace('/', '-')}")


def test_staff_sign_in_and_decide(open_page: Open, site: Site) -> None:
    """From the sign-in to the list of new bookings."""
    book(site, "Frieda", "Beratung")
    page = open_page("/login")
    page.get_by_label("E-Mail-Adresse").fill("demo@top-hearing.example")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Heute")
    page.get_by_role("link", name="Erinnerungen").click()
    look(page, "desk")
    page.get_by_role("button", name="Bestätigen").first.click()
    expect(page.get_by_text("Der Termin ist bestätigt")).to_be_visible()


def test_the_widget_books_inside_a_frame(open_page: Open) -> None:
    """X13: the frame grows with its page and needs no cookie."""
    page = open_page("/dev/embed")
    frame = page.frame_locator("iframe")
    frame.get_by_role("link", name="Servicetermin").click()
    expect(frame.locator("button.slot").first).to_be_visible()
    until(lambda: page.evaluate("document.querySelector('iframe').clientHeight > 600"), what="the right height")
    frame.locator("button.slot").nth(60).click()
    expect(frame.get_by_role("heading", level=1)).to_have_text("Ihre Angaben")
    assert page.context.cookies() == []
