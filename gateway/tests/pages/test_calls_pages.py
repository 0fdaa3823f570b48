"""The call list on the desk: whom to call, that it was done, a corrected address."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from gateway.api import examples
from gateway.tests.pages.house import PRACTICE, House
from gateway.tests.pages.invitations.samples import FAILED
from gateway.tests.pages.strict import Page, StrictClient
from runtime.errors import Refused, Unavailable
from runtime.identity import Caller, Signer
from runtime.ids import new_id
from runtime.testing import SEED, FakeClock

LINE: dict[str, Any] = {**examples.TO_CALL, "start": "2026-03-24T08:00:00+00:00"}
MESSAGE = LINE["message"]["id"]
LANDLINE = {**LINE, "appointment": new_id(), "message": None, "reason": "Es gibt keine Adresse für Nachrichten."}
CALLED = {**LINE, "appointment": new_id(), "called": {"at": "2026-03-23T07:00:00+00:00", "by": "Dora"}}
Enter = Callable[..., StrictClient]


@pytest.fixture(name="enter")
def _enter(client: StrictClient, house: House, clock: FakeClock) -> Enter:
    """Sign in with these scopes; notify answers what stands above."""

    def enter(*scopes: str) -> StrictClient:
        held = frozenset(scopes or ("booking:read", "notify:read", "notify:write"))
        caller = Caller(practice_id=PRACTICE["id"], user_id=new_id(), role="reception", scopes=held)
        house.answers |= {
            "practice.sign_in": {
                "access_token": Signer("practice", SEED).user_token(caller, clock.now),
                "expires_at": (clock.now + timedelta(minutes=10)).isoformat(),
                "session": "s",
                "user": {"id": caller.user_id, "name": "Dora", "role": "reception", "locale": "de", "time_zone": None},
                "practice": {name: PRACTICE[name] for name in ("id", "slug", "name", "plan", "time_zone", "locale")},
            },
            "booking.inbox_count": {"count": 0},
            "notify.call_list": {"items": [LINE, LANDLINE, CALLED]},
            "invitations.invitations": {"items": [], "next": None},
            "notify.channels": {"sms": {"possible": True, "reason": None}},
            "notify.mark_called": LINE,
            "notify.unmark_called": LINE,
            "notify.resend_message": examples.MESSAGE,
            "notify.messages": {"items": [{**examples.MESSAGE, "id": MESSAGE}], "next": None},
        }
        action, fields = client.get("/login").form("/login")
        assert client.post(action, fields | {"email": "d@example.org", "password": "right"}).status == 303
        return client

    return enter


def resend(client: StrictClient, **typed: str) -> Page:
    action, fields = client.get("/desk/calls").form("/resend")
    return client.post(action, fields | typed)


def test_the_list_names_whom_to_call_and_why(enter: Enter) -> None:
    """A number to tap, the reason, where it went; who was called stands below, with by whom."""
    page = enter().get("/desk/calls")
    assert page.status == 200
    assert 'href="tel:+4930901820"' in page.html
    assert "030 901820" in page.text
    assert "Zu sagen: Der Termin ist bestätigt." in page.text
    for words in ("Diese E-Mail-Adresse gibt es nicht.", "erika@exmaple.org", "keine Adresse", "Dora hat angerufen"):
        assert words in page.text
    assert page.text.index("Schon angerufen") > page.text.index("Ich habe angerufen")


def test_nobody_to_call_is_said(enter: Enter, house: House) -> None:
    client = enter()
    house.answers["notify.call_list"] = {"items": []}
    assert "Niemand ist anzurufen." in client.get("/desk/calls").text


def test_guests_whom_no_invitation_reaches_are_to_be_called(enter: Enter, house: House) -> None:
    """Number, reason, and for those who may the way to the correction; asked once."""
    client = enter("notify:read", "notify:write", "invitations:read")
    house.answers |= {"notify.call_list": {"items": []}, "invitations.invitations": {"items": [FAILED], "next": None}}
    page = client.get("/desk/calls")
    for words in ("Videogespräch · Anna", "Diese E-Mail-Adresse gibt es nicht.", "Adresse berichtigen"):
        assert words in page.text
    assert "Niemand ist anzurufen." not in page.text
    assert page.all("a", href=f"/desk/invitations/{FAILED['id']}#correct")
    (asked,) = house.asked("invitations.invitations")
    assert (asked["scope"], asked["mark"]) == ("upcoming", "failed")


def test_while_invitations_is_away_customers_are_listed(enter: Enter, house: House) -> None:
    """And that the guests are missing is said."""
    client = enter("notify:read", "invitations:read")
    house.answers["invitations.invitations"] = Unavailable("invitations")
    page = client.get("/desk/calls")
    assert "erika@exmaple.org" in page.text
    assert "Gäste von Videogesprächen können gerade nicht gezeigt werden." in page.text


def test_a_receptions_call_to_a_guest_is_noted_and_taken_back(enter: Enter, house: House) -> None:
    """As a customer's: without the right to invite, under the user's name; the line goes down, and comes back."""
    client = enter()
    house.answers |= {
        "notify.call_list": {"items": []},
        "invitations.invitations": {"items": [FAILED], "next": None},
        **dict.fromkeys(("notify.mark_called", "notify.unmark_called"), Refused("not_found")),
        **dict.fromkeys(("invitations.mark_called", "invitations.unmark_called"), FAILED),
    }
    action, fields = client.get("/desk/calls").form("/called")
    done = client.post(action, fields)
    assert ("invitations.mark_called", {"id": FAILED["id"], "by": "Dora"}) in house.calls
    called = {**FAILED, "called": {"at": "2026-03-23T07:00:00+00:00", "by": "Dora"}}
    house.answers["invitations.invitations"] = {"items": [called], "next": None}
    page = client.get(str(done.location))
    assert "Ihr Anruf ist vermerkt." in page.text
    assert "Dora hat angerufen" in page.text
    action, fields = page.form("/not-called")
    client.post(action, fields)
    assert ("invitations.unmark_called", {"id": FAILED["id"]}) in house.calls


def test_a_call_is_noted_under_the_users_name_and_taken_back(enter: Enter, house: House) -> None:
    client = enter()
    action, fields = client.get("/desk/calls").form("/called")
    done = client.post(action, fields)
    assert ("notify.mark_called", {"appointment": LINE["appointment"], "by": "Dora"}) in house.calls
    assert "Ihr Anruf ist vermerkt." in client.get(str(done.location)).text
    action, fields = client.get("/desk/calls").form("/not-called")
    client.post(action, fields)
    assert ("notify.unmark_called", {"appointment": CALLED["appointment"]}) in house.calls


def test_a_message_goes_out_again_to_what_was_typed(enter: Enter, house: House) -> None:
    client = enter()
    done = resend(client, email=" erika@example.org ")
    assert ("notify.resend_message", {"id": MESSAGE, "email": "erika@example.org"}) in house.calls
    assert "erneut unterwegs" in client.get(str(done.location)).text


@pytest.mark.parametrize(
    ("typed", "refused", "said"),
    [
        ({"email": ""}, None, "Bitte geben Sie die berichtigte Adresse ein."),
        ({"email": "a@b.example", "phone": "0170 1"}, None, "Bitte füllen Sie eines von beiden aus"),
        (
            {"email": "nonsense"},
            Refused("invalid", {"errors": {"email": ["Das ist keine Adresse."]}}),
            "keine Adresse.",
        ),
        ({"email": "", "phone": "0170 1"}, Refused("plan_required"), "Ihr Tarif enthält"),
    ],
)
def test_what_is_wrong_is_said_beside_the_field_and_stays_typed(
    enter: Enter, house: House, typed: dict[str, str], refused: Refused | None, said: str
) -> None:
    client = enter()
    if refused:
        house.answers["notify.resend_message"] = refused
    page = resend(client, **typed)
    assert page.status == 422
    assert said in page.text
    assert all(f'value="{value}"' in page.html for value in typed.values() if value)
    assert page.html.count('role="alert"') == 1


@pytest.mark.parametrize("action", ["called", "not-called", "resend"])
def test_what_is_another_practices_is_not_found(enter: Enter, house: House, action: str) -> None:
    """Nor led back from, as if it were there."""
    client = enter()
    _action, fields = client.get("/desk/calls").form("/resend")
    for method in ("mark_called", "unmark_called", "resend_message"):
        house.answers |= dict.fromkeys((f"notify.{method}", f"invitations.{method}"), Refused("not_found"))
    for address in ("erika@example.org", ""):
        sent = {"csrf_token": fields["csrf_token"], "email": address}
        assert client.post(f"/desk/calls/{new_id()}/{action}", sent).status == 404


@pytest.mark.parametrize("code", ["message_outdated", "conflict"])
def test_what_is_no_longer_possible_leads_back_to_the_list(enter: Enter, house: House, code: str) -> None:
    client = enter()
    house.answers["notify.resend_message"] = Refused(code)
    done = resend(client, email="erika@example.org")
    assert "Das war nicht mehr möglich" in client.get(str(done.location)).text


def test_without_sms_in_the_plan_there_is_no_field_for_a_number(enter: Enter, house: House) -> None:
    """But the way to the plans."""
    client = enter()
    house.answers["notify.channels"] = {"sms": {"possible": False, "reason": "plan_required"}}
    page = client.get("/desk/calls")
    assert 'name="phone"' not in page.html
    assert "/desk/settings/plan" in page.html


def test_who_may_only_read_sees_no_button(enter: Enter) -> None:
    client = enter("booking:read", "notify:read")
    page = client.get("/desk/calls")
    assert "Ich habe angerufen" not in page.text
    assert client.post(f"/desk/calls/{LINE['appointment']}/called", {"csrf_token": "x"}).status == 403


def message_page(client: StrictClient, **typed: str) -> Page:
    """The form beside a message in an appointment's list, sent."""
    _, fields = client.get("/desk/calls").form("/resend")
    sent = {"csrf_token": fields["csrf_token"], "appointment": LINE["appointment"], **typed}
    return client.post(f"/desk/messages/{MESSAGE}/resend", sent)


@pytest.mark.parametrize(
    ("typed", "given"),
    [("erika@example.org", {"email": "erika@example.org"}), ("0170 1234567", {"phone": "0170 1234567"})],
)
def test_beside_a_message_one_field_takes_address_or_number(
    enter: Enter, house: House, typed: str, given: dict[str, str]
) -> None:
    assert message_page(enter(), to=typed).status == 303
    assert ("notify.resend_message", {"id": MESSAGE, **given}) in house.calls


@pytest.mark.parametrize(
    ("typed", "refused", "said"),
    [
        ("", None, "Bitte geben Sie die berichtigte Adresse ein."),
        ("a@b", Refused("invalid", {"errors": {"email": ["Das ist keine Adresse."]}}), "Das ist keine Adresse."),
        ("a@b.example", Refused("message_outdated"), "Seitdem wurde Neueres mitgeteilt"),
        ("0170 1", Refused("plan_required"), "Ihr Tarif enthält"),
    ],
)
def test_what_is_wrong_with_it_is_said_on_a_page_of_its_own(
    enter: Enter, house: House, typed: str, refused: Refused | None, said: str
) -> None:
    client = enter()
    if refused:
        house.answers["notify.resend_message"] = refused
    page = message_page(client, to=typed)
    assert page.status == 422
    assert said in page.text
    assert f'value="{typed}"' in page.html


@pytest.mark.parametrize("appointment", [LINE["appointment"], "", "x"])
def test_an_empty_form_for_a_message_that_is_not_there_is_not_found(
    enter: Enter, house: House, appointment: str
) -> None:
    """As a filled one is."""
    client = enter()
    house.answers["notify.messages"] = {"items": [], "next": None}
    assert message_page(client, to="", appointment=appointment).status == 404
