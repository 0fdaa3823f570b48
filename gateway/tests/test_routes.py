"""Every route of the API once, as its own document shows it; and who may use it."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from gateway.api import THEMES, call_fields, examples
from gateway.tests.conftest import stage_with

DOCUMENT: dict[str, Any] = stage_with().client().get("/api/v1/openapi.json").get_json()
SNAPSHOT = Path(__file__).parent / "routes.json"
METHODS = ("get", "post", "put", "patch", "delete")
OPERATIONS = [
    (method, path, operations[method])
    for path, operations in DOCUMENT["paths"].items()
    for method in METHODS
    if method in operations
]
NAMES = [f"{method} {path}" for method, path, _ in OPERATIONS]
PARTS = {
    "slug": "top-hearing",
    "token": "n7Qk2vJw8sYh0bLx4dRfTg",
    "hold": examples.HOLD_ID,
    "id": examples.APPOINTMENT_ID,
    "closure": examples.CLOSURE_ID,
    "payment": examples.PAYMENT_ID,
    "name": "booking_confirmation",
}
PUBLIC = {
    "get /api/v1/practices/{slug}",
    "get /api/v1/practices/{slug}/slots",
    "post /api/v1/practices/{slug}/holds",
    "post /api/v1/practices/{slug}/holds/{hold}/extend",
    "delete /api/v1/practices/{slug}/holds/{hold}",
    "post /api/v1/practices/{slug}/appointments",
    "get /api/v1/manage/{token}",
    "get /api/v1/manage/{token}/calendar.ics",
    "post /api/v1/manage/{token}/cancel",
    "post /api/v1/manage/{token}/reschedule",
    "post /api/v1/manage/{token}/undo",
    "get /api/v1/join/{token}",
    "post /api/v1/join/{token}/enter",
    "get /api/v1/join/{token}/relay",
    "post /api/v1/join/{token}/signals",
    "get /api/v1/join/{token}/signals",
    "post /api/v1/auth/token",
    "post /api/v1/auth/refresh",
    "post /api/v1/auth/revoke",
    "post /api/v1/auth/register",
    "post /api/v1/auth/confirm",
    "post /api/v1/auth/forgot",
    "post /api/v1/auth/reset",
}


def address(path: str) -> str:
    """The path with the demo's ids."""
    filled = re.sub(r"{(\w+)}", lambda found: PARTS[found[1]], path)
    queries = {
        "/slots": f"?service={examples.SERVICE_ID}",
        "/relay": f"?peer={call_fields.PEER}",
        "/signals": f"?peer={call_fields.PEER}&call={examples.APPOINTMENT_ID}",
        "/holidays/importable": "?country=DE&year=2030",
        "/analytics": "?from=2030-03-01&to=2030-03-31",
        "/live/changes": "?since=2030-03-20T07:59:45Z",
        "/slots/explain": f"?service={examples.SERVICE_ID}&calendar={examples.CALENDAR_ID}&start=2030-03-25T12:30:00Z",
    }
    return filled + next((query for ending, query in queries.items() if path.endswith(ending)), "")


def example_of(operation: dict[str, Any]) -> Any:
    """The body that the document shows, or None for a route without one."""
    return operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_the_documented_example_is_answered_as_documented(
    method: str, path: str, operation: dict[str, Any], client: FlaskClient, bearer: dict[str, str]
) -> None:
    """The example's body gets the first status that the document promises, with every field it calls required."""
    response = client.open(address(path), method=method.upper(), json=example_of(operation), headers=bearer)
    [promised] = [status for status in operation["responses"] if status.startswith("2")]
    assert response.status_code == int(promised), response.text
    schema = operation["responses"][promised].get("content", {}).get("application/json", {}).get("schema", {})
    required = DOCUMENT["components"]["schemas"].get(schema.get("$ref", "").rsplit("/", 1)[-1], {}).get("required", [])
    assert set(required) <= set(response.get_json() or {} if required else [])


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_a_route_is_for_staff_or_on_the_short_public_list(
    method: str, path: str, operation: dict[str, Any], client: FlaskClient
) -> None:
    """Without a sign-in a staff route answers 401, and the document says so."""
    if f"{method} {path}" in PUBLIC:
        assert "security" not in operation
        return
    response = client.open(address(path), method=method.upper(), json=example_of(operation))
    assert (response.status_code, response.get_json()["code"]) == (401, "unauthorized")
    assert operation["security"] == [{"bearer": []}, {"session": []}]


@pytest.mark.parametrize(("method", "path", "operation"), OPERATIONS, ids=NAMES)
def test_every_operation_is_described(method: str, path: str, operation: dict[str, Any]) -> None:
    """Summary, examples for what goes in and out, and every error with an example."""
    assert operation["summary"]
    body = operation.get("requestBody")
    assert body is None or "example" in body["content"]["application/json"]
    for status, response in operation["responses"].items():
        for content in response.get("content", {}).values():
            assert "example" in content or content["examples"], status
    assert {"429", "503"} <= set(operation["responses"])


def test_the_routes_are_the_ones_on_record() -> None:
    """Addresses are a contract: a change shows up in review. To record a wanted one, write NAMES to routes.json."""
    assert sorted(NAMES) == json.loads(SNAPSHOT.read_text())


def test_every_public_route_exists() -> None:
    """The public list names nothing that is gone."""
    assert set(NAMES) >= PUBLIC


def test_operation_ids_are_unique() -> None:
    """Client generators name functions after them."""
    ids = [operation["operationId"] for _, _, operation in OPERATIONS]
    assert len(ids) == len(set(ids))


def test_every_theme_says_whether_it_is_for_staff() -> None:
    """No theme is public by accident."""
    assert {theme.name for theme in THEMES if not theme.staff} == {"booking", "slots", "manage", "join", "auth"}


def test_the_document_can_be_read_without_scripts(client: FlaskClient) -> None:
    """One page with every route and every problem; nothing from another host, no script, no inline style."""
    page = client.get("/api/docs").text
    assert all(path in page for path in DOCUMENT["paths"])
    assert 'id="problem-slot-taken"' in page
    assert "<script" not in page
    assert "style=" not in page
    assert not re.search(r'(src|href)="(https?:)?//', page)
    assert client.get("/api/docs.css").status_code == 200
