"""What happens to a page while it is looked at: the week grid between two pages, the desk's list when it grows."""

import json
import urllib.request
from datetime import UTC, datetime
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import FIRST_ANSWER_LATE, PASSWORD, Open, scripted
from tests.systems import until

pytestmark = pytest.mark.browser
API = "/api/v1/practices/top-hearing"
CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_grid_stays_readable_while_the_next_week_comes(open_page: Open, scheme: str) -> None:
    """A slow answer: the grid is quieter meanwhile, never under 4.5:1."""
    page = open_page("/p/top-hearing/book", color_scheme=scheme)
    page.get_by_role("link", name="Servicetermin").click()
    later = page.get_by_role("link", name="Später")
    scripted(later)
    page.route("**/book?*", lambda route: None)  # no answer at all
    later.click()
    expect(page.locator(".week.loading")).to_have_count(1)
    page.wait_for_timeout(300)
    report = Axe().run(page, options=CONTRAST)
    assert report.violations_count == 0, report.generate_report()
    faded = "[...document.querySelectorAll('.week.loading, .week.loading *:not([aria-hidden], [aria-disabled])')]"
    assert page.evaluate(f"Math.min(...{faded}.map(e => Number(getComputedStyle(e).opacity)))") == 1


def test_the_grid_shows_the_week_that_was_chosen_last(open_page: Open) -> None:
    """However late the answer to an earlier choice comes."""
    page = open_page("/p/top-hearing/book")
    page.get_by_role("link", name="Servicetermin").click()
    first = scripted(page.locator("[data-grid] th").first).text_content() or ""
    page.get_by_role("link", name="Später").click()
    expect(page.locator("[data-grid] th").first).not_to_have_text(first)
    page.evaluate(FIRST_ANSWER_LATE)
    page.get_by_role("link", name="Später").click()
    page.get_by_role("link", name="Früher").click()
    expect(page.locator("[data-grid] th").first).to_have_text(first)
    shown = page.url
    page.evaluate("late()")
    page.wait_for_timeout(300)
    expect(page.locator("[data-grid] th").first).to_have_text(first)
    expect(page).to_have_url(shown)


@pytest.mark.parametrize("way", ["button", "back", "without scripts"])
def test_the_way_back_to_the_grid_gives_the_time_back(open_page: Open, way: str) -> None:
    """X7: to its own customer the time is no x there, and a time that overlaps it can be had."""
    page = open_page("/p/top-hearing/book", scripts=way != "without scripts")
    page.get_by_role("link", name="Beratung").click()
    slot = page.locator("button.slot").last
    own = slot.get_attribute("value")
    slot.click()
    scripted(page.get_by_role("heading", name="Ihre Angaben"))
    if way == "back":
        page.go_back()
    else:
        page.get_by_role("button", name="Ändern (Zeit)").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Wann möchten Sie kommen?", timeout=60_000)
    again = page.locator(f"button.slot[value='{own}']")
    if way == "without scripts":
        until(lambda: page.reload() and again.count() == 1, what="the time in the grid, long before its hold ends")
    expect(again).to_have_count(1, timeout=60_000)
    again.click()
    expect(page.get_by_text("für Sie reserviert")).to_be_visible()


def test_the_list_grows_without_taking_the_focus(open_page: Open, site: str) -> None:
    """A6: within two minutes, also while somebody stands on a button of the list; what is open stays open."""
    page = signed_in(open_page)
    book(site, "Erste")
    page.reload()
    focused = page.locator("tr[data-row]", has_text="Erste").get_by_role("button", name="Gesehen")
    page.locator("tr[data-row]", has_text="Erste").get_by_text("Angaben").click()
    focused.focus()
    book(site, "Zweite")
    page.clock.run_for(119_000)
    expect(page.locator("tr[data-row]", has_text="Zweite")).to_have_count(1)
    expect(focused).to_be_focused()
    expect(page.locator("tr[data-row]", has_text="Erste").locator("details")).to_have_attribute("open", "")


def test_a_line_that_goes_hands_the_focus_to_its_heading(open_page: Open, site: str) -> None:
    """Handled by a colleague meanwhile: the focus is not lost to the top of the page."""
    page = signed_in(open_page)
    book(site, "Dritte")
    page.reload()
    line = page.locator("tr[data-row]", has_text="Dritte")
    line.get_by_role("button", name="Gesehen").focus()
    id = str(line.get_attribute("id")).removeprefix("a-")
    bearer = post(site, "/api/v1/auth/token", {"email": "demo@top-hearing.example", "password": PASSWORD})
    post(site, f"/api/v1/appointments/{id}/acknowledge", {}, Authorization=f"Bearer {bearer['access_token']}")
    page.clock.run_for(119_000)
    expect(line).to_have_count(0)
    expect(page.get_by_role("heading", level=1)).to_be_focused()


def signed_in(open_page: Open) -> Page:
    """The desk, its clock in the test's hand."""
    page = open_page("/login")
    page.clock.install()
    page.get_by_label("E-Mail-Adresse").fill("demo@top-hearing.example")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Heute")
    page.goto("/desk/inbox")
    return page


def book(site: str, name: str, what: str = "Servicetermin") -> None:
    """A customer books the last free time for it within two weeks."""
    practice = get(site, API)
    service = next(each["id"] for each in practice["services"] if each["name"] == what)
    days = get(site, f"{API}/slots?service={service}&from={datetime.now(UTC).date()}&days=14")["days"]
    start = [slot["start"] for day in days for slot in day["slots"] if slot["bookable"]][-1]
    customer = {"first_name": name, "last_name": "Kundin", "email": "k@example.org", "phone": "+4971112345678"}
    post(site, f"{API}/appointments", {"service": service, "start": start, "customer": customer})


def get(site: str, path: str) -> Any:
    with urllib.request.urlopen(site + path, timeout=20) as answer:
        return json.load(answer)


def post(site: str, path: str, body: Any, **headers: str) -> Any:
    sent = {"Content-Type": "application/json", **headers}
    request = urllib.request.Request(site + path, json.dumps(body).encode(), sent)
    with urllib.request.urlopen(request, timeout=20) as answer:
        return json.load(answer)
