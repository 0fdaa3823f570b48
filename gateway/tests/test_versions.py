"""Two people at one desk: whoever changes what the other has just changed is told, not obeyed."""

import pytest
from flask.testing import FlaskClient

from gateway.api import examples
from gateway.tests.conftest import Stage
from runtime.errors import Refused

APPOINTMENT = f"/api/v1/appointments/{examples.APPOINTMENT_ID}"
CHANGES = {
    "accept": ("booking.change_status", {"notify": False}),
    "reschedule": ("booking.reschedule", {"start": examples.START}),
    "undo": ("booking.undo", {}),
    "acknowledge": ("booking.acknowledge", {}),
    "remind": ("booking.announce", {}),
    "notify": ("booking.announce", {"channels": ["email"]}),
}


def test_an_appointment_carries_its_version_as_etag(client: FlaskClient, bearer: dict[str, str]) -> None:
    """To be sent back with a change."""
    assert client.get(APPOINTMENT, headers=bearer).headers["ETag"] == '"3"'


@pytest.mark.parametrize("action", CHANGES)
@pytest.mark.parametrize(("sent", "asked"), [('"3"', 3), ("*", None), (None, None)])
def test_if_match_goes_along_with_every_change(
    stage: Stage, client: FlaskClient, bearer: dict[str, str], action: str, sent: str | None, asked: int | None
) -> None:
    """It is the client's choice; the answer carries the new version."""
    method, body = CHANGES[action]
    response = client.post(f"{APPOINTMENT}/{action}", json=body, headers=bearer | ({"If-Match": sent} if sent else {}))
    assert (response.status_code, response.headers["ETag"]) == (200, '"3"')
    [payload] = [payload for called, payload in stage.rpc.calls if called == method]
    assert payload.get("if_version") == asked


@pytest.mark.parametrize("sent", ["3", 'W/"3"', '"x"', '"3", "4"', '""'])
def test_an_etag_that_we_never_gave_matches_nothing(
    stage: Stage, client: FlaskClient, bearer: dict[str, str], sent: str
) -> None:
    """412, and booking is not even asked."""
    response = client.post(f"{APPOINTMENT}/cancel", json={}, headers=bearer | {"If-Match": sent})
    assert (response.status_code, response.get_json()["code"]) == (412, "precondition_failed")
    assert stage.rpc.count("booking.change_status") == 0


def test_who_comes_second_learns_the_version_of_now(stage: Stage, client: FlaskClient, bearer: dict[str, str]) -> None:
    """In the reader's language."""
    stage.rpc.answers["booking.change_status"] = Refused("precondition_failed", {"version": 4})
    headers = bearer | {"If-Match": '"3"', "Accept-Language": "de"}
    response = client.post(f"{APPOINTMENT}/cancel", json={}, headers=headers)
    problem = response.get_json()
    assert (response.status_code, problem["version"]) == (412, 4)
    assert problem["title"] == "Das hat inzwischen jemand anderes geändert"


SETTINGS = {
    "practice.update": ("patch", "practice", {"show_prices": False}),
    "availability.update_service": ("patch", f"services/{examples.SERVICE_ID}", {"released": False}),
    "availability.delete_service": ("delete", f"services/{examples.SERVICE_ID}", None),
    "availability.update_calendar": ("patch", f"calendars/{examples.CALENDAR_ID}", {"active": False}),
    "availability.put_hours": ("put", f"calendars/{examples.CALENDAR_ID}/hours", examples.HOURS),
}


@pytest.mark.parametrize("method", SETTINGS)
def test_if_match_goes_along_with_settings(
    stage: Stage, client: FlaskClient, bearer: dict[str, str], method: str
) -> None:
    """Services, calendars and hours, as appointments do."""
    verb, path, body = SETTINGS[method]
    client.open(f"/api/v1/{path}", method=verb.upper(), json=body, headers=bearer | {"If-Match": '"7"'})
    [payload] = [payload for called, payload in stage.rpc.calls if called == method]
    assert payload["if_version"] == 7


def test_hours_carry_the_calendars_version_as_etag(client: FlaskClient, bearer: dict[str, str]) -> None:
    """Their answer has weekdays only."""
    response = client.get(f"/api/v1/calendars/{examples.CALENDAR_ID}/hours", headers=bearer)
    assert (response.headers["ETag"], set(response.get_json())) == ('"1"', {"monday", "tuesday"})


BY_CONTENT = {
    f"/api/v1/calendars/{examples.CALENDAR_ID}/notifications": (
        "put",
        examples.NOTIFICATIONS,
        "notify.update_notification_settings",
    ),
    "/api/v1/templates/reminder": ("put", examples.TEMPLATE_TEXTS, "notify.update_template"),
    "/api/v1/booking-form": ("put", examples.FORM, "booking.update_form"),
    f"/api/v1/places/{examples.PLACE['id']}": ("patch", {"name": "Nord"}, "practice.update_place"),
}


@pytest.mark.parametrize("path", BY_CONTENT)
def test_settings_carry_their_version_and_a_change_compares_it(
    stage: Stage, client: FlaskClient, bearer: dict[str, str], path: str
) -> None:
    """Texts, addresses for notices, the booking form, places."""
    method, body, asked = BY_CONTENT[path]
    if method == "put":
        assert client.get(path, headers=bearer).headers["ETag"] == '"123456789"'
    changed = client.open(path, method=method, json=body, headers=bearer | {"If-Match": '"123456789"'})
    assert (changed.status_code, changed.headers["ETag"]) == (200, '"123456789"')
    [payload] = [payload for called, payload in stage.rpc.calls if called == asked]
    assert payload["if_version"] == 123456789
    stage.rpc.answers[asked] = Refused("precondition_failed", {"version": 4})
    refused = client.open(path, method=method, json=body, headers=bearer | {"If-Match": '"3"'})
    assert (refused.status_code, refused.get_json()["code"]) == (412, "precondition_failed")
