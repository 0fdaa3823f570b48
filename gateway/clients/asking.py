"""The shape of a question to a service."""

from typing import Any, Protocol

Json = dict[str, Any]
JsonList = list[Json]


class Ask(Protocol):
    """Asks a service in the name of the current request."""

    def __call__(self, service: str, method: str, payload: Json) -> Json:
        """The service's answer (slots: a JSON text). Raises Refused or Unavailable."""


def given(**values: Any) -> Json:
    """The values that are not None: what a service takes for "not said"."""
    return {name: value for name, value in values.items() if value is not None}
