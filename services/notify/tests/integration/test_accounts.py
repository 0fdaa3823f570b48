"""Letters about accounts: to whoever registers, is invited, or forgot a password."""

from datetime import timedelta
from typing import Any

import pytest

from notify.account_mail import texts
from notify.domain.accounts import PURPOSES, AccountPurpose
from notify.domain.templates import one_line
from runtime.errors import NotSent, Permanent
from runtime.ids import new_id
from runtime.messages import Event
from runtime.testing import Databases
from services.notify.tests.builders import NOW, PRACTICE, Desk, _Subscription
from services.notify.tests.integration.test_messages import snapshots

TOKEN = "n7Qk2vJw8sYh0bLx4dRfTg"
LINK = "66666666-6666-4666-8666-666666666666"
RITA = "rita@top-hearing.example"


def letter(type: str, **changes: Any) -> Event:
    """practice's event of this type."""
    data = {
        "id": LINK,
        "email": RITA,
        "name": "Rita <b>Reception</b>",
        "locale": "de",
        "practice": "Top Hearing",
        "by": "Dora Demo",
        "expires_at": (NOW + timedelta(hours=1)).isoformat(),
        **changes,
    }
    return Event(new_id(), "practice", type, LINK, NOW, PRACTICE, 1, data)


def hear(desk: Desk, event: Event) -> bool:
    return desk.endpoint.handle(_Subscription("letter_due"), event)  # type: ignore[arg-type]


@pytest.fixture(name="desk")
def _desk(databases: Databases) -> Desk:
    desk = Desk(databases)
    desk.rpc.answers["practice.account_tokens"] = {"tokens": {LINK: TOKEN}}
    return desk


@pytest.mark.parametrize(
    ("type", "path"),
    [
        ("registration.requested", f"/register/confirm/{TOKEN}"),
        ("registration.repeated", "/login/forgot"),
        ("user.invited", f"/login/reset/{TOKEN}"),
        ("password.forgotten", f"/login/reset/{TOKEN}"),
    ],
)
def test_each_letter_leads_to_its_page(desk: Desk, type: str, path: str) -> None:
    """Once, however often the event comes; the token is asked for when the letter is written."""
    event = letter(type)
    assert hear(desk, event)
    assert not hear(desk, event)
    assert desk.sender.drain() == 1
    mail = desk.mail_to(RITA)
    for part in mail.walk():
        if part.get_content_maintype() == "text":
            assert f"https://termine.example{path}" in part.get_content()
    assert "text/calendar" not in {part.get_content_type() for part in mail.walk()}
    assert "<b>" not in mail.get_body(("html",)).get_content()  # type: ignore[union-attr]


def test_what_a_letter_said_is_forgotten_with_its_link(desk: Desk) -> None:
    """Who it was and where; the row says that it was sent."""
    hear(desk, letter("user.invited"))
    desk.sender.drain()
    assert "Rita" in snapshots(desk.db)[0][1]
    desk.clock.forward(hours=1)
    desk.sender.drain()
    assert snapshots(desk.db) == [("sent", "{}")]


def test_only_an_invitation_goes_out_in_the_practices_name(desk: Desk) -> None:
    """What a stranger registers is nobody's name yet."""
    for type, sender in (("registration.requested", "Terminfluss"), ("user.invited", "Top Hearing")):
        hear(desk, letter(type, email=f"{type}@top-hearing.example"))
        desk.sender.drain()
        assert str(desk.mail_to(f"{type}@top-hearing.example")["From"]).startswith(sender)


def test_no_link_no_letter(desk: Desk) -> None:
    """Overtaken by a newer one: it fails at once, and nobody is misled."""
    desk.rpc.answers["practice.account_tokens"] = {"tokens": {LINK: None}}
    hear(desk, letter("user.invited"))
    desk.sender.drain()
    assert desk.mails() == []


def test_a_letter_waits_while_practice_is_away(desk: Desk) -> None:
    desk.rpc.answers["practice.account_tokens"] = NotSent("down")
    hear(desk, letter("password.forgotten"))
    desk.sender.drain()
    assert desk.mails() == []
    desk.rpc.answers["practice.account_tokens"] = {"tokens": {LINK: TOKEN}}
    desk.clock.forward(minutes=1)
    assert desk.sender.drain() == 1
    assert len(desk.mails()) == 1


def test_a_letter_whose_link_has_ended_is_not_sent(desk: Desk) -> None:
    hear(desk, letter("password.forgotten"))
    desk.clock.forward(hours=1)
    assert desk.sender.drain() == 0


def test_staff_do_not_see_letters_about_accounts(desk: Desk) -> None:
    """Who forgot a password is nobody else's business."""
    hear(desk, letter("password.forgotten"))
    desk.sender.drain()
    assert desk.messages() == []


@pytest.mark.parametrize("changes", [{"id": new_id()}, {"expires_at": "tomorrow"}, {"email": None, "by": 3, "id": 1}])
def test_what_is_no_letter_is_parked(desk: Desk, changes: dict[str, Any]) -> None:
    with pytest.raises(Permanent):
        hear(desk, letter("user.invited", **changes))


@pytest.mark.parametrize("locale", ["de", "en", "fr", "ru"])
def test_every_letter_is_written_in_every_language(locale: str) -> None:
    """With the same words to fill in, and a subject that may stand in a header."""
    own, german = texts(locale), texts("de")
    assert set(own) == {purpose.value for purpose in AccountPurpose} == set(map(str, PURPOSES.values()))
    for name, words in own.items():
        assert set(words) == {"subject", "text", "button", "closing"}
        assert all(word.strip() for word in words.values())
        assert one_line(words["subject"]) == words["subject"]
        for field in ("{name}", "{practice}", "{by}"):
            assert (field in words["text"]) == (field in german[name]["text"]), (name, field)
