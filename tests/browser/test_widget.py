"""X13: a practice's homepage, of another host, with the booking in it."""

from collections.abc import Callable, Iterator

import pytest
import requests
from playwright.sync_api import Browser, FrameLocator, Page, expect

from tests.browser.conftest import PASSWORD, Site
from tests.browser.test_journey import fill
from tests.systems import until

pytestmark = pytest.mark.browser
HOMEPAGE = "https://praxis.example"
STRANGER = "https://fremd.example"
HERE = (
    "--disable-features=LocalNetworkAccessChecks"  # no browser lets the internet reach into one's own machine unasked
)


@pytest.fixture(name="visit")
def _visit(launch: Callable[..., Browser], site: Site) -> Iterator[Callable[[str, str], Page]]:
    """Opens a homepage that embeds the demo practice, which names one of the two as its own."""
    sign_in = {"email": "demo@top-hearing.example", "password": PASSWORD}
    token = requests.post(f"{site}/api/v1/auth/token", json=sign_in, timeout=20).json()["access_token"]
    own, staff = {"embed_origins": [HOMEPAGE]}, {"Authorization": f"Bearer {token}"}
    requests.patch(f"{site}/api/v1/practice", json=own, headers=staff, timeout=20).raise_for_status()
    script = (
        f'<!doctype html><body><script src="{site}/embed.js" data-practice="top-hearing" data-lang="de" async></script>'
    )
    browser = launch(HERE)
    context = browser.new_context(timezone_id="Europe/Berlin")
    for origin in (HOMEPAGE, STRANGER):
        context.route(f"{origin}/", lambda route: route.fulfill(content_type="text/html", body=script))

    def visit(origin: str, outcome: str) -> Page:
        page = context.new_page()
        with page.expect_event(outcome, lambda request: "embed=1" in request.url):
            page.goto(f"{origin}/")
        return page

    yield visit
    browser.close()


def test_a_customer_books_on_the_practices_own_homepage(visit: Callable[[str, str], Page]) -> None:
    """Without a cookie, and the frame is as tall as its page."""
    page = visit(HOMEPAGE, "requestfinished")
    inside: FrameLocator = page.frame_locator("iframe")
    inside.get_by_role("link", name="Servicetermin").click()
    expect(inside.locator("button.slot").first).to_be_visible()
    until(lambda: page.locator("iframe").evaluate("frame => frame.clientHeight > 600"), what="the frame's height")
    inside.locator("button.slot").nth(70).click()  # not while it moves
    fill(inside)
    inside.get_by_role("button", name="Termin verbindlich buchen").click()
    expect(inside.get_by_role("heading", level=1)).to_have_text("Ihr Termin ist gebucht")
    assert page.context.cookies() == []
    assert page.locator("iframe").evaluate("frame => frame.style.height").endswith("px")


def test_nobody_else_can_frame_it(visit: Callable[[str, str], Page], site: Site) -> None:
    """The customer there gets a plain link instead of a frame that stays empty."""
    page = visit(STRANGER, "requestfailed")
    expect(page.frame_locator("iframe").get_by_role("heading", level=1)).to_have_count(0)
    instead = page.get_by_role("link", name="Termine online buchen")
    expect(instead).to_have_attribute("href", f"{site}/p/top-hearing/book?lang=de", timeout=60_000)
    expect(page.locator("iframe")).to_have_count(0)
