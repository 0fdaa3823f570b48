"""The golden samples: what is on the wire does not change by accident.

A difference here is a change of the wire format: add fields, but never change or drop one (a new version of an event
gets a type of its own).
"""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from invitations.contracts import views
from invitations.contracts.registry import EMITS
from invitations.domain.invitation import Delivery, Invitation
from runtime.messages import Event, parse_event
from services.invitations.tests.builders import NOW, attempt, some

SAMPLES = Path(__file__).parents[2] / "samples"
EVENT_ID = "0b8b5f8e-1f4b-4b0e-9d5c-0c8f0d9a7a11"
SIGNAL_ID = "0b8b5f8e-1f4b-4b0e-9d5c-0c8f0d9a7a12"
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def document(type: str) -> Any:
    """The event of this type as the service tells it."""
    if type == "call.signalled":
        return _signalled()
    invitation, deliveries, send, before = _step(type.partition(".")[2])
    data = views.event(invitation, deliveries, send, before)
    event = Event(
        EVENT_ID, "invitations", type, invitation.id, NOW, invitation.practice_id, invitation.told, data, TRACE
    )
    return json.loads(event.to_json())


def _signalled() -> Any:
    """Which call has something to fetch, and nothing of what was said."""
    data = {"invitation": some().id}
    event = Event(SIGNAL_ID, "invitations", "call.signalled", some().id, NOW, some().practice_id, 7, data, TRACE)
    return json.loads(event.to_json())


def _step(what: str) -> tuple[Invitation, list[Delivery], list[Delivery], Invitation | None]:
    both, first = some(channels=["email", "sms"]), [attempt(), attempt(channel="sms")]
    why = "Diese E-Mail-Adresse gibt es nicht."
    failed = [attempt(1, "failed", reason=why), attempt(1, "sent", "sms")]
    later = {name: getattr(both, name) + timedelta(days=1) for name in ("starts", "ends", "valid_until")}
    moved = [attempt(2, purpose="invitation_moved"), attempt(2, channel="sms", purpose="invitation_moved")]
    again = [attempt(2, address="erika.mueller@example.org")]
    off = [attempt(2, purpose="invitation_cancelled")]
    steps: dict[str, tuple[Invitation, list[Delivery], list[Delivery], Invitation | None]] = {
        "created": (both, first, first, None),
        "changed": (some(version=2, told=4, channels=["email", "sms"], **later), moved, moved, both),
        "resent": (
            some(version=2, told=4, channels=["email", "sms"], email="erika.mueller@example.org"),
            [*failed, *again],
            again,
            some(channels=["email", "sms"], mark="failed"),
        ),
        "deleted": (some(version=2, told=3, status="deleted"), [attempt(1, "sent"), *off], off, some()),
    }
    return steps[what]


@pytest.mark.parametrize("type", EMITS)
def test_the_event_is_what_its_golden_sample_shows(type: str) -> None:
    """Field by field, and every consumer's parser reads it."""
    sample = (SAMPLES / f"{type}.json").read_text()
    assert document(type) == json.loads(sample)
    assert parse_event(sample).type == type


def test_there_is_a_sample_for_each_event_and_none_besides() -> None:
    """No event without a sample, no sample of an event that nobody tells."""
    assert {file.stem for file in SAMPLES.glob("*.json")} == set(EMITS)


def test_no_event_carries_the_join_link() -> None:
    """Neither the token nor its fingerprint."""
    assert "f" * 64 not in json.dumps(views.event(some(), [], [], None))
