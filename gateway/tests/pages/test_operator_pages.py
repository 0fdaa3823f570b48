"""The operator's pages: who may enter, what is shown, what the buttons do."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from gateway.settings import GatewaySettings
from gateway.tests.pages.parking import NOW, PASSWORD, FakeParking, app_with
from gateway.tests.pages.strict import Page, StrictClient
from runtime.settings import WrongSetting
from runtime.testing import FakeClock

ADDRESSES = ("/ops/login", "/ops/parked", "/ops/parked/0123456789ab")


@pytest.fixture(name="clock")
def _clock() -> FakeClock:
    return FakeClock(NOW)


@pytest.fixture(name="parking")
def _parking() -> FakeParking:
    return FakeParking()


@pytest.fixture(name="client")
def _client(parking: FakeParking, clock: FakeClock) -> StrictClient:
    """Nobody has signed in yet."""
    return StrictClient(app_with(parking, clock))


def sign_in(client: StrictClient, password: str = PASSWORD) -> Page:
    action, fields = client.get("/ops/login").form("/ops/login")
    return client.post(action, fields | {"password": password})


@pytest.fixture(name="operator")
def _operator(client: StrictClient) -> StrictClient:
    """Signed in."""
    assert sign_in(client).location == "/ops/parked"
    return client


@pytest.fixture(name="message")
def _message(parking: FakeParking) -> str:
    """The address of the first message."""
    return f"/ops/parked/{parking.messages[0].id}"


@pytest.mark.parametrize("address", ADDRESSES)
def test_without_a_password_there_is_no_such_page(address: str, parking: FakeParking, clock: FakeClock) -> None:
    """The default."""
    client = StrictClient(app_with(parking, clock, operator_password=""))
    assert client.get(address).status == 404


def test_a_short_password_stops_the_start() -> None:
    """With a line that names it."""
    with pytest.raises(WrongSetting, match="OPERATOR_PASSWORD"):
        GatewaySettings(secret_key="x" * 40, identity_keys={}, operator_password="short")


@pytest.mark.parametrize("address", ADDRESSES[1:])
def test_nobody_sees_anything_without_signing_in(client: StrictClient, address: str) -> None:
    """Reading and acting lead to the sign-in."""
    assert client.get(address).location == "/ops/login"
    assert client.post(f"{address}/replay/confirm").location in ("/ops/login", None)


def test_a_wrong_password_is_said_plainly(client: StrictClient) -> None:
    """And opens nothing."""
    page = sign_in(client, "wrong")
    assert (page.status, "Das Passwort ist falsch." in page.text) == (401, True)
    assert client.get("/ops/parked").location == "/ops/login"


def test_guesses_are_counted(parking: FakeParking, clock: FakeClock) -> None:
    """The right one does not get through either, for a while."""
    client = StrictClient(app_with(parking, clock, rate_limits="sign_in=2/h"))
    sign_in(client, "wrong")
    sign_in(client, "wrong")
    assert sign_in(client).status == 429


def test_a_session_ends_after_hours_and_with_its_password(
    operator: StrictClient, parking: FakeParking, clock: FakeClock
) -> None:
    """Also for who kept the cookie."""
    kept = operator.flask.get_cookie("operator", path="/ops")
    assert kept is not None
    assert kept.http_only
    assert kept.same_site == "Strict"
    other = StrictClient(app_with(parking, clock, operator_password="another password"))
    other.flask.set_cookie("operator", kept.value, path="/ops")
    assert other.get("/ops/parked").location == "/ops/login"
    assert operator.get("/ops/parked").status == 200
    clock.forward(hours=9)
    assert operator.get("/ops/parked").location == "/ops/login"


def test_signing_out_forgets_the_cookie(operator: StrictClient) -> None:
    """By the button of every page."""
    action, fields = operator.get("/ops/parked").form("/ops/logout")
    operator.post(action, fields)
    assert operator.get("/ops/parked").location == "/ops/login"


def test_the_list_tells_what_failed_where_why_and_when(operator: StrictClient) -> None:
    """Without anybody's data, and kept in no cache."""
    page = operator.get("/ops/parked")
    assert "appointment.booked → notify.appointment_changed" in page.text
    assert "Jede Wiederholung schlug fehl" in page.text
    assert "vor 2 Stunden" in page.text
    assert "erika" not in page.html
    assert page.headers["Cache-Control"] == "no-store"


def test_a_message_hides_people_until_it_is_asked(operator: StrictClient, message: str) -> None:
    """Keys and sizes first; a button shows all, escaped."""
    page = operator.get(message)
    assert '"first_name": "•••"' in page.text
    assert "rika" not in page.html
    action, fields = page.form(message)
    shown = operator.post(action, fields)
    assert '"first_name": "Erika"' in shown.text
    assert "&lt;b&gt;erika@example.com" in shown.html


def test_the_hidden_is_shown_to_no_other_sites_form(operator: StrictClient, message: str, clock: FakeClock) -> None:
    """Nor to one that a page of another session has made."""
    assert operator.post(message, {}).location == message
    _, fields = operator.get(message).form(message)
    assert operator.post(message, fields).status == 200
    clock.forward(seconds=1)
    sign_in(operator)
    assert operator.post(message, fields).location == message


def test_a_replay_takes_two_steps(operator: StrictClient, parking: FakeParking, message: str) -> None:
    """The first changes nothing."""
    action, fields = operator.get(message).form("/replay")
    question = operator.post(action, fields)
    assert "Diese Nachricht erneut zustellen?" in question.heading
    assert parking.replayed == []
    action, fields = question.form("/replay/confirm")
    done = operator.post(action, fields)
    assert parking.replayed == [message.rpartition("/")[2]]
    assert "wieder in ihrer Warteschlange" in operator.get(str(done.location)).text


def test_a_drop_takes_two_steps_too(operator: StrictClient, parking: FakeParking, message: str) -> None:
    """And a second click finds nothing to do."""
    action, fields = operator.get(message).form("/drop")
    action, fields = operator.post(action, fields).form("/drop/confirm")
    assert "did=dropped" in str(operator.post(action, fields).location)
    assert len(parking.messages) == 1
    assert "did=gone" in str(operator.post(action, fields).location)


@pytest.mark.parametrize("step", ["", "/replay", "/replay/confirm", "/drop", "/drop/confirm"])
def test_nothing_happens_without_the_seal_of_the_page_before(
    operator: StrictClient, parking: FakeParking, message: str, step: str
) -> None:
    """A question's seal is not that of the linked page, and an address does nothing at all."""
    before = list(parking.messages)
    _, fields = operator.get(message).form("/replay")
    if step != "/replay":
        assert operator.post(message + step, fields).location == message
    assert operator.post(message + step, {}).location == message
    assert operator.get(message + step).status in (200, 302)
    assert (parking.messages, parking.replayed) == (before, [])


def test_a_message_whose_queue_takes_nothing_stays(operator: StrictClient, parking: FakeParking, message: str) -> None:
    """The page says so."""
    parking.full = True
    action, fields = operator.get(message).form("/replay")
    action, fields = operator.post(action, fields).form("/replay/confirm")
    page = operator.post(action, fields)
    assert (page.status, "Die Nachricht bleibt geparkt" in page.text) == (409, True)


def test_a_message_of_a_foreign_sender_is_a_page_as_well(operator: StrictClient, parking: FakeParking) -> None:
    """No headers, no JSON, no known queue."""
    page = operator.get(f"/ops/parked/{parking.messages[1].id}")
    assert page.status == 200
    action, fields = page.forms()[-1]
    assert operator.post(action, fields).status == 200


def test_a_message_that_is_gone_is_not_found(operator: StrictClient) -> None:
    """As any other address that leads nowhere."""
    assert operator.get("/ops/parked/0123456789ab").status == 404


def test_a_broker_that_is_away_is_said(operator: StrictClient, parking: FakeParking) -> None:
    """503, as elsewhere."""
    parking.away = True
    assert operator.get("/ops/parked").status == 503


@pytest.mark.parametrize("locale", ["en", "fr", "ru"])
def test_the_pages_speak_four_languages(operator: StrictClient, message: str, locale: str) -> None:
    """By the address, which every link carries on."""
    page = operator.get(f"{message}?lang={locale}")
    assert page.tree.get("lang") == locale
    action, fields = page.form("/drop")
    assert operator.post(action, fields).tree.get("lang") == locale


def test_an_empty_list_says_so(operator: StrictClient, parking: FakeParking) -> None:
    """And a full one that there are more."""
    parking.messages = [replace(parking.messages[0], id=f"{number:012}") for number in range(300)]
    assert "Nur die ersten 200" in operator.get("/ops/parked").text
    parking.messages = []
    assert "Nichts ist geparkt." in operator.get("/ops/parked").text


def test_every_class_of_these_pages_has_a_rule() -> None:
    """A frame that another page's change takes the style from looks broken, and no other test would see it."""
    gateway = Path(__file__).parents[2]
    sheets = [sheet for sheet in (gateway / "static").glob("*.css") if sheet.name != "print.css"]
    rules = "\n".join(sheet.read_text() for sheet in sheets)
    for page in (gateway / "templates").glob("operator*.html"):
        for name in {each for found in re.findall(r'class="([\w -]+)"', page.read_text()) for each in found.split()}:
            assert re.search(rf"\.{name}\b", rules), f"{page.name}: {name}"
