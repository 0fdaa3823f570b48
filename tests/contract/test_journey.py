"""What really goes over the wire is what docs/asyncapi.yaml says: a journey through a running house."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import yaml
from sqlalchemy import select

from deploy.asyncapi.registry import registry
from deploy.docs import ROOT
from deploy.house import SERVICES
from runtime import tables
from runtime.edge import procedures
from runtime.expectations import Expectation
from tests.conftest import house_in
from tests.contract.documented import Documented
from tests.contract.journey import Journey

UNHEARD = {
    "notify.email.failed",
    "notify.sms.failed",
    "notify.email.delivered",
    "notify.sms.delivered",
}  # every message of the journey finds its way


@pytest.fixture(name="journey", scope="module")
def _journey(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Journey]:
    """A house of its own, walked through once."""
    with house_in(tmp_path_factory.mktemp("journey")) as house:
        journey = Journey(house)
        journey.walk()
        yield journey


@pytest.fixture(name="events", scope="module")
def _events(journey: Journey) -> list[dict[str, Any]]:
    """Everything that was told."""
    told = select(tables.outbox.c.body).order_by(tables.outbox.c.seq)
    bodies = [app.db.read(lambda session: session.scalars(told).all()) for app in journey.house.apps]
    return [json.loads(body) for of_service in bodies for body in of_service]


@pytest.fixture(name="documented", scope="module")
def _documented() -> Documented:
    return Documented(yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text()))


def test_the_journey_calls_every_method(journey: Journey) -> None:
    """Or what follows would prove less than it seems to."""
    every = {f"{service.name}.{name}" for service in SERVICES for name in procedures(service.edge)}
    assert {name for name, _, _ in journey.wire} == every


def test_every_call_and_every_answer_is_as_described(journey: Journey, documented: Documented) -> None:
    """Requests, answers with no field that is not written down, and each method's own errors."""
    calls = [fault for name, call, _ in journey.wire for fault in documented.faults(f"call.{name}", call)]
    answers = [fault for name, _, answer in journey.wire for fault in documented.faults(f"answer.{name}", answer)]
    assert calls + answers == []


def test_every_event_is_as_described(events: list[dict[str, Any]], documented: Documented) -> None:
    """Of every type but those that no journey should see."""
    assert [fault for event in events for fault in documented.event_faults(event)] == []
    every = {f"{service.name}.{type}" for service in SERVICES for type in registry(service).EMITS}
    told = {f"{event['source']}.{event['type']}" for event in events}
    assert every - UNHEARD <= told <= every


def test_every_event_has_what_its_readers_take(events: list[dict[str, Any]]) -> None:
    """Also where it differs from the golden sample."""
    missed = [
        (event["type"], file.stem, why)
        for file in ROOT.glob("services/*/readers/*.json")
        for expectation in [Expectation(file)]
        for event in events
        if event["source"] == file.parents[1].name and event["type"] in expectation.types
        for why in expectation.unmet(event)
    ]
    assert missed == []
