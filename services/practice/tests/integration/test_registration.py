"""A new practice registers: by mail, once, and without telling who is known."""

from datetime import timedelta
from threading import Thread
from typing import Any

import pytest
from sqlalchemy import select

from practice.domain import MOST_LETTERS
from practice.models import LinkRow
from runtime.errors import Refused

WISH: dict[str, Any] = {
    "practice": "Hörakustik Müller & Söhne",
    "name": "Max Müller",
    "email": "Max@mueller.example",
    "password": "correct horse",
    "locale": "de",
    "time_zone": "Europe/Vienna",
    "country": "AT",
    "currency": "EUR",
}


def code(ask: Any, *args: Any, **kwargs: Any) -> str:
    """With what this is refused; empty if it is not."""
    try:
        ask(*args, **kwargs)
    except Refused as refused:
        return refused.code
    return ""


def types(desk: Any) -> list[str]:
    return [event.type for event in desk.told()]


def test_a_confirmed_registration_is_a_practice_whose_owner_signs_in(desk: Any) -> None:
    """With a slug made of its name, a first place, the basic plan, and its first steps to take."""
    assert desk.ask("register", WISH) == {}
    assert types(desk) == ["registration.requested"]
    assert code(desk.sign_in, email=WISH["email"]) == "bad_credentials"
    answer = desk.ask("confirm", {"token": desk.token("registration.requested")})
    assert answer["practice"]["slug"] == "hoerakustik-mueller-soehne"
    assert types(desk)[1:] == ["practice.changed", "plan.changed"]
    signed_in = desk.sign_in(email=WISH["email"])
    assert (signed_in["user"]["role"], signed_in["practice"]["first_steps"]) == ("owner", True)
    practice = desk.ask("by_slug", {"slug": "hoerakustik-mueller-soehne"})
    assert (practice["time_zone"], practice["country"], practice["plan"]) == ("Europe/Vienna", "AT", "basic")
    assert [place["name"] for place in practice["places"]] == [WISH["practice"]]


def test_first_steps_are_taken_once(desk: Any) -> None:
    """By who may change the practice."""
    desk.ask("register", WISH)
    desk.ask("confirm", {"token": desk.token("registration.requested")})
    desk.as_user("end_first_steps", email=WISH["email"])
    assert not desk.sign_in(email=WISH["email"])["practice"]["first_steps"]


def test_looking_at_a_link_changes_nothing(desk: Any) -> None:
    """The page shows what it would confirm."""
    desk.ask("register", WISH)
    token = desk.token("registration.requested")
    for _ in range(2):
        seen = desk.ask("registration", {"token": token})
        assert (seen["practice"], seen["email"], seen["confirmed"]) == (WISH["practice"], "max@mueller.example", False)
    assert types(desk) == ["registration.requested"]


def test_a_link_followed_twice_makes_one_practice(desk: Any) -> None:
    """The second time it is found; the wish with its password is forgotten."""
    desk.ask("register", WISH)
    token = desk.token("registration.requested")
    first = desk.ask("confirm", {"token": token})
    assert desk.ask("confirm", {"token": token}) == first
    assert desk.ask("registration", {"token": token})["confirmed"]
    assert types(desk).count("practice.changed") == 1
    assert desk.app.db.read(lambda s: s.orm.scalars(select(LinkRow)).one()).data == {}
    assert desk.token("registration.requested") is None


def test_with_a_password_only_the_chosen_one_confirms(desk: Any) -> None:
    """Whoever registers a stranger's address gets no account from the stranger's click; guesses are throttled."""
    desk.ask("register", WISH)
    token = desk.token("registration.requested")
    wrong = {"token": token, "password": "my own password"}
    assert [code(desk.ask, "confirm", wrong) for _ in range(6)] == ["bad_credentials"] * 5 + ["too_many_attempts"]
    assert types(desk) == ["registration.requested"]
    desk.clock.forward(minutes=1)
    assert desk.ask("confirm", {"token": token, "password": WISH["password"]})["email"] == "max@mueller.example"


def test_a_link_ends_after_two_days(desk: Any) -> None:
    """And what it held goes a day later, with the next letter."""
    desk.ask("register", WISH)
    token = desk.token("registration.requested")
    desk.clock.forward(days=2)
    assert code(desk.ask, "confirm", {"token": token}) == "not_found"
    assert code(desk.ask, "registration", {"token": token}) == "not_found"
    desk.clock.forward(days=1, seconds=1)
    desk.ask("register", {**WISH, "email": "other@mueller.example"})
    rows = desk.app.db.read(lambda s: s.orm.scalars(select(LinkRow)).all())
    assert [row.email for row in rows] == ["other@mueller.example"]


@pytest.mark.parametrize("token", ["T" * 22, "x", "' or 1=1 --"])
def test_a_link_that_nobody_got_is_not_there(desk: Any, token: str) -> None:
    desk.ask("register", WISH)
    for method in ("confirm", "registration", "invited"):
        assert code(desk.ask, method, {"token": token}) == "not_found"


def test_a_known_address_gets_the_same_answer_and_a_letter_that_says_so(desk: Any) -> None:
    """Nobody learns who signs in here; nothing changes for who does."""
    desk.provision()
    wish = {**WISH, "email": "DEMO@top-hearing.example"}
    assert desk.ask("register", wish) == {}
    event = desk.told()[-1]
    assert (event.type, event.data["email"]) == ("registration.repeated", "demo@top-hearing.example")
    assert desk.token("registration.repeated") is None
    assert desk.sign_in()["user"]["name"] == "Dora Demo"


def test_an_event_never_holds_the_token(desk: Any) -> None:
    """Only notify asks for it, and only services may."""
    desk.ask("register", WISH)
    token, event = desk.token("registration.requested"), desk.told()[-1]
    assert token not in event.to_json()
    assert WISH["password"] not in event.to_json()
    assert code(desk.ask, "account_tokens", {"ids": [event.subject]}) == "unauthorized"


def test_an_address_gets_few_letters_in_an_hour(desk: Any) -> None:
    """Whoever asks again and again fills no stranger's mailbox."""
    for _ in range(MOST_LETTERS + 2):
        assert desk.ask("register", WISH) == {}
    assert types(desk) == ["registration.requested"] * MOST_LETTERS
    desk.clock.forward(hours=1)
    desk.ask("register", WISH)
    assert len(types(desk)) == MOST_LETTERS + 1


def test_the_first_of_two_registrations_that_is_confirmed_counts(desk: Any) -> None:
    """One address signs in at one practice."""
    desk.ask("register", WISH)
    first = desk.token("registration.requested")
    desk.ask("register", {**WISH, "practice": "Another"})
    second = desk.token("registration.requested")
    desk.ask("confirm", {"token": second})
    assert code(desk.ask, "confirm", {"token": first}) == "email_taken"


def test_who_is_invited_somewhere_may_register_all_the_same(desk: Any) -> None:
    """No practice keeps an address by inviting it; the invitation's link says afterwards that there is an account."""
    desk.provision()
    desk.as_user("invite_user", {"name": "Max", "email": WISH["email"], "role": "staff"})
    invitation = desk.token("user.invited")
    desk.ask("register", WISH)
    desk.ask("confirm", {"token": desk.token("registration.requested")})
    assert desk.sign_in(email=WISH["email"])["practice"]["name"] == WISH["practice"]
    assert code(desk.ask, "choose_password", {"token": invitation, "password": "mine now!"}) == "email_taken"


def test_a_slug_that_is_taken_gets_a_number(desk: Any) -> None:
    """Two practices may have the same name."""
    slugs = []
    for number in range(3):
        desk.ask("register", {**WISH, "practice": "Top Hearing", "email": f"n{number}@mueller.example"})
        slugs.append(desk.ask("confirm", {"token": desk.token("registration.requested")})["practice"]["slug"])
    assert slugs == ["top-hearing", "top-hearing-2", "top-hearing-3"]


def test_confirmed_at_the_same_moment_it_is_made_once(desk: Any) -> None:
    """Two clicks, two replicas."""
    desk.ask("register", WISH)
    token, answers = desk.token("registration.requested"), list[Any]()
    threads = [Thread(target=lambda: answers.append(desk.ask("confirm", {"token": token}))) for _ in range(3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(answers) == 3
    assert len({answer["practice"]["id"] for answer in answers}) == 1
    assert types(desk).count("practice.changed") == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nobody"},
        {"password": "short"},
        {"time_zone": "Mars/Olympus"},
        {"country": "XX"},
        {"locale": "xx"},
        {"practice": ""},
        {"practice": "You won: https://evil.example"},
        {"name": "www.evil.example"},
        {"plan": "premium"},
    ],
)
def test_a_registration_with_nonsense_is_refused(desk: Any, wrong: dict[str, Any]) -> None:
    """Before anything is kept or told."""
    assert code(desk.ask, "register", {**WISH, **wrong}) == "invalid"
    assert types(desk) == []


def test_the_life_of_the_link_is_told(desk: Any) -> None:
    """notify sends no mail whose link has ended."""
    desk.ask("register", WISH)
    event = desk.told()[-1]
    assert event.data["expires_at"] == (event.time + timedelta(days=2)).isoformat()


def test_an_address_that_grows_when_it_is_compared_is_no_address(desk: Any) -> None:
    """In lower case "İ" are two characters: there would be no room for them."""
    email = f"{'İ' * 130}@example.org"
    assert code(desk.ask, "register", {**WISH, "email": email}) == "invalid"
    assert code(desk.ask, "forgot_password", {"email": email}) == "invalid"
