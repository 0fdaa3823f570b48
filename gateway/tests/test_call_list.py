"""Whom to call, over the API: customers and guests in one list, a call noted for either."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway.api import examples
from gateway.tests.conftest import Stage
from runtime.errors import Refused, Unavailable

LIST = "/api/v1/call-list"
ID = examples.INVITED["id"]
TRY: dict[str, Any] = examples.INVITED["delivery"][0]  # type: ignore[index]
WRONG = {**TRY, "state": "failed", "reason": "Diese E-Mail-Adresse gibt es nicht.", "address": "erika@exmaple.org"}
RED = {**examples.INVITED, "mark": "failed", "start": "2030-03-24T09:00:00+00:00", "delivery": [WRONG]}
Headers = dict[str, str]


@pytest.fixture(autouse=True)
def _guest(stage: Stage) -> None:
    """One guest whom no invitation reached."""
    stage.rpc.answers["invitations.invitations"] = {"items": [RED], "next": None}


def test_guests_stand_among_the_customers_by_time(client: FlaskClient, bearer: Headers) -> None:
    """With the number to call, and why no message arrived; each line names an appointment or an invitation."""
    items = client.get(LIST, headers=bearer).get_json()["items"]
    assert [(each["appointment"], each["invitation"]) for each in items] == [
        (None, ID),
        (examples.TO_CALL["appointment"], None),
    ]
    assert items[0]["customer"]["phone"] == "+4915112345678"
    assert (items[0]["reason"], items[0]["message"]["recipient"]) == (WRONG["reason"], "erika@exmaple.org")
    first = client.get(f"{LIST}?limit=1", headers=bearer).get_json()
    assert (len(first["items"]), first["next"]) == (1, "1")


def test_who_was_called_comes_last(stage: Stage, client: FlaskClient, bearer: Headers) -> None:
    called = {"at": "2030-03-20T08:00:00+00:00", "by": "Dora"}
    stage.rpc.answers["invitations.invitations"] = {"items": [{**RED, "called": called}], "next": None}
    items = client.get(LIST, headers=bearer).get_json()["items"]
    assert [each["called"] for each in items] == [None, called]


def test_the_current_attempt_is_told(stage: Stage, client: FlaskClient, bearer: Headers) -> None:
    """Not an earlier one that failed, nor a channel that arrived."""
    tries = [
        {**WRONG, "address": "first@exmaple.org", "at": "2030-03-20T10:00:00+00:00"},  # it came back last
        {**WRONG, "channel": "sms", "state": "sent", "reason": None, "address": "+4915112345678"},
        {**WRONG, "attempt": 2, "at": "2030-03-20T09:00:00+00:00"},
    ]
    stage.rpc.answers["invitations.invitations"] = {"items": [{**RED, "delivery": tries}], "next": None}
    (guest, _customer) = client.get(LIST, headers=bearer).get_json()["items"]
    assert guest["message"]["recipient"] == "erika@exmaple.org"


def test_why_is_said_in_the_readers_language(stage: Stage, client: FlaskClient, bearer: Headers) -> None:
    """By notify, in one question for all; while it does not say, in the practice's."""
    told = {**examples.MESSAGE, "invitation": ID, "invitation_attempt": 1, "reason": "There is no such address."}
    stage.rpc.answers["notify.messages"] = {"items": [told], "next": None}
    for path, reason in ((LIST, "items.0.reason"), (f"/api/v1/invitations/{ID}", "delivery.0.reason")):
        stage.rpc.answers["invitations.invitation"] = RED
        assert _at(client.get(path, headers=bearer).get_json(), reason) == "There is no such address."
    assert [payload for name, payload in stage.rpc.calls if name == "notify.messages"] == [
        {"invitations": [ID], "limit": 200}
    ] * 2
    stage.rpc.answers["notify.messages"] = Unavailable("away")
    assert _at(client.get(LIST, headers=bearer).get_json(), "items.0.reason") == WRONG["reason"]


def _at(document: Any, path: str) -> Any:
    for part in path.split("."):
        document = document[int(part) if part.isdigit() else part]
    return document


@pytest.mark.parametrize(("method", "asked"), [("PUT", "mark_called"), ("DELETE", "unmark_called")])
def test_a_call_is_noted_for_a_guest_as_for_a_customer(
    stage: Stage, client: FlaskClient, bearer: Headers, method: str, asked: str
) -> None:
    """By one address: notify is asked first, then invitations."""
    assert client.open(f"{LIST}/{examples.APPOINTMENT_ID}/called", method=method, headers=bearer).status_code == 200
    assert stage.rpc.count(f"invitations.{asked}") == 0
    stage.rpc.answers |= {f"notify.{asked}": Refused("not_found"), f"invitations.{asked}": RED}
    answer = client.open(f"{LIST}/{ID}/called", method=method, headers=bearer)
    assert (answer.status_code, answer.get_json()["invitation"]) == (200, ID)
    stage.rpc.answers[f"invitations.{asked}"] = Refused("not_found")
    assert client.open(f"{LIST}/{ID}/called", method=method, headers=bearer).status_code == 404
    stage.rpc.answers[f"notify.{asked}"] = Refused("forbidden")
    assert client.open(f"{LIST}/{ID}/called", method=method, headers=bearer).status_code == 403


def test_a_list_without_its_guests_is_not_passed_off_as_whole(
    stage: Stage, client: FlaskClient, bearer: Headers
) -> None:
    stage.rpc.answers["invitations.invitations"] = Unavailable("away")
    assert client.get(LIST, headers=bearer).status_code == 503


def test_who_may_not_see_invitations_gets_the_customers(stage: Stage, client: FlaskClient, bearer: Headers) -> None:
    stage.rpc.answers["invitations.invitations"] = Refused("forbidden")
    items = client.get(LIST, headers=bearer).get_json()["items"]
    assert [each["invitation"] for each in items] == [None]
