"""Customers told or reminded over the API: what booking is asked, and what is refused before."""

from flask.testing import FlaskClient

from gateway.api import examples
from gateway.tests.conftest import Stage
from runtime.errors import Refused

APPOINTMENT = f"/api/v1/appointments/{examples.APPOINTMENT_ID}"
Headers = dict[str, str]


def test_a_notice_goes_to_booking_with_its_words(stage: Stage, client: FlaskClient, bearer: Headers) -> None:
    body = {"channels": ["email"], "text": "Bitte klingeln"}
    assert client.post(f"{APPOINTMENT}/notify", json=body, headers=bearer).status_code == 200
    [payload] = [payload for method, payload in stage.rpc.calls if method == "booking.announce"]
    assert payload == {"id": examples.APPOINTMENT_ID, "kind": "notice", **body}


def test_a_customer_who_is_not_linked_is_a_conflict(stage: Stage, client: FlaskClient, bearer: Headers) -> None:
    """In words."""
    stage.rpc.answers["booking.announce"] = Refused("customer_not_linked")
    headers = bearer | {"Accept-Language": "de"}
    response = client.post(f"{APPOINTMENT}/notify", json={"channels": ["email"]}, headers=headers)
    problem = response.get_json()
    assert (response.status_code, problem["code"]) == (409, "customer_not_linked")
    assert problem["detail"] == "Bitte verknüpfen Sie den Termin zuerst mit einem Kunden."


def test_an_sms_that_cannot_go_out_is_refused_at_once(stage: Stage, client: FlaskClient, bearer: Headers) -> None:
    """Booking is not even asked: nothing stands in the history that never happened."""
    stage.rpc.answers["notify.require_channels"] = Refused("plan_required")
    for action in ("remind", "notify"):
        response = client.post(f"{APPOINTMENT}/{action}", json={"channels": ["email", "sms"]}, headers=bearer)
        assert (response.status_code, response.get_json()["code"]) == (403, "plan_required")
    assert stage.rpc.count("booking.announce") == 0


def test_no_change_is_made_whose_sms_cannot_go_out(stage: Stage, client: FlaskClient, bearer: Headers) -> None:
    """A move and a cancellation by API name their ways; one of which nothing shall be told needs none."""
    stage.rpc.answers["notify.require_channels"] = Refused("sms_unavailable")
    by_sms = {"channels": ["sms"]}
    for path, more in (("cancel", {}), ("reschedule", {"start": examples.START})):
        response = client.post(f"{APPOINTMENT}/{path}", json=more | by_sms, headers=bearer)
        assert response.get_json()["code"] == "sms_unavailable"
    assert (stage.rpc.count("booking.change_status"), stage.rpc.count("booking.reschedule")) == (0, 0)
    silent = client.post(f"{APPOINTMENT}/cancel", json=by_sms | {"notify": False}, headers=bearer)
    assert silent.status_code == 200


def test_a_reminder_needs_no_body(stage: Stage, client: FlaskClient, bearer: Headers) -> None:
    assert client.post(f"{APPOINTMENT}/remind", headers=bearer).status_code == 200
    assert stage.rpc.count("booking.announce") == 1


def test_several_are_reminded_whatever_their_states_are(stage: Stage, client: FlaskClient, bearer: Headers) -> None:
    """Not by the rule of the same state."""
    body = {"ids": [examples.APPOINTMENT_ID], "action": "remind"}
    assert client.post("/api/v1/appointments/bulk", json=body, headers=bearer).status_code == 200
    assert (stage.rpc.count("booking.remind_all"), stage.rpc.count("booking.bulk")) == (1, 0)


def test_rules_carry_their_version(stage: Stage, client: FlaskClient, bearer: Headers) -> None:
    assert client.get("/api/v1/reminder-rules", headers=bearer).headers["ETag"] == '"1"'
    rules = {"rules": [{"channel": "sms", "before": 60}]}
    headers = bearer | {"If-Match": '"1"'}
    assert client.put("/api/v1/reminder-rules", json=rules, headers=headers).status_code == 200
    [payload] = [payload for method, payload in stage.rpc.calls if method == "notify.update_reminder_rules"]
    assert payload == rules | {"if_version": 1}
