"""The operator's tools on the containers: commands in the tools' image, and the page of the gateway."""

import json
from collections.abc import Iterator
from typing import Any

import pika
import pytest
import requests
from playwright.sync_api import expect

from runtime.ids import new_id
from tests.browser.conftest import Open
from tests.browser.test_journey import look
from tests.compose.stack import Stack
from tests.systems import PASSWORD, until

READERS = ["availability", "notify"]


def types(stack: Stack, *words: str, check: bool = True) -> str:
    """One command, as docs/operations.md says it."""
    return stack.compose("run", "--rm", "-T", "terminfluss", "ops", *words, check=check)


def parked(stack: Stack) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = json.loads(types(stack, "parked", "list", "--json"))
    return found


@pytest.fixture(name="unreadable")
def _unreadable(stack: Stack) -> Iterator[str]:
    """booking tells something that nobody can read: each reader parks its copy."""
    body = json.dumps({"id": new_id(), "specversion": "7.0"})
    connection = pika.BlockingConnection(pika.URLParameters(stack.amqp_as("booking")))
    connection.channel().basic_publish("booking.events", "appointment.booked", body.encode())
    connection.close()
    until(lambda: len(parked(stack)) == len(READERS), 60, "parking")
    yield body
    for message in parked(stack):
        types(stack, "parked", "drop", message["id"], check=False)


def test_parked_messages_are_listed_shown_replayed_and_dropped(stack: Stack, unreadable: str) -> None:
    """With the operator's own user of the broker, in a container that reaches nothing else."""
    found = parked(stack)
    assert {each["reason"] for each in found} == {"undecodable"}
    assert sorted(each["queue"].partition("--")[2].partition(".")[0] for each in found) == READERS
    one = found[0]["id"]
    assert '"specversion": "7.0"' in types(stack, "parked", "show", one)
    types(stack, "parked", "replay", "--all")
    until(lambda: len(parked(stack)) == len(READERS), 60, "parked anew")
    for each in parked(stack):
        types(stack, "parked", "drop", each["id"])
    assert parked(stack) == []


def test_outboxes_are_told_and_published_again(stack: Stack) -> None:
    """The same databases as the services', by the server's administrator."""
    outboxes = json.loads(types(stack, "outbox", "--json"))
    assert {each["service"] for each in outboxes} == {"practice", "invitations", "booking", *READERS}
    told = types(stack, "replay", "--service", "booking", "--since", "2020-01-01T00:00:00Z", "--yes")
    assert "handed to the relay" in told
    until(lambda: not sum(each["waiting"] for each in json.loads(types(stack, "outbox", "--json"))), 60, "publishing")
    assert parked(stack) == []


@pytest.mark.browser
def test_the_page_shows_and_drops_them(stack: Stack, unreadable: str, open_page: Open) -> None:
    """OPERATOR_PASSWORD alone opens it: the way into the broker is handed out with it."""
    assert requests.get(f"{stack.url}/ops/parked", timeout=60).url.endswith("/ops/login")
    page = open_page("/ops/parked")
    page.get_by_label("Passwort").fill(PASSWORD)
    page.get_by_role("button", name="Anmelden").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("2")
    look(page, "compose-parked")
    page.locator("a.mail-link").first.click()
    page.get_by_role("button", name="Verwerfen").click()
    page.get_by_role("button", name="Ja, verwerfen").click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("1")
