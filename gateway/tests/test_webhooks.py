"""What providers tell is carried on as it came: the address, the form or the body, and the signature."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway.tests.conftest import Stage
from runtime.errors import Refused


def test_twilios_call_is_carried_on_with_its_query_and_signature(stage: Stage, client: FlaskClient) -> None:
    stage.rpc.answers["notify.twilio_status"] = {"changed": True}
    form = {"MessageStatus": "delivered", "MessageSid": "SM1"}
    answer = client.post(
        "/webhooks/twilio/status?message=a%2Fb&attempt=2", data=form, headers={"X-Twilio-Signature": "s"}
    )
    assert answer.status_code == 204
    told = {"query": "message=a%2Fb&attempt=2", "form": form, "signature": "s"}
    assert stage.rpc.calls[-1] == ("notify.twilio_status", told)


def test_a_reply_gets_an_empty_twiml(stage: Stage, client: FlaskClient) -> None:
    """So that nothing goes out to the phone."""
    stage.rpc.answers["notify.twilio_inbound"] = {"changed": True}
    answer = client.post("/webhooks/twilio/inbound", data={"From": "+49170", "Body": "STOP"})
    assert (answer.status_code, answer.mimetype) == (200, "text/xml")
    assert b"<Response/>" in answer.data
    assert stage.rpc.calls[-1][1]["signature"] == ""


def test_another_providers_body_is_carried_on_untouched(stage: Stage, client: FlaskClient) -> None:
    stage.rpc.answers["notify.sms_status"] = {"changed": False}
    body = '{ "id": "x" ,"status":"delivered"}'
    answer = client.post("/webhooks/sms/acme", data=body, headers={"X-Terminfluss-Signature": "sha256=1"})
    assert answer.status_code == 204
    assert stage.rpc.calls[-1][1] == {"provider": "acme", "body": body, "signature": "sha256=1"}


@pytest.mark.parametrize(
    ("request_of", "refused", "status"),
    [
        ({"path": "/webhooks/twilio/status", "data": {"a": "b"}}, "forbidden", 403),
        ({"path": "/webhooks/sms/acme", "data": "{}"}, "forbidden", 403),
        ({"path": "/webhooks/sms/acme", "data": b"\xff"}, None, 400),
        ({"path": "/webhooks/twilio/status", "data": b"x" * 70_000}, None, 413),
    ],
)
def test_what_is_not_theirs_is_refused(
    stage: Stage, client: FlaskClient, request_of: dict[str, Any], refused: str | None, status: int
) -> None:
    if refused:
        stage.rpc.answers |= {name: Refused(refused) for name in ("notify.twilio_status", "notify.sms_status")}
    answer = client.post(**request_of)
    assert answer.status_code == status
    assert answer.mimetype == "application/problem+json"


@pytest.mark.parametrize("method", ["get", "put", "delete"])
def test_nothing_else_is_possible_there(client: FlaskClient, method: str) -> None:
    assert getattr(client, method)("/webhooks/twilio/status").status_code == 405
