"""Customers over the API: what goes along to booking, and what never gets that far."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway.api import examples
from gateway.tests.conftest import Stage
from runtime.errors import Refused

CUSTOMERS = "/api/v1/customers"
ONE = f"{CUSTOMERS}/{examples.CUSTOMER_ID}"
LINK = f"/api/v1/appointments/{examples.APPOINTMENT_ID}/customer"


def asked(stage: Stage, method: str) -> dict[str, Any]:
    """The payload of the only call of this method."""
    [payload] = [payload for called, payload in stage.rpc.calls if called == method]
    return dict(payload)


def test_a_customer_needs_a_name_and_one_way_to_be_reached(
    stage: Stage, client: FlaskClient, bearer: dict[str, str]
) -> None:
    """A phone will do; its country is the practice's, its key the client's."""
    given = {"first_name": "Erika", "last_name": "Beispiel", "phone": "0711 654321"}
    response = client.post(CUSTOMERS, json=given, headers=bearer | {"Idempotency-Key": "once"})
    assert (response.status_code, response.headers["ETag"]) == (201, '"2"')
    assert asked(stage, "booking.create_customer") == {**given, "country": "DE", "idempotency_key": "once"}
    refused = client.post(CUSTOMERS, json={"first_name": "Erika", "last_name": "Beispiel"}, headers=bearer)
    assert (refused.status_code, list(refused.get_json()["errors"])) == (422, ["email"])


def test_a_change_of_a_record_takes_if_match(stage: Stage, client: FlaskClient, bearer: dict[str, str]) -> None:
    """And a foreign one is not found."""
    response = client.patch(ONE, json={"email": None}, headers=bearer | {"If-Match": '"2"'})
    assert response.status_code == 200
    sent = {"id": examples.CUSTOMER_ID, "email": None, "country": "DE", "if_version": 2}
    assert asked(stage, "booking.update_customer") == sent
    stage.rpc.answers["booking.update_customer"] = Refused("not_found")
    assert client.patch(ONE, json={"note": ""}, headers=bearer).status_code == 404


@pytest.mark.parametrize(
    ("body", "sent"),
    [
        ({"customer_id": examples.CUSTOMER_ID}, {"customer_id": examples.CUSTOMER_ID}),
        ({"create": {}}, {"create": {"country": "DE"}}),
        ({"create": {"last_name": "Lang"}}, {"create": {"last_name": "Lang", "country": "DE"}}),
    ],
)
def test_an_appointment_is_linked_to_a_record_or_a_new_one(
    stage: Stage, client: FlaskClient, bearer: dict[str, str], body: dict[str, Any], sent: dict[str, Any]
) -> None:
    """One of the two."""
    response = client.put(LINK, json=body, headers=bearer | {"If-Match": '"3"'})
    assert (response.status_code, response.headers["ETag"]) == (200, '"4"')
    assert asked(stage, "booking.link_customer") == {"id": examples.APPOINTMENT_ID, **sent, "if_version": 3}


@pytest.mark.parametrize("body", [{}, {"customer_id": examples.CUSTOMER_ID, "create": {}}, {"customer_id": "x"}])
def test_neither_or_both_is_refused(
    stage: Stage, client: FlaskClient, bearer: dict[str, str], body: dict[str, Any]
) -> None:
    """Before booking is asked."""
    assert client.put(LINK, json=body, headers=bearer).status_code == 422
    assert stage.rpc.count("booking.link_customer") == 0


def test_who_links_a_merged_record_is_led_to_the_one_that_stayed(
    stage: Stage, client: FlaskClient, bearer: dict[str, str]
) -> None:
    """By its id."""
    stage.rpc.answers["booking.link_customer"] = Refused("customer_merged", {"customer": examples.DUPLICATE_ID})
    response = client.put(LINK, json={"customer_id": examples.CUSTOMER_ID}, headers=bearer)
    problem = response.get_json()
    assert (response.status_code, problem["customer"]) == (409, examples.DUPLICATE_ID)


def test_unlinking_answers_the_appointment(stage: Stage, client: FlaskClient, bearer: dict[str, str]) -> None:
    """With its new version."""
    response = client.delete(LINK, headers=bearer | {"If-Match": '"4"'})
    assert (response.status_code, response.headers["ETag"]) == (200, '"5"')
    assert asked(stage, "booking.unlink_customer")["if_version"] == 4


def test_staff_book_for_a_record_or_for_who_is_named(stage: Stage, client: FlaskClient, bearer: dict[str, str]) -> None:
    """Never for both, nor for nobody."""
    whom = {"customer_id": examples.CUSTOMER_ID}
    wish = {"service": examples.SERVICE_ID, "calendar": examples.CALENDAR_ID, "start": examples.START}
    assert client.post("/api/v1/appointments", json=wish | whom, headers=bearer).status_code == 201
    assert asked(stage, "booking.book_for")["customer_id"] == examples.CUSTOMER_ID
    for wrong in ({}, {**whom, "customer": examples.CUSTOMER}):
        assert client.post("/api/v1/appointments", json=wish | wrong, headers=bearer).status_code == 422
