"""The AsyncAPI document, asked about single messages."""

import copy
from collections.abc import Iterator
from functools import cached_property
from typing import Any

from jsonschema_rs import Draft7Validator

Json = dict[str, Any]


class Documented:
    """`document` as it stands, but strict: what is told may hold nothing that is not written down.

    `earlier`: what was told before some of the fields were added may lack them.
    """

    def __init__(self, document: Json, *, earlier: bool = False):
        self.document, self.earlier = document, earlier
        self._validators: dict[str, Draft7Validator] = {}

    @cached_property
    def _components(self) -> Json:
        components: Json = copy.deepcopy(self.document["components"])
        for name, schema in components["schemas"].items():
            if ".schemas." in name:
                schema["additionalProperties"] = False
                if self.earlier:
                    schema.pop("required", None)
        return components

    def faults(self, message: str, payload: Json) -> list[str]:
        """Why this is no such message, e.g. `event.booking.slot.held` or `answer.booking.book`; empty if it is one."""
        if message not in self._components["messages"]:
            return [f"no message {message}"]
        if message not in self._validators:
            schema = {**self._components["messages"][message]["payload"], "components": self._components}
            self._validators[message] = Draft7Validator(schema, validate_formats=True)
        return [f"{message}: {error}" for error in self._validators[message].iter_errors(payload)]

    def event_faults(self, event: Json) -> list[str]:
        """The same for a CloudEvent."""
        return self.faults(f"event.{event['source']}.{event['type']}", event)


def references(value: Any) -> Iterator[str]:
    """Every `$ref` in a document."""
    if isinstance(value, dict):
        if isinstance(found := value.get("$ref"), str):
            yield found
        for one in value.values():
            yield from references(one)
    elif isinstance(value, list):
        for one in value:
            yield from references(one)


def resolve(document: Json, reference: str) -> Any:
    """What a local reference names. Raises KeyError."""
    found: Any = document
    for part in reference.removeprefix("#/").split("/"):
        found = found[part]
    return found
