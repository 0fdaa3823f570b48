"""What the gateway adds to a command before a service gets it."""

from flask.testing import FlaskClient

from gateway.api import examples
from gateway.tests.conftest import Stage, stage_with
from runtime.errors import Unavailable

BOOK = "/api/v1/practices/top-hearing/appointments"
BOOK_FOR = "/api/v1/appointments"
STAFF_BOOKING = {**examples.HOLD_REQUEST, "customer": examples.CUSTOMER}


def test_an_online_booking_names_the_practices_country(stage: Stage, client: FlaskClient) -> None:
    """Phone numbers without prefix are those of the practice's country."""
    stage.rpc.answers["practice.by_slug"] = {**examples.OWN_PRACTICE, "country": "AT"}
    assert client.post(BOOK, json=examples.BOOKING_REQUEST).status_code == 201
    assert stage.rpc.calls[-1][0] == "booking.book"
    assert stage.rpc.calls[-1][1]["country"] == "AT"


def test_a_booking_by_staff_names_it_too(stage: Stage, client: FlaskClient, bearer: dict[str, str]) -> None:
    """By the practice that signed in."""
    stage.rpc.answers["practice.by_id"] = {**examples.OWN_PRACTICE, "country": "CH"}
    assert client.post(BOOK_FOR, json=STAFF_BOOKING, headers=bearer).status_code == 201
    assert stage.rpc.calls[-1][0] == "booking.book_for"
    assert stage.rpc.calls[-1][1]["country"] == "CH"
    assert ("practice.by_id", {"id": examples.PRACTICE_ID}) in stage.rpc.calls


def test_a_practice_is_known_by_its_id_once_its_slug_was_asked(
    stage: Stage, client: FlaskClient, bearer: dict[str, str]
) -> None:
    """One memory for both, and one event that clears it."""
    practices = "/api/v1/practices/top-hearing"
    client.get(practices)
    assert client.post(BOOK_FOR, json=STAFF_BOOKING, headers=bearer).status_code == 201
    assert stage.rpc.count("practice.by_id") == 0
    stage.tell("practice.changed")
    client.post(BOOK_FOR, json=STAFF_BOOKING, headers=bearer)
    client.get(practices)
    assert (stage.rpc.count("practice.by_id"), stage.rpc.count("practice.by_slug")) == (1, 1)


def test_what_was_known_is_used_while_practice_is_away(
    stage: Stage, client: FlaskClient, bearer: dict[str, str]
) -> None:
    """Also past its minute; a practice that nobody asked for before is a 503."""
    stage.rpc.answers["practice.by_id"] = Unavailable("away")
    assert client.post(BOOK_FOR, json=STAFF_BOOKING, headers=bearer).status_code == 503
    client.get("/api/v1/practices/top-hearing")
    assert client.post(BOOK_FOR, json=STAFF_BOOKING, headers=bearer).status_code == 201


def test_where_registration_is_switched_off_practice_is_not_asked() -> None:
    """SELF_REGISTRATION=0, and the answer says so."""
    stage = stage_with(self_registration=False)
    response = stage.client().post("/api/v1/auth/register", json=examples.REGISTRATION)
    assert (response.status_code, response.get_json()["code"]) == (403, "registration_closed")
    assert stage.rpc.count("practice.register") == 0
