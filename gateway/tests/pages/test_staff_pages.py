"""The plain desk: sign-in, lists, buttons."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from gateway import forget
from gateway.context import EXTENSION
from gateway.tests.pages.house import PRACTICE, House
from gateway.tests.pages.planner import appointment
from gateway.tests.pages.strict import Page, StrictClient
from runtime.errors import Refused, Unavailable
from runtime.identity import Caller, Signer
from runtime.ids import new_id
from runtime.testing import SEED, FakeClock

APPOINTMENT = appointment()


@pytest.fixture(name="signed_in")
def _signed_in(client: StrictClient, house: House, clock: FakeClock) -> Page:
    """The desk after a sign-in, with one new booking."""
    caller = Caller(
        practice_id=PRACTICE["id"], user_id=new_id(), role="owner", scopes=frozenset({"booking:read", "booking:write"})
    )
    house.answers["practice.sign_in"] = {
        "access_token": Signer("practice", SEED).user_token(caller, clock.now),
        "expires_at": (clock.now + timedelta(minutes=10)).isoformat(),
        "session": "session-token",
        "user": {
            "id": caller.user_id,
            "name": "Dora Winter",
            "role": "owner",
            "locale": "de",
            "time_zone": "Europe/Berlin",
        },
        "practice": {name: PRACTICE[name] for name in ("id", "slug", "name", "plan", "time_zone", "locale")},
    }
    house.answers["booking.inbox_count"] = {"count": 1}
    house.answers["booking.inbox"] = house.answers["booking.appointments"] = {"items": [APPOINTMENT], "next": None}
    house.answers["booking.change_status"] = house.answers["booking.undo"] = APPOINTMENT
    action, fields = client.get("/login").form("/login")
    assert client.post(action, fields | {"email": "demo@top-hearing.example", "password": "right"}).status == 303
    return client.get("/desk/inbox")


def test_nobody_sees_the_desk_without_signing_in(client: StrictClient) -> None:
    """The desk leads to the sign-in, and that back to the page that was asked for."""
    assert client.get("/desk/inbox?x=1").location == "/login?next=/desk/inbox?x%3D1"
    _, fields = client.get("/login?next=/desk/inbox?x%3D1").form("/login")
    assert fields["next"] == "/desk/inbox?x=1"


@pytest.mark.parametrize("foreign", ["https://evil.example", "//evil.example", "/desk.evil.example", "/deskx", "/p/x"])
def test_the_sign_in_leads_nowhere_but_to_the_desk(signed_in: Page, client: StrictClient, foreign: str) -> None:
    """Whoever made the link."""
    assert client.get("/login", query_string={"next": foreign}).location == "/desk"


def test_the_desk_speaks_the_users_language(signed_in: Page, client: StrictClient) -> None:
    """Not the browser's; an address that names another one wins."""
    assert client.get("/desk/inbox", headers={"Accept-Language": "fr"}).find("html").get("lang") == "de"
    assert client.get("/desk/inbox?lang=ru", headers={"Accept-Language": "fr"}).find("html").get("lang") == "ru"


def test_the_navigation_counts_new_bookings(signed_in: Page, client: StrictClient, house: House) -> None:
    """None at all while booking does not answer."""
    assert client.get("/desk/inbox").find("span", data_inbox_count="").text == "1"
    house.answers["booking.inbox_count"] = Unavailable("away")
    assert client.get("/desk/inbox").find("span", data_inbox_count="").get("hidden") is not None


def test_a_wrong_password_is_said_plainly(client: StrictClient, house: House) -> None:
    """The address stays, the password does not."""
    house.answers["practice.sign_in"] = Refused("bad_credentials")
    action, fields = client.get("/login").form("/login")
    page = client.post(action, fields | {"email": "a@b.example", "password": "geheim"})
    assert page.status == 401
    assert "E-Mail-Adresse oder Passwort ist falsch." in page.text
    assert page.find("input", id="email").get("value") == "a@b.example"
    assert "geheim" not in page.html


def test_a_sign_in_tells_practice_where_it_comes_from(house: House, signed_in: Page) -> None:
    """It throttles per address and e-mail: a stranger's guesses must not lock the owner out."""
    [attempt] = house.asked("practice.sign_in")
    assert attempt["address"] == "127.0.0.1"


def test_the_desk_wears_the_practices_colour(app: Flask, client: StrictClient, house: House, signed_in: Page) -> None:
    """As the customers' pages do."""
    house.practice["accent"] = "#8a1c5b"
    forget(app.extensions[EXTENSION])
    assert "/accent/8a1c5b.css" in client.get("/desk/inbox").html


def test_the_desk_opens_while_practice_is_away(app: Flask, client: StrictClient, house: House, signed_in: Page) -> None:
    """A colour is no reason to keep anybody from work."""
    forget(app.extensions[EXTENSION])
    house.answers["practice.by_id"] = Unavailable("away")
    assert client.get("/desk/inbox").status == 200


def test_the_desk_lists_new_bookings_and_escapes_what_customers_typed(signed_in: Page) -> None:
    """A6: "Erinnerungen"; status by sign and word."""
    assert "Erinnerungen" in signed_in.text
    assert "Ausstehend" in signed_in.text
    assert "&lt;b&gt;Groß" in signed_in.html


def test_a_decision_without_the_csrf_token_is_refused(client: StrictClient, house: House, signed_in: Page) -> None:
    """Another site's form has no token."""
    action, _ = signed_in.form("/accept")
    assert client.post(action, {}).status == 403
    assert not house.asked("booking.change_status")


def test_a_mail_is_shown_in_a_sandbox(client: StrictClient, house: House) -> None:
    """No script of a mail runs, nothing remote is loaded."""
    mail: dict[str, Any] = {
        "id": "1", "subject": "Ihr Termin", "recipient": "j@example.com", "html": "<p>Hallo</p>", "text": "Hallo",
        "attachments": [{"filename": "Terminanhang.ics", "content": "BEGIN:VCALENDAR"}], "headers": {"Date": "heute"},
    }  # fmt: skip
    house.answers["notify.mailbox_message"] = mail
    page = client.get("/dev/mailbox/1")
    assert "allow-scripts" not in str(page.find("iframe").get("sandbox"))
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    part = client.flask.get("/dev/mailbox/1/html")
    assert "sandbox" in part.headers["Content-Security-Policy"]
    assert client.flask.get("/dev/mailbox/1/attachments/0").data == b"BEGIN:VCALENDAR"
    assert client.flask.get("/dev/mailbox/1/attachments/7").status_code == 404
