"""A reception and the customers whom no message reaches, at a desk and on a phone: called, written to again; axe."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Open
from tests.browser.test_desk_customers import sign_in
from tests.browser.test_journey import look

pytestmark = pytest.mark.browser


def book_with_an_address_that_fails(page: Page, number: int) -> str:
    """A booking whose address no mail can go to; the name of who booked."""
    practice = "/api/v1/practices/top-hearing"
    service = page.request.get(practice).json()["services"][0]["id"]
    grid = page.request.get(f"{practice}/slots?service={service}&days=28").json()
    start = [slot["start"] for day in grid["days"] for slot in day["slots"] if slot["bookable"]][-number]
    who = {"first_name": "Vera", "last_name": f"Tippfehler{number}", "phone": f"0151 777000{number}"}
    wish = {"service": service, "start": start, "customer": {**who, "email": '"vera(t)"@kunden.example'}}
    booked = page.request.post(f"{practice}/appointments", data=wish)
    assert booked.status == 201, booked.text()
    return f"Vera Tippfehler{number}"


@pytest.mark.parametrize(("width", "number"), [(1280, 1), (390, 2)])
def test_a_reception_calls_and_corrects(open_page: Open, width: int, number: int) -> None:
    """The landline is called; the wrong address is corrected, and the line is gone."""
    page = open_page("/desk/calls", width)
    sign_in(page)
    name = book_with_an_address_that_fails(page, number)
    line = page.locator("li.call", has_text=name)
    for _ in range(20):
        page.goto("/desk/calls")
        if line.count():
            break
        page.wait_for_timeout(300)
    landline = page.locator("li.call", has_text="Karl Weber")
    expect(landline.get_by_role("link", name="Anrufen")).to_have_attribute("href", "tel:+49711765432")
    line.get_by_text("Adresse berichtigen").click()
    look(page, "calls")
    line.get_by_label("E-Mail-Adresse").fill("vera")
    line.get_by_role("button", name="Erneut senden").click()
    expect(page.get_by_role("alert")).to_contain_text("Bitte prüfen Sie eine Angabe")
    look(page, "calls-error")
    line.get_by_label("E-Mail-Adresse").fill("vera@kunden.example")
    line.get_by_role("button", name="Erneut senden").click()
    expect(page.get_by_role("alert")).to_contain_text("erneut unterwegs")
    expect(line).to_have_count(0)
    landline.get_by_role("button", name="Ich habe angerufen").click()
    done = page.get_by_role("list", name="Schon angerufen")
    expect(done).to_contain_text("Dora Winter hat angerufen")
    look(page, "calls-done")
    done.get_by_role("button", name="Doch nicht angerufen").click()
    expect(page.get_by_role("alert")).to_contain_text("wieder auf der Liste")
