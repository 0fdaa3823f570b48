"""Mail scanners open links, post to them and submit the forms they find: nothing changes. A person's two clicks do.

Every link comes out of the real mail, and every page out of the running system.
"""

import time
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

import pytest
import requests

from tests.end_to_end.mailserver import MailServer
from tests.end_to_end.pages import PATIENCE, READING, cancel_by_hand, form, forms
from tests.end_to_end.practice import Practice
from tests.systems import Answer, until

PREFETCH = {"Purpose": "prefetch", "Sec-Purpose": "prefetch;prerender", "X-Moz": "prefetch"}
FORM = {"Content-Type": "application/x-www-form-urlencoded"}


@pytest.fixture(name="browser")
def _browser() -> Iterator[requests.Session]:
    with requests.Session() as browser:
        browser.headers["Accept-Language"] = "de"
        yield browser


class Visit:
    """A booked appointment, the mail about it, and what the practice has on record."""

    def __init__(self, practice: Practice, server: MailServer):
        self.practice = practice
        self.start = practice.slots("Servicetermin", "Clara", practice.day("Clara"))[0]
        self.body = practice.body("Servicetermin", "Clara", self.start)
        self.booked = practice.running.call("POST", "/api/v1/practices/top-hearing/appointments", self.body)
        assert self.booked.status == 201
        self.mail = server.wait(self.body["customer"]["email"])
        self.staff = practice.running.staff()

    def record(self) -> dict[str, Any]:
        """The appointment as staff see it, without its messages: their state goes on by itself."""
        path = f"/api/v1/appointments/{self.booked.json['id']}"
        found = self.practice.running.call("GET", path, **self.staff)
        return {name: value for name, value in found.json.items() if name != "messages"}

    @property
    def offered(self) -> bool:
        """Whether anybody could book its time."""
        day = datetime.fromisoformat(self.start).date()
        return self.start in self.practice.slots("Servicetermin", "Clara", day)

    @property
    def token(self) -> str:
        return str(self.booked.json["manage_url"]).rsplit("/", 1)[1]


@pytest.fixture(name="visit")
def _visit(practice: Practice, server: MailServer) -> Visit:
    return Visit(practice, server)


SCANS: dict[str, Callable[[requests.Session, str], requests.Response]] = {
    "HEAD": lambda browser, link: browser.head(link, timeout=PATIENCE),
    "GET": lambda browser, link: browser.get(link, timeout=PATIENCE),
    "prefetch": lambda browser, link: browser.get(link, headers=PREFETCH, timeout=PATIENCE),
    "OPTIONS": lambda browser, link: browser.options(link, timeout=PATIENCE),
    "empty POST": lambda browser, link: browser.post(link, timeout=PATIENCE),
    "form POST": lambda browser, link: browser.post(link, data={"confirm": "yes", "seal": "x"}, timeout=PATIENCE),
    "form POST without fields": lambda browser, link: browser.post(link, headers=FORM, data="", timeout=PATIENCE),
}


def test_no_scan_of_any_link_in_the_mail_changes_anything(visit: Visit, browser: requests.Session) -> None:
    """X2: HEAD, GET, prefetch and blind posts to each link, and to each address that could be guessed behind it."""
    before, link = visit.record(), visit.mail.manage_link
    guessed = [f"{link}/{act}{end}" for act in ("cancel", "undo", "move") for end in ("", "/confirm")]
    assert link in visit.mail.links
    for address in [*visit.mail.links, *guessed]:
        for name, scan in SCANS.items():
            answer = scan(browser, address)
            assert answer.status_code < 500, f"{name} {address}"
    assert visit.record() == before


def test_the_api_behind_the_link_takes_no_forms(visit: Visit, browser: requests.Session) -> None:
    """It acts at once, so it takes JSON only, which no form and no scanner sends."""
    before = visit.record()
    base = f"{visit.practice.running.url}/api/v1/manage/{visit.token}"
    for act in ("cancel", "undo", "reschedule"):
        assert browser.post(f"{base}/{act}", data={"start": visit.start}, timeout=PATIENCE).status_code == 415
        assert browser.get(f"{base}/{act}", timeout=PATIENCE).status_code == 405
    assert visit.record() == before


def test_submitting_each_form_of_each_linked_page_once_changes_nothing(visit: Visit, browser: requests.Session) -> None:
    """With its hidden fields, as it stands there, however long the scanner waits before."""
    before = visit.record()
    found = [each for link in visit.mail.links for each in forms(browser.get(link, timeout=PATIENCE))]
    assert len(found) >= 2
    time.sleep(READING)
    for each in found:
        assert each.submit(browser).status_code < 500
    assert visit.record() == before


def test_a_person_cancels_in_two_clicks_and_takes_it_back_in_one(visit: Visit, browser: requests.Session) -> None:
    """ "Cancelled by link at …" is on record; while the slot is free, the undo brings everything back."""
    page = cancel_by_hand(browser, visit.mail.manage_link)
    assert "Ihr Termin ist storniert" in page.text
    assert "Per Link storniert am" in page.text
    cancelled = visit.record()
    assert cancelled["status"] == "cancelled"
    assert cancelled["history"][-1] | {"actor": "customer", "via": "link"} == cancelled["history"][-1]
    until(lambda: visit.offered, what="the freed slot in the grid")
    time.sleep(READING)
    back = form(page, "/undo/confirm").submit(browser)
    assert "Ihr Termin gilt wieder" in back.text
    assert visit.record()["status"] == "accepted"
    until(lambda: not visit.offered, what="the taken slot in the grid")


def test_the_mail_about_the_cancellation_restores_nothing(
    visit: Visit, browser: requests.Session, server: MailServer
) -> None:
    """It is scanned as well: opening the old link again and submitting what it shows takes nothing back."""
    cancel_by_hand(browser, visit.mail.manage_link)
    news = server.wait(visit.body["customer"]["email"], 2)
    before = visit.record()
    for link in {*news.links, visit.mail.manage_link}:
        page = requests.get(link, timeout=PATIENCE)
        time.sleep(READING)
        for each in forms(page):
            each.submit(requests.Session())
    assert visit.record() == before


def test_an_undo_that_comes_too_late_says_so(visit: Visit, browser: requests.Session) -> None:
    """Somebody else has the time now: the page says it in words, and the appointment stays cancelled."""
    page = cancel_by_hand(browser, visit.mail.manage_link)
    other: Answer = visit.practice.book("Servicetermin", "Clara", visit.start)
    assert other.status == 201
    time.sleep(READING)
    answer = form(page, "/undo/confirm").submit(browser)
    assert answer.status_code == 409
    assert "Die Zeit ist inzwischen vergeben" in answer.text
    assert visit.record()["status"] == "cancelled"
    by_api = visit.practice.manage(visit.booked, "undo")
    assert (by_api.status, by_api.json["code"]) == (409, "slot_taken")
