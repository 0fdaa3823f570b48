"""docs/asyncapi.yaml: valid, whole, and true of every golden sample. That it is fresh, tests/test_docs.py asks."""

import json
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import yaml
from jsonschema_rs import Draft7Validator

from deploy.asyncapi.registry import registry
from deploy.docs import ROOT
from deploy.house import SERVICES, all_subscriptions
from gateway import HEARD
from runtime.edge import procedures
from runtime.expectations import samples
from tests.contract.documented import Documented, references, resolve

OFFICIAL = json.loads((Path(__file__).parent / "vendor" / "asyncapi-3.0.0.json").read_text())
SAMPLES = [file for service in SERVICES for file in samples(ROOT / "services" / service.name)]
DESCRIBED = ("type", "format", "enum", "const", "$ref", "allOf", "anyOf", "items")
ANYTHING = {
    "booking.schemas.appointments.Given.value",
    "invitations.schemas.Signal.data",
}  # a text or a tick; what browsers say


@pytest.fixture(name="document", scope="module")
def _document() -> Any:
    return yaml.safe_load((ROOT / "docs" / "asyncapi.yaml").read_text())


def test_it_is_valid_by_the_official_schema(document: Any) -> None:
    """That of AsyncAPI 3.0.0, with the AMQP bindings."""
    assert [str(error) for error in Draft7Validator(OFFICIAL).iter_errors(document)] == []


def test_the_official_schema_would_notice(document: Any) -> None:
    """Negative control: an operation without its channel."""
    operation = next(iter(document["operations"].values()))
    spoilt = {**document, "operations": {"x": {name: operation[name] for name in operation if name != "channel"}}}
    assert not Draft7Validator(OFFICIAL).is_valid(spoilt)


def test_every_reference_leads_somewhere(document: Any) -> None:
    """And an operation's messages are those of its channel, its reply's those of the reply's."""
    for reference in set(references(document)):
        resolve(document, reference)
    for operation in document["operations"].values():
        for part in (operation, operation.get("reply", operation)):
            assert all(one["$ref"].startswith(part["channel"]["$ref"] + "/messages/") for one in part["messages"])


def test_every_event_reader_and_method_is_there(document: Any) -> None:
    """One operation for each, and none besides."""
    told = {f"{service.name}.tells.{type}" for service in SERVICES for type in registry(service).EMITS}
    read = {f"{one.consumer}.reads.{one.type}" for one in all_subscriptions()}
    answered = {f"{service.name}.answers.{name}" for service in SERVICES for name in procedures(service.edge)}
    heard = {f"gateway.hears.{type}" for type in HEARD}
    assert set(document["operations"]) == told | read | answered | heard


@pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
def test_the_registry_names_just_what_there_is(service: Any) -> None:
    """Events with a sample, subscriptions, and methods: no more and no less."""
    written = registry(service)
    read = {(one.source, one.type) for one in all_subscriptions() if one.service == service.name}
    assert {(source, type) for source, types in written.READS.items() for type in types} == read
    assert set(written.ANSWERS) == set(procedures(service.edge))
    assert {file.stem for file in (ROOT / "services" / service.name / "samples").glob("*.json")} == set(written.EMITS)


def test_every_field_of_what_is_told_is_described(document: Any) -> None:
    """By its type and by a sentence."""
    bare = [
        f"{schema}.{name}"
        for schema, content in document["components"]["schemas"].items()
        if ".schemas." in schema
        for name, field in content.get("properties", {}).items()
        if not field.get("description") or not any(word in field for word in DESCRIBED)
    ]
    assert set(bare) == ANYTHING


@pytest.mark.parametrize("file", SAMPLES, ids=lambda file: f"{file.parents[1].name}-{file.stem}")
def test_golden_samples_are_as_described(document: Any, file: Path) -> None:
    """Each field of each sample stands in the document, in today's samples each field of the document, too; what is an
    instant or an id there is called one."""
    event = json.loads(file.read_text())
    assert Documented(document, earlier=file.parent.name == "earlier").event_faults(event) == []
    schema = document["components"]["messages"][f"event.{event['source']}.{event['type']}"]["payload"]["allOf"][1]
    assert list(unnamed(document, schema["properties"]["data"], event["data"], "data")) == []


def unnamed(document: Any, schema: Any, value: Any, path: str) -> Any:
    """Where a sample shows an instant or an id, and the schema says nothing of it."""
    for reference in [schema.get("$ref"), *(one.get("$ref") for one in schema.get("allOf", schema.get("anyOf", [])))]:
        if reference:
            yield from unnamed(document, resolve(document, reference), value, path)
    if isinstance(value, dict):
        for name, field in schema.get("properties", {}).items():
            yield from unnamed(document, field, value.get(name), f"{path}.{name}")
    elif isinstance(value, list):
        for one in value:
            yield from unnamed(document, schema.get("items", {}), one, f"{path}[]")
    elif isinstance(value, str) and schema.get("format") != kind(value):
        yield path


def kind(text: str) -> str | None:
    """The format that a text shows."""
    for name, read in (("uuid", UUID), ("date-time", datetime.fromisoformat)):
        try:
            read(text)
        except ValueError:
            continue
        return name
    return None
