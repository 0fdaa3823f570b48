"""The owner sets up the practice in a real browser, and customers see it: hours and services of the booking page."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PASSWORD, Open
from tests.browser.test_journey import look

pytestmark = pytest.mark.browser
EMAIL = "demo@top-hearing.example"


def sign_in(page: Page) -> None:
    """As the owner of the demo practice, on the way to the page that was asked for."""
    page.get_by_label("E-Mail-Adresse").fill(EMAIL)
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()


@pytest.mark.parametrize(
    ("width", "scripts", "who", "day"),
    [(1280, True, "Ben", "Samstag"), (390, True, "Ben", "Sonntag"), (1280, False, "Clara", "Samstag")],
)
def test_hours_that_the_owner_sets_are_the_times_that_customers_see(
    open_page: Open, width: int, scripts: bool, who: str, day: str
) -> None:
    """A free day gets a period; the preview follows while it is typed; the booking page has the times at once."""
    page = open_page("/desk/settings", width, scripts)
    sign_in(page)
    look(page, "desk-settings", scripts)
    page.get_by_role("link", name="Arbeitszeiten").click()
    page.get_by_role("link", name=who, exact=True).click()
    page.get_by_role("button", name=f"{day}: Zeitraum hinzufügen").click()
    first = page.get_by_label(f"{day}, von").last
    expect(first).to_be_focused()
    first.fill("10")
    page.get_by_label(f"{day}, bis").last.fill("9")
    page.get_by_role("button", name="Arbeitszeiten speichern").last.click()
    expect(page.get_by_role("alert")).to_contain_text(f"{day}: Das Ende muss nach dem Anfang liegen.")
    look(page, "desk-hours-error", scripts)
    page.get_by_label(f"{day}, bis").last.fill("11:30")
    if scripts:
        preview = page.locator(".starts > div", has_text=day)
        expect(preview).to_contain_text("10:00")
        expect(preview).to_contain_text("11:00")
    look(page, "desk-hours", scripts)
    page.get_by_role("button", name="Arbeitszeiten speichern").last.click()
    expect(page.get_by_text("Die Arbeitszeiten sind gespeichert.")).to_be_visible()
    hours = page.url
    see_on_the_booking_page(page, day)
    page.goto(hours)  # as it was, for the other tests of this site
    page.get_by_role("button", name=f"{day}: Zeitraum entfernen").click()
    expect(page.get_by_label(f"{day}, von")).to_have_count(0)
    page.get_by_role("button", name="Arbeitszeiten speichern").last.click()
    expect(page.get_by_text("Die Arbeitszeiten sind gespeichert.")).to_be_visible()


def see_on_the_booking_page(page: Page, day: str) -> None:
    """A day of the weekend, on which nobody worked before."""
    page.goto("/p/top-hearing/book")
    page.get_by_role("link", name="Servicetermin").click()
    weekday = {"Samstag": "Sa", "Sonntag": "So"}[day]
    column = page.locator(".week-table th .weekday", has_text=re.compile(rf"^{weekday}\.?$"))
    expect(column).not_to_have_count(0)


def test_a_new_service_is_found_on_the_booking_page_until_it_is_deleted(open_page: Open) -> None:
    """With what is wrong told beside it; deleting takes a question."""
    page = open_page("/desk/settings/services")
    sign_in(page)
    page.get_by_role("link", name="Service hinzufügen").click()
    page.get_by_label("Name des Services").fill("Gehörschutz")
    page.get_by_label("Dauer in Minuten").fill("viel")
    page.get_by_role("button", name="Service speichern").click()
    expect(page.get_by_role("alert")).to_contain_text("Dauer in Minuten: Das ist keine ganze Zahl.")
    look(page, "desk-service-error")
    page.get_by_label("Dauer in Minuten").fill("45")
    page.get_by_label("Preis").fill("29,50")
    page.get_by_role("button", name="Service speichern").dblclick()  # adds it once
    expect(page.get_by_text("Der Service ist hinzugefügt.")).to_be_visible()
    look(page, "desk-services")
    expect(page.get_by_role("row", name="Gehörschutz")).to_contain_text("29,50")
    page.goto("/p/top-hearing/book")
    expect(page.get_by_role("link", name="Gehörschutz")).to_contain_text("45 Minuten")
    page.goto("/desk/settings/services")
    page.get_by_role("link", name="Gehörschutz").click()
    page.get_by_role("link", name="Service löschen").click()
    look(page, "desk-service-delete")
    page.get_by_role("button", name="Ja, Service löschen").click()
    expect(page.get_by_text("Der Service ist gelöscht.")).to_be_visible()
    page.goto("/p/top-hearing/book")
    expect(page.get_by_role("link", name="Gehörschutz")).to_have_count(0)


@pytest.mark.parametrize("width", [1280, 390])
def test_the_other_settings_look_right(open_page: Open, width: int) -> None:
    """Days off with the import, the booking form with a question, the practice, the plan."""
    page = open_page("/desk/settings/days-off", width)
    sign_in(page)
    look(page, "desk-days-off")
    page.get_by_role("link", name="Feiertage übernehmen").click()
    look(page, "desk-holidays")
    page.goto("/desk/settings/online")
    page.get_by_role("button", name="Frage hinzufügen").click()
    expect(page.get_by_label("Frage 1", exact=True)).to_be_focused()
    page.get_by_label("Art der Antwort").select_option("choice")
    expect(page.get_by_label("Möglichkeiten, eine je Zeile")).to_be_visible()
    look(page, "desk-online")
    for path in ("calendars", "practice", "plan"):
        page.goto(f"/desk/settings/{path}")
        look(page, f"desk-{path}")
