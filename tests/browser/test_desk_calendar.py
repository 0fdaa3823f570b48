"""The desk's calendar in a browser: drag, block, ask why, and the pop-up of a booking that somebody else makes."""

import json
import re
import urllib.request
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect

from tests.browser.conftest import NEXT_ANSWER_LATE, PASSWORD, PICTURES
from tests.systems import until

BERLIN = ZoneInfo("Europe/Berlin")
Open = Callable[..., Page]


class Practice:
    """The demo practice, over the API."""

    def __init__(self, site: str):
        self.site, self.token = site, ""
        signed_in = self.call("POST", "/auth/token", {"email": "demo@top-hearing.example", "password": PASSWORD})
        self.token = signed_in["access_token"]
        self.calendars = {one["nickname"]: one["id"] for one in self.call("GET", "/calendars")["items"]}
        self.services = {one["name"]: one["id"] for one in self.call("GET", "/services")["items"]}
        self.day = self._quiet_day()

    def call(self, method: str, path: str, body: Any = None) -> Any:
        request = urllib.request.Request(f"{self.site}/api/v1{path}", method=method)
        request.add_header("Content-Type", "application/json")
        if self.token:
            request.add_header("Authorization", f"Bearer {self.token}")
        with urllib.request.urlopen(request, json.dumps(body).encode() if body else None, timeout=20) as answer:
            return json.load(answer)

    def book(self, hour: int, minute: int, last_name: str, who: str = "Anna") -> Any:
        """As a customer, on the quiet day."""
        start = datetime(self.day.year, self.day.month, self.day.day, hour, minute, tzinfo=BERLIN)
        customer = {"first_name": "Kim", "last_name": last_name, "email": f"{last_name}@kunden.example".lower()}
        body = {"service": self.services["Servicetermin"], "calendar": self.calendars[who], "start": start.isoformat()}
        wish = {**body, "customer": {**customer, "phone": "0711 123456"}}
        return self.call("POST", "/practices/top-hearing/appointments", wish)

    @staticmethod
    def _quiet_day() -> date:
        """A Wednesday in five weeks, in which the demo books nothing."""
        day = datetime.now(UTC).date() + timedelta(days=35)
        return day + timedelta(days=(2 - day.weekday()) % 7)


@pytest.fixture(name="practice", scope="module")
def _practice(site: str) -> Practice:
    return Practice(site)


@pytest.fixture(name="desk")
def _desk(open_page: Open) -> Open:
    """Opens a page of the desk, signed in."""

    def desk(path: str, width: int = 1280, **options: Any) -> Page:
        page = open_page("/login", width, **options)
        page.get_by_label("E-Mail").fill("demo@top-hearing.example")
        page.get_by_label("Passwort").fill(PASSWORD)
        page.locator("main button").click()
        page.wait_for_url("**/desk**")
        page.goto(path)
        return page

    return desk


def look(page: Page, name: str) -> None:
    """A picture, and no violation that axe knows of."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=PICTURES / f"{name}.png", full_page=True)
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


def drawn(page: Page, name: str) -> Any:
    """An appointment in the drawn calendar."""
    return page.locator("#planner [data-kind='appointment']", has_text=name)


def note(page: Page, name: str) -> Any:
    """The pop-up of a new booking."""
    return page.get_by_role("group", name="Neue Online-Buchung").filter(has_text=name)


def drag(page: Page, box: Any, down: float, right: float = 0.0) -> None:
    """Take it at its upper part and drop it so many pixels away."""
    place = until(box.bounding_box, what="the appointment to be drawn")  # the calendar may just be drawn anew
    x, y = place["x"] + place["width"] / 2, place["y"] + 8
    page.mouse.move(x, y)
    page.mouse.down()
    page.mouse.move(x + right / 2, y + down / 2, steps=4)
    page.mouse.move(x + right, y + down, steps=4)
    page.mouse.up()


def test_a_reception_moves_blocks_and_asks(desk: Open, practice: Practice) -> None:
    """Drag a customer an hour later, without telling; block a time; ask why it cannot be booked; look at all of it."""
    practice.book(9, 0, "Ziehmann")
    page = desk(f"/desk/calendar?view=day&date={practice.day}")
    box = drawn(page, "Ziehmann")
    expect(box).to_have_attribute("aria-label", re.compile("09:00 – 09:30, Kim Ziehmann"))
    drag(page, box, down=96)  # four quarters of an hour
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_label("Beginn")).to_have_value(f"{practice.day}T10:00")
    look(page, "desk-calendar-move-1280")
    page.keyboard.press("Escape")
    expect(drawn(page, "Ziehmann")).to_have_attribute("aria-label", re.compile("09:00 – 09:30"))

    drag(page, drawn(page, "Ziehmann"), down=96)
    dialog.get_by_role("group", name="Kunden benachrichtigen").get_by_label("E-Mail").uncheck()
    dialog.get_by_role("button", name="Verschieben").click()
    expect(page.get_by_role("alert")).to_contain_text("Der Kunde wird nicht benachrichtigt")
    expect(drawn(page, "Ziehmann")).to_have_attribute("aria-label", re.compile("10:00 – 10:30"))

    drag(page, drawn(page, "Ziehmann"), down=192)  # into the break at noon
    dialog.get_by_role("button", name="Verschieben").click()
    expect(dialog.get_by_role("alert")).to_be_visible()
    expect(dialog.get_by_label("Trotzdem dorthin verschieben")).to_be_visible()
    page.keyboard.press("Escape")
    expect(drawn(page, "Ziehmann")).to_have_attribute("aria-label", re.compile("10:00 – 10:30"))

    page.get_by_role("link", name="Abwesend oder nicht buchbar?").click()
    dialog.get_by_label("Von").fill(f"{practice.day}T14:00")
    dialog.get_by_label("Bis").fill(f"{practice.day}T15:00")
    dialog.get_by_label("Grund").fill("Arzt")
    dialog.get_by_role("button", name="Zeit sperren").click()
    away = page.locator("#planner [data-kind='absence']")
    expect(away).to_contain_text("Arzt")

    page.get_by_role("link", name="Abwesend oder nicht buchbar?").click()
    dialog.locator("#why-start").fill(f"{practice.day}T14:30")
    dialog.get_by_role("button", name="Warum?").click()
    expect(dialog.get_by_role("status")).to_contain_text("Abwesend:")
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()
    look(page, "desk-calendar-day-1280")
    away.click()
    dialog.get_by_role("button", name="Abwesenheit löschen").click()
    expect(away).to_have_count(0)


def test_the_menu_of_an_appointment_is_there_for_the_keyboard(desk: Open, practice: Practice) -> None:
    """Menu key, arrows, Escape; a cancellation asks first."""
    practice.book(9, 0, "Tastmann", "Ben")
    page = desk(f"/desk/calendar?view=week&date={practice.day}")
    box = drawn(page, "Tastmann")
    box.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("dialog", name="Kim Tastmann")).to_contain_text("Preis und Zahlungen")
    page.keyboard.press("Escape")
    expect(page).to_have_url(re.compile("/desk/calendar"))
    box.focus()
    page.keyboard.press("Shift+F10")
    menu = page.get_by_role("menu", name="Aktionen")
    expect(menu).to_be_visible()
    page.keyboard.press("Escape")
    expect(menu).to_be_hidden()
    expect(box).to_be_focused()
    page.keyboard.press("Shift+F10")
    menu.get_by_role("menuitem", name="Stornieren").press("Enter")
    page.get_by_role("dialog").get_by_role("button", name="Termin stornieren").click()
    expect(page.get_by_role("alert")).to_contain_text("storniert")
    expect(drawn(page, "Tastmann")).to_have_attribute("aria-label", re.compile("Storniert"))
    page.goto(f"/desk/calendar?view=month&date={practice.day}")
    expect(drawn(page, "Tastmann")).to_be_visible()
    look(page, "desk-calendar-month-1280")


def test_a_dialog_is_of_one_appointment_whenever_answers_come(desk: Open, practice: Practice) -> None:
    """The one asked for last; what is sent comes back to no other's, and what is typed outlasts a failure."""
    practice.book(11, 30, "Erstmann")
    practice.book(10, 30, "Zweitmann", "Ben")
    page = desk(f"/desk/calendar?view=day&date={practice.day}")
    dialog = page.get_by_role("dialog")
    expect(drawn(page, "Zweitmann")).to_be_visible()
    page.evaluate(NEXT_ANSWER_LATE, ["/move", 0])
    drag(page, drawn(page, "Erstmann"), down=48)
    drag(page, drawn(page, "Zweitmann"), down=48)
    expect(dialog).to_contain_text("Zweitmann")
    page.evaluate("late()")
    page.wait_for_timeout(300)  # a late answer changes nothing
    expect(dialog).to_contain_text("Zweitmann")
    page.keyboard.press("Escape")

    word = ask_to_cancel(page, "Erstmann")
    page.evaluate(NEXT_ANSWER_LATE, ["/cancel", 0])
    dialog.get_by_role("button", name="Termin stornieren").click()
    page.keyboard.press("Escape")
    ask_to_cancel(page, "Zweitmann")
    word.fill("Anna ist krank")
    page.evaluate("late()")
    expect(drawn(page, "Erstmann")).to_have_attribute("aria-label", re.compile("Storniert"))
    expect(word).to_have_value("Anna ist krank")

    page.evaluate(NEXT_ANSWER_LATE, ["/cancel", 503])
    dialog.get_by_role("button", name="Termin stornieren").click()
    page.evaluate("late()")
    expect(dialog.get_by_role("alert")).to_contain_text("Was Sie eingegeben haben, steht noch hier")
    expect(word).to_have_value("Anna ist krank")
    look(page, "desk-calendar-unanswered-1280")
    dialog.get_by_role("button", name="Termin stornieren").click()
    expect(drawn(page, "Zweitmann")).to_have_attribute("aria-label", re.compile("Storniert"))


def ask_to_cancel(page: Page, name: str) -> Any:
    """Opens the dialog; the field for a word to the customer."""
    drawn(page, name).click(button="right")
    page.get_by_role("menu").get_by_role("menuitem", name="Stornieren").click()
    expect(page.get_by_role("dialog")).to_contain_text(name)
    return page.get_by_label("Mitteilung an den Kunden")


def test_a_new_online_booking_pops_up_in_every_open_page(desk: Open, practice: Practice) -> None:
    """By the stream; the calendar shows it, the count of the inbox rises, and a held time appears and goes."""
    page = desk(f"/desk/calendar?view=day&date={practice.day}")
    expect(page.locator("html")).to_have_attribute("data-feed", "stream")
    other = page.context.new_page()
    other.goto("/desk/inbox")
    count = int(page.locator("[data-inbox-count]").text_content() or 0)
    start = datetime(practice.day.year, practice.day.month, practice.day.day, 15, 0, tzinfo=BERLIN).isoformat()
    wish = {"service": practice.services["Servicetermin"], "calendar": practice.calendars["Clara"], "start": start}
    practice.call("POST", "/practices/top-hearing/holds", wish)
    expect(page.locator("#planner [data-kind='hold']")).to_contain_text("noch 4:")
    practice.book(9, 30, "Neumann", "Clara")
    for one in (page, other):
        expect(note(one, "Neumann")).to_contain_text("Servicetermin")
    expect(drawn(page, "Neumann")).to_be_visible()
    expect(page.locator("[data-inbox-count]")).to_have_text(str(count + 1))
    look(page, "desk-calendar-news-1280")
    note(page, "Neumann").get_by_role("button", name="Schließen").click()
    expect(note(page, "Neumann")).to_have_count(0)


def test_without_a_stream_the_page_asks(desk: Open, practice: Practice) -> None:
    """And hears the same, a little later."""
    page = desk("/login")
    page.route("**/api/v1/live*", lambda route: route.fulfill(status=503, body="{}"))
    page.clock.install()
    page.goto(f"/desk/calendar?view=day&date={practice.day}")
    expect(page.locator("html")).to_have_attribute("data-feed", "poll")
    with page.expect_response("**/api/v1/live/changes*") as first:  # from then on it asks by the server's clock
        page.clock.run_for(16_000)
    first.value.finished()
    practice.book(16, 0, "Fragmann", "Ben")
    page.clock.run_for(16_000)
    expect(note(page, "Fragmann")).to_be_visible()


def test_on_a_phone_a_day_is_drawn_and_without_scripts_there_is_a_list(desk: Open, practice: Practice) -> None:
    """At 390 pixels."""
    page = desk(f"/desk/calendar?view=week&date={practice.day}", 390)
    expect(page.locator("#planner")).to_have_attribute("data-view", "day")
    expect(drawn(page, "Ziehmann")).to_be_visible()
    look(page, "desk-calendar-390")
    plain = desk(f"/desk/calendar?view=week&date={practice.day}", 390, scripts=False)
    expect(plain.locator("#cal-list")).to_contain_text("Kim Ziehmann")
    plain.locator(".cal-line", has_text="Ziehmann").get_by_role("link", name="Verschieben").click()
    plain.get_by_label("Beginn").fill(f"{practice.day}T11:00")
    plain.get_by_role("button", name="Verschieben").click()
    expect(plain.locator("#cal-list")).to_contain_text("11:00 – 11:30")
    look_plain = plain.locator("#planner")
    expect(look_plain).to_be_hidden()
