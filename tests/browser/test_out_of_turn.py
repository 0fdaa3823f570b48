"""Answers that come late, or never, and hands that do not wait: pages keep what was typed, chosen and shown."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.browser.conftest import FIRST_ANSWER_LATE, Open, scripted
from tests.browser.test_call import invite
from tests.browser.test_desk_invitations import invite as invited
from tests.browser.test_desk_settings import sign_in
from tests.browser.test_while_it_changes import book
from tests.systems import until

pytestmark = pytest.mark.browser
OLD_ANSWER_LATE = """(name) => { // the page's own, as it is now, comes when late() is called; `old`: it is there
  const { fetch } = window;
  window.fetch = async (...asked) => {
    if (asked[0] !== location.pathname + location.search) return fetch(...asked);
    window.fetch = fetch;
    const text = await (await fetch(...asked)).text();
    document.body.dataset.old = text.includes(name);
    await new Promise((come) => { window.late = come; });
    const lists = () => [...document.querySelectorAll("main [data-live]")].map((each) => each.textContent).join();
    const over = () => (document.body.dataset.after = lists().includes(name));
    return { ok: true, text: async () => (setTimeout(over), text) };
  };
  document.dispatchEvent(new CustomEvent("live", { detail: { type: "resync", data: {} } }));
}"""
NOTHING_KEPT = """
  Object.defineProperty(window, "sessionStorage", { get() { throw new DOMException("", "SecurityError"); } });
"""
IMPATIENT = """ // once it has entered
  const { fetch } = window, { timeout } = AbortSignal;
  window.fetch = async (...asked) => {
    const answer = await fetch(...asked);
    if (asked[0].endsWith("/enter")) AbortSignal.timeout = () => timeout.call(AbortSignal, 100);
    return answer;
  };
"""


def test_keys_choose_at_leisure_what_a_finger_chooses_at_once(open_page: Open) -> None:
    """WCAG 3.2.2: a step in a list of time zones leads nobody away from it; what is chosen is shown by the button."""
    page = open_page("/p/top-hearing/book")
    page.get_by_role("link", name="Servicetermin").click()
    zones = scripted(page.locator("#tz"))
    chosen_by_keys(page, zones)
    expect(page).to_have_url(re.compile("tz=(?!Europe%2FBerlin)"))
    scripted(zones).dispatch_event("pointerdown")
    zones.select_option("Europe/Berlin")
    expect(page).to_have_url(re.compile("tz=Europe%2FBerlin"))


def chosen_by_keys(page: Page, list: Locator) -> None:
    before = list.input_value()
    list.focus()
    page.keyboard.press("ArrowDown")
    expect(list).not_to_have_value(before)
    page.keyboard.press("Tab")
    show = page.get_by_role("button", name="Anzeigen", exact=True)
    expect(show).to_be_focused()
    show.press("Enter")


def test_a_reception_chooses_by_keys_whose_calendar_it_sees(open_page: Open) -> None:
    """The same in the calendar of the desk."""
    page = open_page("/desk/calendar")
    sign_in(page)
    services = scripted(page.locator(".cal-filter #service"))
    chosen_by_keys(page, services)
    expect(page).to_have_url(re.compile("service="))


def test_hours_are_typed_while_a_period_is_added(open_page: Open) -> None:
    """However long that takes; a second button pressed meanwhile does its part, too."""
    page = open_page("/desk/settings")
    sign_in(page)
    page.get_by_role("link", name="Arbeitszeiten").click()
    page.get_by_role("link", name="Clara", exact=True).click()
    days = ("Samstag", "Sonntag")
    add = [page.get_by_role("button", name=f"{day}: Zeitraum hinzufügen") for day in days]
    scripted(add[0])
    page.evaluate(FIRST_ANSWER_LATE)
    for button in add:
        button.click()
    tuesday = page.get_by_label("Dienstag, von").first
    tuesday.fill("7")
    page.evaluate("late()")
    for day in days:
        expect(page.get_by_label(f"{day}, von")).to_have_count(1)
    expect(tuesday).to_have_value("7")
    expect(tuesday).to_be_focused()


@pytest.mark.parametrize("path", ["/desk/inbox", "/desk/invitations"])
def test_an_older_list_takes_the_place_of_no_newer_one(open_page: Open, site: str, path: str) -> None:
    """Two news in a row, the answer to the first comes last."""
    page = open_page(path)
    sign_in(page)
    scripted(page.get_by_role("heading", level=1))
    page.evaluate(OLD_ANSWER_LATE, "Spätling")
    expect(page.locator("body")).to_have_attribute("data-old", "false")
    if path == "/desk/inbox":
        book(site, "Spätling")
    else:
        invited(site, "Spätling")
    expect(page.locator("main [data-live]", has_text="Spätling")).to_have_count(1)
    page.evaluate("late()")
    expect(page.locator("body")).to_have_attribute("data-after", "true")


def test_the_news_of_a_booking_is_fetched_again(open_page: Open, site: str) -> None:
    """The network, or a service, may be away for a moment."""
    page = open_page("/desk/settings")
    page.clock.install()
    sign_in(page)
    expect(page.locator("html")).to_have_attribute("data-feed", "stream")
    page.route("**/desk/news/*", lambda route: route.fulfill(status=503, body=""), times=1)
    book(site, "Nachzüglerin")
    news = page.get_by_role("group", name="Neue Online-Buchung")
    until(lambda: page.clock.run_for(1_000) or news.count(), what="the news")
    expect(news).to_contain_text("Nachzüglerin")


def test_a_guest_whose_browser_keeps_nothing_enters_and_hears_of_a_lost_network(open_page: Open, site: str) -> None:
    """Site data are blocked, and requests get no answer at all."""
    page = open_page("/")
    page.add_init_script(NOTHING_KEPT + IMPATIENT)
    page.route("**/signals?*", lambda route: None)
    page.goto(invite(site)[1])
    page.get_by_role("button", name="Eintreten").click()
    expect(page.locator("[data-call]")).to_have_attribute("data-line", "offline")
