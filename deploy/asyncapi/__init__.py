"""docs/asyncapi.yaml: every event and every RPC method of the house as one AsyncAPI 3 document, made from the code."""

from typing import Any

import yaml

from deploy.asyncapi.calls import Calls
from deploy.asyncapi.envelopes import COMPONENTS, SCHEMAS
from deploy.asyncapi.events import Events
from deploy.house import SERVICES
from runtime.contract import JsonSchemas

INFO = {
    "title": "Terminfluss",
    "version": "1.0.0",
    "description": (
        "What the services of Terminfluss tell and ask each other over RabbitMQ.\n\n"
        "Events are CloudEvents 1.0 in structured JSON; each reading handler has a queue of its own. Fields may be "
        "added to what is told at any time: overlook what you do not know. A published type never loses a field and "
        "never changes what one means; a new version is a type of its own, such as `appointment.booked.v2`, told "
        "beside the old one. Calls are requests with a reply. `docs/contracts.md` tells how all of this is kept true."
    ),
}
SERVERS = {
    "broker": {
        "host": "{address}",
        "protocol": "amqp",
        "protocolVersion": "0.9.1",
        "description": "The RabbitMQ node that AMQP_URI names.",
        "variables": {"address": {"description": "host:port"}},
        "security": [{"$ref": "#/components/securitySchemes/user"}],
    }
}


def document() -> dict[str, Any]:
    """The whole document as plain data."""
    root = "#/components/schemas/"
    told, taken = JsonSchemas(root), JsonSchemas(root, closed=True)
    events, calls = Events(SERVICES, told), Calls(SERVICES, told, taken)
    return {
        "asyncapi": "3.0.0",
        "info": INFO,
        "defaultContentType": "application/json",
        "servers": SERVERS,
        "channels": {**events.channels(), **calls.channels()},
        "operations": {**events.operations(), **calls.operations()},
        "components": {
            **COMPONENTS,
            "messages": {**events.messages(), **calls.messages()},
            "schemas": {**SCHEMAS, **told.definitions, **taken.definitions},
        },
    }


class _Plain(yaml.SafeDumper):
    """Never an anchor: what is the same twice is written twice."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def _string(dumper: yaml.SafeDumper, value: str) -> yaml.Node:
    return dumper.represent_scalar("tag:yaml.org,2002:str", value, style="|" if "\n" in value else None)


_Plain.add_representer(str, _string)


def text() -> str:
    """The document as it is checked in."""
    head = "# Made by `make docs` from the code. Change it there.\n"
    made: str = yaml.dump(
        document(), Dumper=_Plain, sort_keys=False, allow_unicode=True, default_flow_style=None, width=120
    )
    return head + made
