"""Where a service has written down what it says on the wire."""

import json
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol

from runtime.contract import Answer, Emitted
from runtime.service import Service

SERVICES = Path(__file__).resolve().parents[2] / "services"


class Registry(Protocol):
    """The form of every `contracts.registry`: see `runtime.contract`."""

    EMITS: dict[str, Emitted]
    READS: dict[str, tuple[str, ...]]
    ANSWERS: dict[str, Answer]


def registry(service: Service) -> Registry:
    """What this service tells, reads and answers."""
    found: Any = import_module(f"{service.name}.contracts.registry")
    return found  # type: ignore[no-any-return]


def sample(service: Service, type: str) -> dict[str, Any]:
    """The golden sample of this event."""
    text = (SERVICES / service.name / "samples" / f"{type}.json").read_text()
    return dict(json.loads(text))
