"""Registering, confirming, choosing passwords: what the pages decide alone, and say while practice is away."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from gateway.context import EXTENSION
from gateway.tests.pages.conftest import Limits
from gateway.tests.pages.house import PRACTICE, House
from gateway.tests.pages.strict import Page, StrictClient
from runtime.errors import Refused, Unavailable
from runtime.testing import FakeClock

TOKEN = "n7Qk2vJw8sYh0bLx4dRfTg"
PASSWORD = "a very good password"
ENTRIES = {
    "practice": "Hörakustik Müller",
    "name": "Max",
    "email": "max@mueller.example",
    "password": PASSWORD,
    "country": "CH",
    "time_zone": "Europe/Zurich",
}
WAITING = {"email": "max@mueller.example", "name": "Max", "practice": "<b>M</b>", "locale": "de", "confirmed": False}
INVITED = {"kind": "invitation", "email": "rita@x.example", "name": "Rita", "locale": "de", "practice": "Top Hearing"}


@pytest.fixture(name="form")
def _form(client: StrictClient, house: House, clock: FakeClock) -> tuple[str, dict[str, str]]:
    """The filled form, after a while."""
    house.answers["practice.register"] = {}
    action, fields = client.get("/register").form("/register")
    clock.forward(seconds=30)
    return action, fields | ENTRIES


def confirm(client: StrictClient, house: House, **entries: str) -> Page:
    house.answers.setdefault("practice.registration", WAITING)
    action, fields = client.get(f"/register/confirm/{TOKEN}").form(TOKEN)
    return client.post(action, fields | {"password": PASSWORD} | entries)


def test_the_wish_goes_to_practice_in_the_pages_language(client: StrictClient, house: House, form: Any) -> None:
    """With the country's currency, and without what only the form needs."""
    assert client.post(*form).location.startswith("/register/sent?to=")
    assert house.asked("practice.register") == [{**ENTRIES, "locale": "de", "currency": "CHF"}]


def test_the_address_on_the_next_page_is_our_own_word(client: StrictClient, form: Any) -> None:
    """Nobody puts words into our mouth by a link."""
    assert "max@mueller.example" in client.get(client.post(*form).location).text
    assert "evil" not in client.get("/register/sent?to=evil@evil.example").text


def test_where_the_operator_makes_practices_nobody_registers(
    client: StrictClient, house: House, app: Flask, form: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SELF_REGISTRATION=0: the page says so, no letter goes out, nothing leads there; earlier letters hold."""
    parts = app.extensions[EXTENSION]
    monkeypatch.setattr(parts, "settings", replace(parts.settings, self_registration=False))
    for page in (client.get("/register"), client.post(*form)):
        assert (page.status, "Neue Praxen richtet ein, wer diese Installation betreibt" in page.text) == (403, True)
    assert house.asked("practice.register") == []
    for path in ("/login", "/"):
        assert "/register" not in client.get(path).html
    assert confirm(client, house).status != 403


def test_machines_are_asked_to_try_once_more(client: StrictClient, house: House) -> None:
    """Too quick, or with the hidden field filled; what was typed stays, but the password."""
    house.answers["practice.register"] = {}
    action, fields = client.get("/register").form("/register")
    quick = client.post(action, fields | ENTRIES)
    trapped = client.post(action, fields | ENTRIES | {"website": "x"})
    for page in (quick, trapped):
        assert page.status == 422
        assert page.find("input", id="email").get("value") == "max@mueller.example"
        assert PASSWORD not in page.html
    assert not house.asked("practice.register")


def test_a_form_that_lay_open_for_a_day_is_sent_once_more(client: StrictClient, form: Any, clock: FakeClock) -> None:
    clock.forward(hours=24)
    assert client.post(*form).status == 422


@pytest.mark.parametrize("name", ["practice", "email"])
def test_what_practice_refuses_is_said_beside_its_field(
    client: StrictClient, house: House, form: Any, name: str
) -> None:
    house.answers["practice.register"] = Refused("invalid", {"errors": {name: ["Please leave out web addresses."]}})
    page = client.post(*form)
    assert page.status == 422
    assert page.find("p", id=f"{name}-error") is not None


def test_registering_is_limited(client: StrictClient, form: Any, limits: Limits) -> None:
    """Letters are the dearest thing that strangers can ask for."""
    limits("register=1/h")
    assert [client.post(*form).status for _ in range(2)] == [303, 429]


def test_nothing_typed_is_lost_while_practice_is_away(client: StrictClient, house: House, form: Any) -> None:
    """But the password."""
    house.answers["practice.register"] = Unavailable("away")
    page = client.post(*form)
    assert page.status == 503
    assert page.find("input", id="practice").get("value") == "Hörakustik Müller"
    assert PASSWORD not in page.html


def test_opening_the_link_only_looks(client: StrictClient, house: House) -> None:
    """HEAD and GET ask what it would confirm, nothing more; names are escaped."""
    house.answers["practice.registration"] = WAITING
    client.flask.head(f"/register/confirm/{TOKEN}")
    assert "&lt;b&gt;M" in client.get(f"/register/confirm/{TOKEN}").html
    assert {name for name, _ in house.calls} == {"practice.registration"}


def test_a_blind_post_confirms_nothing(client: StrictClient, house: House) -> None:
    """Without the page's seal, or without the password."""
    house.answers["practice.registration"] = WAITING
    assert client.post(f"/register/confirm/{TOKEN}", {"password": PASSWORD}).status == 303
    assert confirm(client, house, password="").status == 422
    assert not house.asked("practice.confirm")


@pytest.mark.parametrize(
    ("code", "status"), [("bad_credentials", 401), ("too_many_attempts", 429), ("email_taken", 409), ("not_found", 404)]
)
def test_why_it_was_not_confirmed_is_said(client: StrictClient, house: House, code: str, status: int) -> None:
    house.answers["practice.confirm"] = Refused(code)
    assert confirm(client, house).status == status


def test_a_confirmation_can_be_repeated_when_practice_is_back(client: StrictClient, house: House) -> None:
    house.answers["practice.confirm"] = Unavailable("away")
    assert confirm(client, house).status == 503


@pytest.mark.parametrize(
    ("method", "path"), [("registration", f"/register/confirm/{TOKEN}"), ("invited", f"/login/reset/{TOKEN}")]
)
def test_a_link_that_is_over_leads_on(client: StrictClient, house: House, method: str, path: str) -> None:
    house.answers[f"practice.{method}"] = Refused("not_found")
    page = client.get(path)
    assert (page.status, page.heading) == (404, "Dieser Link gilt nicht mehr")


def test_a_password_is_chosen_with_the_pages_seal_only(client: StrictClient, house: House) -> None:
    """Too short ones are refused before anybody is asked."""
    house.answers["practice.invited"] = INVITED
    path = f"/login/reset/{TOKEN}"
    assert client.post(path, {"password": PASSWORD}).status == 303
    action, fields = client.get(path).form(TOKEN)
    assert client.post(action, fields | {"password": "short"}).status == 422
    assert not house.asked("practice.choose_password")
    house.answers["practice.choose_password"] = Refused("not_found")
    assert client.post(action, fields | {"password": PASSWORD}).heading == "Dieser Link gilt nicht mehr"


def test_who_has_an_account_elsewhere_is_told_at_the_link(client: StrictClient, house: House) -> None:
    """The practice that invites is not."""
    house.answers["practice.invited"] = INVITED
    path = f"/login/reset/{TOKEN}"
    action, fields = client.get(path).form(TOKEN)
    house.answers["practice.choose_password"] = house.answers["practice.invited"] = Refused("email_taken")
    for page in (client.get(path), client.post(action, fields | {"password": PASSWORD})):
        assert (page.status, page.heading) == (409, "Zu dieser Adresse gibt es schon ein Konto")
        page.find("a", href="/login")


def test_forgetting_says_the_same_to_everybody(client: StrictClient, house: House, clock: FakeClock) -> None:
    """And asks for a complete address."""
    house.answers["practice.forgot_password"] = {}
    action, fields = client.get("/login/forgot").form("/forgot")
    assert client.post(action, fields | {"email": "nobody"}).status == 422
    assert client.post(action, {"email": "a@b.example"}).status == 403
    assert client.post(action, fields | {"email": "a@b.example"}).location == "/login/forgot?sent=1"
    clock.forward(seconds=timedelta(hours=13).total_seconds())
    assert client.post(action, fields | {"email": "a@b.example"}).status == 403
    assert house.asked("practice.forgot_password") == [{"email": "a@b.example"}]


def test_the_sign_in_leads_to_both(client: StrictClient) -> None:
    page = client.get("/login")
    assert {"/login/forgot", "/register"} <= {str(a.get("href")) for a in page.all("a")}
    assert PRACTICE["slug"] not in page.html


ELSEWHERE = [
    {"Sec-Fetch-Site": "cross-site"},
    {"Sec-Fetch-Site": "same-site"},
    {"Origin": "https://evil.example"},
    {"Origin": "http://localhost.evil.example"},
    {"Origin": "null"},
]
AT_HOME = [
    {},  # a program
    {"Sec-Fetch-Site": "none"},
    {"Sec-Fetch-Site": "same-origin", "Origin": "https://known.to.the.proxy.only"},
    {"Origin": "http://localhost"},  # the address asked
    {"Origin": "http://127.0.0.1:8080"},  # PUBLIC_URL
]


@pytest.mark.parametrize("headers", ELSEWHERE)
def test_no_other_site_signs_anybody_in(client: StrictClient, house: House, headers: dict[str, str]) -> None:
    """As somebody else, with that account's password and a seal that it has fetched itself."""
    house.answers |= {"practice.registration": WAITING, "practice.invited": INVITED}
    for path in ("/login", f"/register/confirm/{TOKEN}", f"/login/reset/{TOKEN}"):
        action, fields = client.get(path).form(path)
        refused = client.post(action, fields | {"email": "evil@x.example", "password": PASSWORD}, headers=headers)
        assert refused.status in (303, 403)
        assert "Set-Cookie" not in refused.headers
    assert {name for name, _ in house.calls} == {"practice.registration", "practice.invited"}


@pytest.mark.parametrize("headers", AT_HOME)
def test_our_own_pages_and_programs_sign_in(client: StrictClient, house: House, headers: dict[str, str]) -> None:
    """Behind proxies that hide our name, in browsers that say little."""
    house.answers["practice.sign_in"] = Refused("bad_credentials")
    action, fields = client.get("/login").form("/login")
    sent = fields | {"email": "rita@x.example", "password": PASSWORD}
    assert client.post(action, sent, headers=headers).status == 401
    assert len(house.asked("practice.sign_in")) == 1
