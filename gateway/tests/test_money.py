"""Price, payments, place and several at once over the API: what is refused before booking is asked."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway.api import examples
from gateway.tests.conftest import Stage
from runtime.errors import Refused

APPOINTMENT = f"/api/v1/appointments/{examples.APPOINTMENT_ID}"
PAYMENTS = f"{APPOINTMENT}/payments"
EURO = {"amount": "1.00", "currency": "EUR"}
WRONG: dict[str, tuple[str, str, dict[str, Any], str]] = {
    "nothing paid": ("post", PAYMENTS, {"amount": {**EURO, "amount": "0.00"}}, "amount"),
    "less than nothing": ("post", PAYMENTS, {"amount": {**EURO, "amount": "-1"}}, "amount"),
    "a number": ("post", PAYMENTS, {"amount": {**EURO, "amount": 1}}, "amount"),
    "no such currency": ("post", PAYMENTS, {"amount": {**EURO, "currency": "XYZ"}}, "amount"),
    "no such method": ("post", PAYMENTS, {"amount": EURO, "method": "gold"}, "method"),
    "no price said": ("put", f"{APPOINTMENT}/price", {}, "price"),
    "no kind of place": ("post", f"{APPOINTMENT}/place", {"text": "Raum 1"}, "kind"),
    "no duration": ("patch", APPOINTMENT, {"duration_minutes": 0}, "duration_minutes"),
    "nobody": ("post", "/api/v1/appointments/bulk", {"ids": [], "action": "accept"}, "ids"),
    "no action": ("post", "/api/v1/appointments/bulk", {"ids": [examples.APPOINTMENT_ID], "action": "x"}, "action"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_makes_no_sense_is_named(name: str, client: FlaskClient, bearer: dict[str, str]) -> None:
    """By its field, before booking is asked."""
    method, address, body, field = WRONG[name]
    response = client.open(address, method=method.upper(), json=body, headers=bearer)
    assert (response.status_code, list(response.get_json()["errors"])) == (422, [field])


def test_a_payment_over_the_price_is_422_with_the_account(
    stage: Stage, client: FlaskClient, bearer: dict[str, str]
) -> None:
    """Decision 14."""
    stage.rpc.answers["booking.add_payment"] = Refused("overpaid", dict(examples.ACCOUNT))
    response = client.post(PAYMENTS, json={"amount": EURO}, headers=bearer)
    problem = response.get_json()
    assert (response.status_code, problem["code"], problem["balance"]) == (422, "overpaid", examples.OPEN)


def test_a_payment_goes_with_a_key_so_that_it_comes_in_once(
    stage: Stage, client: FlaskClient, bearer: dict[str, str]
) -> None:
    """The client's, else one of ours."""
    client.post(PAYMENTS, json={"amount": EURO}, headers=bearer | {"Idempotency-Key": "mine"})
    client.post(PAYMENTS, json={"amount": EURO}, headers=bearer)
    keys = [payload["idempotency_key"] for called, payload in stage.rpc.calls if called == "booking.add_payment"]
    assert keys[0] == "mine"
    assert len(keys[1]) == 36


def test_the_figures_are_by_the_practices_clock(stage: Stage, client: FlaskClient, bearer: dict[str, str]) -> None:
    """Booking is told the zone; the client need not know it."""
    client.get("/api/v1/analytics?from=2030-03-01&to=2030-03-31&per=week", headers=bearer)
    [asked] = [payload for called, payload in stage.rpc.calls if called == "booking.analytics"]
    assert asked == {"from": "2030-03-01", "to": "2030-03-31", "per": "week", "time_zone": "Europe/Berlin"}
