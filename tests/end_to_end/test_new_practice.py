"""A practice from its registration to the first booking, by its pages and mails; its people and their passwords."""

import re
from dataclasses import dataclass
from typing import Any

import pytest

from gateway.pages import guard
from gateway.tests.pages.strict import Page, StrictClient
from tests.conftest import Stack
from tests.systems import until

PASSWORD = "a very good password"
PRACTICE = {"practice": "Hörakustik Müller", "name": "Max Müller", "password": PASSWORD}
WHERE = {"country": "AT", "time_zone": "Europe/Vienna"}


@dataclass
class Person:
    """A browser and a mailbox."""

    stack: Stack
    browser: StrictClient
    email: str

    def get(self, address: str) -> Page:
        return self.browser.get(address)

    def send(self, page: Page, ending: str, **entries: str) -> Page:
        """Fill in the form whose action ends so, and follow where it leads."""
        action, fields = page.form(ending)
        answer = self.browser.post(action, {**fields, **entries})
        while answer.status in (302, 303):
            answer = self.get(str(answer.location))
        return answer

    def link(self, path: str, former: str = "") -> str:
        """The path of the newest mail's link that begins so, other than `former`."""
        found = until(lambda: next((one for one in self._links(path) if one != former), None))
        return str(found)

    def _links(self, path: str) -> list[str]:
        ask = self.stack.house.bus.rpc.call
        mine = [m for m in ask("notify", "mailbox", {"limit": 200})["items"] if self.email in m["recipient"]]
        texts = [ask("notify", "mailbox_message", {"id": mail["id"]})["text"] for mail in mine]
        return [found[0] for text in texts if (found := re.search(rf"{path}[\w/-]*", text))]


@pytest.fixture(name="person")
def _person(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> Any:
    """Makes people with browsers; nobody here fills forms as slowly as a person would."""
    monkeypatch.setattr(guard, "FASTEST", guard.timedelta(0))
    return lambda email: Person(stack, StrictClient(stack.app), email)


def register(person: Person) -> Page:
    """To the page that shows what the link would confirm."""
    sent = person.send(person.get("/register"), "/register", **PRACTICE, **WHERE, email=person.email)
    assert sent.heading == "Bitte sehen Sie in Ihr Postfach"
    assert person.email in sent.text
    return person.get(person.link("/register/confirm/"))


def owner(person: Person) -> Page:
    """Who has confirmed, at the first steps."""
    return person.send(register(person), "/register/confirm/" + person.link("/register/confirm/").split("/")[-1],
                       password=PASSWORD)  # fmt: skip


def member(owner: Person, name: str) -> str:
    """The page of this user."""
    return next(
        str(a.get("href")) for a in owner.get("/desk/settings/users").all("a", class_="whole") if a.text == name
    )


def test_a_practice_registers_and_is_booked(person: Any) -> None:
    """From the form to the first appointment, by links and forms alone; no step needs JavaScript."""
    max = person("max@mueller.example")
    page = owner(max)
    assert page.heading == "Erste Schritte"
    assert "Ihre Buchungsseite ist bereit" not in page.text
    page = max.send(before := page, "/welcome/practice", address="Ring 1, 1010 Wien", phone="+43 1 234567")
    refused_where_somebody_was_faster_or_it_is_too_long(max, before, page)
    page = max.send(page, "/welcome/service", service="Beratung", minutes="45", price="49,90")
    assert "ersten Schritten" in max.get("/desk/today").text
    page = max.send(page, "/welcome/hours", nickname="Max", opens="09:00", closes="17:00", pause_from="12:00",
                    pause_to="13:00")  # fmt: skip
    assert "Ihre Buchungsseite ist bereit" in page.text
    assert "ersten Schritten" not in max.get("/desk/today").text
    assert page.find("input", id="notify").get("value") == max.email
    address = str(next(a.get("href") for a in page.all("a") if str(a.get("href")).endswith("/book")))
    page = max.send(page, "/welcome/notices", notify="max@mueller.example")
    customer = person("erika@kunden.example")
    week = until(lambda: (found := customer.get(address.partition("8080")[2])).all("button", class_="slot") and found)
    assert "Beratung" in week.text
    form = customer.send(week, "/hold")
    done = customer.send(form, "/book", first_name="Erika", last_name="Groß", email=customer.email,
                         phone="0151 23456789", action="book")  # fmt: skip
    assert done.heading == "Ihr Termin ist gebucht"
    assert until(lambda: "Erika" in max.get("/desk/inbox").text)
    desk = max.send(max.get("/desk/welcome"), "/welcome/done")
    assert "ersten Schritten" not in desk.text


def refused_where_somebody_was_faster_or_it_is_too_long(owner: Person, before: Page, page: Page) -> None:
    """A tab from before overwrites nothing unseen; what was typed stays, also what does not fit."""
    late = owner.send(before, "/welcome/practice", address="Gasse 2, 1010 Wien")
    assert (late.status, "Inzwischen hat jemand anderes dies geändert" in late.text) == (412, True)
    assert late.find("input", id="address").get("value") == "Gasse 2, 1010 Wien"
    assert "Ring 1" in owner.get("/desk/welcome").text
    long = owner.send(page, "/welcome/service", service="x" * 400, minutes="45")
    assert (long.status, long.find("input", id="service").get("value")) == (422, "x" * 400)
    assert long.find("p", id="service-error") is not None


def test_looking_at_the_link_confirms_nothing(person: Any) -> None:
    """Nor does a wrong password, nor a form that another site made; a wrong one is said."""
    lisa = person("lisa@mueller.example")
    page = register(lisa)
    link = lisa.link("/register/confirm/")
    for _ in range(2):
        assert "Hörakustik Müller" in lisa.get(link).text
    assert lisa.browser.post(link, {"password": PASSWORD}).status == 303
    wrong = lisa.send(page, link, password="something else")
    assert (wrong.status, "Das ist nicht das Passwort" in wrong.text) == (401, True)
    assert not lisa.browser.post(link, {"password": PASSWORD, "seal": "forged"}).location.startswith("/desk")
    assert lisa.get("/desk").status == 303
    assert lisa.send(page, link, password=PASSWORD).heading == "Erste Schritte"
    assert "ist schon eingerichtet" in lisa.get(link).text


def test_a_known_address_is_told_by_mail_only(person: Any) -> None:
    """The pages say the same as to everybody."""
    nora = person("nora@mueller.example")
    owner(nora)
    again = nora.send(nora.get("/register"), "/register", **PRACTICE, **WHERE, email=nora.email)
    assert again.heading == "Bitte sehen Sie in Ihr Postfach"
    assert nora.link("/login/forgot") == "/login/forgot"


def test_what_is_wrong_is_said_beside_each_field(person: Any) -> None:
    """What was typed stays, but the password."""
    page = person("x@y.example").get("/register")
    wrong = person("x@y.example").send(
        page, "/register", **WHERE, practice="", name="Max", email="max@", password="kurz"
    )
    assert wrong.status == 422
    assert {str(e.get("id")) for e in wrong.all("p", class_="error")} == {
        "practice-error",
        "email-error",
        "password-error",
    }
    assert wrong.find("input", id="email").get("value") == "max@"
    assert "kurz" not in wrong.html


def test_colleagues_are_invited_and_choose_a_password(person: Any) -> None:
    """They come in with their role, see what it allows, and are out when they are deactivated."""
    boss, rita = person("boss@mueller.example"), person("rita@mueller.example")
    owner(boss)
    page = boss.send(
        boss.get("/desk/settings/users"),
        "/settings/users",
        name="Rita Berg",
        email=rita.email,
        role="reception",
        locale="de",
    )
    assert "Die Einladung ist unterwegs" in page.text
    assert "Eingeladen" in page.text
    link = rita.link("/login/reset/")
    assert "Willkommen bei" in rita.get(link).text
    desk = rita.send(rita.get(link), link, password=PASSWORD)
    assert desk.find("body").get("class") == "desk"
    assert rita.get(link).heading == "Dieser Link gilt nicht mehr"
    assert rita.get("/desk/settings/users").status == 403
    user = member(boss, "Rita Berg")
    action, fields = boss.get(user).form(user)
    assert (
        boss.browser.post(
            action, {n: v for n, v in fields.items() if n != "active"} | {"role": "staff", "locale": "de"}
        ).status
        == 303
    )
    until(lambda: rita.get("/desk").status == 303)


def test_the_last_owner_stays_and_says_so(person: Any) -> None:
    anna = person("anna@mueller.example")
    owner(anna)
    user = member(anna, "Max Müller")
    refused = anna.send(anna.get(user), user, role="readonly", locale="de")
    assert (refused.status, "Jemand muss alles dürfen" in refused.text) == (409, True)


def test_the_desk_speaks_the_users_own_language_and_zone(person: Any) -> None:
    """At once, and a new password asks for the present one."""
    olga = person("olga@mueller.example")
    owner(olga)
    page = olga.send(olga.get("/desk/settings/account"), "/settings/account", name="Ольга", locale="ru",
                     time_zone="Asia/Tokyo")  # fmt: skip
    assert page.heading == "Моя учётная запись"
    assert page.find("html").get("lang") == "ru"
    page = olga.send(page, "/account/password", current="wrong", password="another password")
    assert (page.status, "Это не ваш нынешний пароль" in page.text) == (422, True)
    page = olga.send(page, "/account/password", current=PASSWORD, password="another password")
    assert "Новый пароль действует" in page.text


def test_a_forgotten_password_is_chosen_anew(person: Any) -> None:
    """Whether the address is known is not said."""
    paul, nobody = person("paul@mueller.example"), person("nobody@mueller.example")
    owner(paul)
    answers = [one.send(one.get("/login/forgot"), "/login/forgot", email=one.email).text for one in (paul, nobody)]
    assert answers[0] == answers[1]
    link = paul.link("/login/reset/")
    assert paul.send(paul.get(link), link, password="kurz").status == 422
    assert paul.send(paul.get(link), link, password="another password").heading == "Erste Schritte"
    fresh = person(paul.email)
    assert fresh.send(fresh.get("/login"), "/login", email=paul.email, password=PASSWORD).status == 401
