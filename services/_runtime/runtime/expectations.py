"""Consumer-driven contracts, for tests: what the readers of a service's events need, against its samples and schemas.

A reader writes down what it takes from another's events in its `expects/<source>.json`: JSON Schema (draft 7) of their
`data` by type. `make docs` copies that to the source's `readers/<reader>.json`, so that each side is tested without the
other. Golden samples are `samples/<type>.json`; when a type gets more fields, the sample of before moves to
`samples/earlier/`, for such events may still lie in queues, and older versions of a service still tell them.
"""

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jsonschema_rs import Draft7Validator, canonicalize
from jsonschema_rs.canonical import Containment

from runtime.contract import Emitted, json_schema

Json = dict[str, Any]


class Expectation:
    """What one reader takes from the events of one source."""

    def __init__(self, file: Path):
        self.reader = file.stem
        self._document: Json = json.loads(file.read_text())
        self.types = tuple(self._document["events"])

    def schema(self, type: str) -> Json:
        """The JSON Schema that `data` of this type has to satisfy."""
        return {**self._document["events"][type], "definitions": self._document["definitions"]}

    def unmet(self, event: Json) -> list[str]:
        """Why the reader could not read this event; empty if it can."""
        validator = Draft7Validator(self.schema(event["type"]), validate_formats=True)
        return [str(error).partition("\n")[0] for error in validator.iter_errors(event["data"])]

    def covers(self, type: str, told: Json) -> bool:
        """Whether it is certain that the reader can read all that the schema `told` allows."""
        mine, theirs = (canonicalize(schema, draft=7, validate_formats=True) for schema in (self.schema(type), told))
        return bool(mine.covers(theirs) == Containment.YES)

    def least(self, event: Json) -> Json:
        """The event with nothing in its data but what the reader takes: the poorest that it must be able to read."""
        return {**event, "data": self._least(self.schema(event["type"]), event["data"])}

    def _least(self, schema: Json, value: Any) -> Any:
        if "$ref" in schema:
            return self._least(self._document["definitions"][schema["$ref"].rpartition("/")[2]], value)
        if isinstance(value, dict):
            named = schema.get("properties", {})
            return {name: self._least(named[name], one) for name, one in value.items() if name in named}
        return [self._least(schema.get("items", {}), one) for one in value] if isinstance(value, list) else value


def samples(folder: Path) -> list[Path]:
    """The golden samples of the service in this folder, earlier ones, too."""
    return sorted([*folder.glob("samples/*.json"), *folder.glob("samples/earlier/*.json")])


def broken(folder: Path, emits: Mapping[str, Emitted]) -> list[str]:
    """What the service in this folder owes its readers, or owes what it told before; empty if all is well."""
    readers = [Expectation(file) for file in sorted(folder.glob("readers/*.json"))]
    return [*_unmet(folder, readers), *_uncertain(readers, emits), *_lost(folder)]


def _unmet(folder: Path, readers: list[Expectation]) -> Iterator[str]:
    for file in samples(folder):
        event = json.loads(file.read_text())
        for expectation in readers:
            if event["type"] in expectation.types:
                yield from (f"{expectation.reader}, {file.name}: {why}" for why in expectation.unmet(event))


def _uncertain(readers: list[Expectation], emits: Mapping[str, Emitted]) -> Iterator[str]:
    for expectation in readers:
        for type in expectation.types:
            if type not in emits:
                yield f"{expectation.reader}: nobody tells {type}"
            elif not expectation.covers(type, json_schema(emits[type].data)):
                yield f"{expectation.reader}: the schema of {type} allows what it cannot read"


def _lost(folder: Path) -> Iterator[str]:
    for file in folder.glob("samples/earlier/*.json"):
        event = json.loads(file.read_text())
        now = json.loads((folder / "samples" / f"{event['type']}.json").read_text())
        yield from (f"{event['type']} has lost {path}" for path in paths(event) - paths(now))


def paths(value: Any, here: str = "") -> set[str]:
    """Where there is a field, such as `data.places[].name`."""
    if isinstance(value, dict):
        inside = [paths(one, f"{here}.{name}".lstrip(".")) for name, one in value.items()]
        return {here, *set().union(*inside)} if here else set().union(*inside)
    if isinstance(value, list):
        return {here}.union(*(paths(one, f"{here}[]") for one in value))
    return {here}
