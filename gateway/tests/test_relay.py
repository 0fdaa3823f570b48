"""The relay's credentials during a call: good for some hours, given anew to the browsers that are in it."""

from datetime import timedelta
from typing import Any

import pytest

from gateway.api import call_fields, examples
from gateway.ice import LIFE
from gateway.tests.conftest import NOW, Stage, stage_with

PLACES = {
    "guest": f"/api/v1/join/n7Qk2vJw8sYh0bLx4dRfTg/relay?peer={call_fields.PEER}",
    "host": f"/api/v1/invitations/{examples.INVITED['id']}/relay?peer={call_fields.PEER}",
}


@pytest.fixture(name="relayed", scope="module")
def _relayed() -> Stage:
    """A gateway that knows a relay."""
    return stage_with(turn_url="turn:relay.example:3478", turn_secret="a secret of relay and gateway")


def ask(stage: Stage, side: str, bearer: dict[str, str], **news: Any) -> tuple[int, dict[str, Any]]:
    stage.rpc.answers[f"invitations.heard_by_{side}"] = {**call_fields.NEWS, "items": [], **news}
    answer = stage.client().get(PLACES[side], headers=bearer if side == "host" else {})
    return answer.status_code, answer.get_json()


@pytest.mark.parametrize("side", PLACES)
def test_a_browser_in_a_call_gets_credentials_as_of_now(relayed: Stage, side: str, bearer: dict[str, str]) -> None:
    """However long ago it entered; what the other one said stays unread."""
    for minutes in (0, 5):
        relayed.clock.now = NOW + timedelta(minutes=minutes)
        status, answer = ask(relayed, side, bearer)
        assert status == 200
        (server,) = answer["rtc"]["iceServers"]
        ends, who = server["username"].split(":")
        assert (int(ends), who) == (int((relayed.clock.now + LIFE).timestamp()), call_fields.PEER)
    name, asked = relayed.rpc.calls[-1]
    assert (name, asked["after"]) == (f"invitations.heard_by_{side}", 2**53)


@pytest.mark.parametrize("side", PLACES)
@pytest.mark.parametrize(
    ("news", "code"),
    [
        ({"replaced": True}, "already_joined"),
        ({"state": "void"}, "invalid_transition"),
        ({"state": "expired"}, "invalid_transition"),
    ],
)
def test_who_is_not_in_a_call_gets_none(
    relayed: Stage, side: str, bearer: dict[str, str], news: dict[str, Any], code: str
) -> None:
    status, answer = ask(relayed, side, bearer, **news)
    assert (status, answer["code"]) == (409, code)
