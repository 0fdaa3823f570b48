"""Events: a channel per routing key and per queue, who sends, who receives."""

from collections.abc import Iterator, Sequence

from deploy.asyncapi.envelopes import Json, amqp, exchange, ref
from deploy.asyncapi.registry import registry, sample
from gateway import HEARD
from runtime.contract import Emitted, JsonSchemas
from runtime.edge import subscriptions
from runtime.service import Service
from runtime.topology import events_exchange


class Events:
    """The parts of the document that speak of events."""

    def __init__(self, services: Sequence[Service], schemas: JsonSchemas):
        self._services, self._schemas = services, schemas
        self._readers = [one for service in services for one in subscriptions(service.name, service.edge)]

    def _told(self) -> Iterator[tuple[Service, str, Emitted]]:
        for service in self._services:
            for type, emitted in registry(service).EMITS.items():
                yield service, type, emitted

    def channels(self) -> Json:
        told = {_name(service.name, type): _exchange(service.name, type) for service, type, _ in self._told()}
        return told | {
            one.queue: {
                "address": one.queue,
                "title": f"The queue of {one.consumer} for {one.type}",
                "messages": {one.type: ref("components", "messages", _name(one.source, one.type))},
                "bindings": amqp(
                    **{"is": "queue"},
                    queue={"name": one.queue, "durable": True, "exclusive": False, "autoDelete": False},
                ),
            }
            for one in self._readers
        }

    def operations(self) -> Json:
        told = {
            f"{service.name}.tells.{type}": _operation(
                "send", service.name, _name(service.name, type), type, "tell", emitted.when
            )
            for service, type, emitted in self._told()
        }
        read = {
            f"{one.consumer}.reads.{one.type}": _operation("receive", one.service, one.queue, one.type, "read")
            for one in self._readers
        }
        heard = {
            f"gateway.hears.{type}": _operation("receive", "gateway", _name(service.name, type), type, "listen", HEARS)
            for service, type, _ in self._told()
            if type in HEARD
        }
        return told | read | heard

    def messages(self) -> Json:
        return {_name(service.name, type): self._message(service, type, one) for service, type, one in self._told()}

    def _message(self, service: Service, type: str, emitted: Emitted) -> Json:
        example = sample(service, type)
        fixed = {name: {"const": example[name]} for name in ("source", "type", "dataschema")}
        properties = {**fixed, "data": self._schemas.of(emitted.data)}
        return {
            "name": type,
            "title": type,
            "summary": emitted.when,
            "tags": [{"name": service.name}],
            "traits": [ref("components", "messageTraits", "event")],
            "payload": {
                "allOf": [
                    ref("components", "schemas", "runtime.CloudEvent"),
                    {"type": "object", "properties": properties},
                ]
            },
            "examples": [{"name": "golden-sample", "payload": example}],
        }


HEARS = "Each gateway process hears it on a transient queue of its own and drops what it makes old."


def _name(source: str, type: str) -> str:
    return f"event.{source}.{type}"


def _exchange(source: str, type: str) -> Json:
    return {
        "address": type,
        "title": f"{type}, told by {source}",
        "messages": {type: ref("components", "messages", _name(source, type))},
        "bindings": exchange(events_exchange(source)),
    }


def _operation(action: str, service: str, channel: str, type: str, binding: str, summary: str = "") -> Json:
    return {
        "action": action,
        "channel": ref("channels", channel),
        **({"summary": summary} if summary else {}),
        "tags": [{"name": service}],
        "bindings": ref("components", "operationBindings", binding),
        "messages": [ref("channels", channel, "messages", type)],
    }
