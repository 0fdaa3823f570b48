"""What surrounds the data of every message: envelopes, headers, errors, and what they have in common.

Written by hand after `runtime.messages`, `relay`, `deliveries`, `rpcclient` and `broker`.
"""

from typing import Any

from runtime.messages import CONTENT_TYPE
from runtime.topology import RPC_EXCHANGE

BINDING = "0.3.0"
Json = dict[str, Any]


def ref(*path: str) -> Json:
    """A reference within the document."""
    return {"$ref": "#/" + "/".join(path)}


def amqp(**binding: Any) -> Json:
    """An AMQP binding object."""
    return {"amqp": {**binding, "bindingVersion": BINDING}}


def exchange(name: str) -> Json:
    """The binding of a routing key on a durable topic exchange."""
    return amqp(**{"is": "routingKey"}, exchange={"name": name, "type": "topic", "durable": True, "autoDelete": False})


def _text(says: str, **more: Any) -> Json:
    return {"type": "string", "description": says, **more}


CLOUD_EVENT: Json = {
    "type": "object",
    "description": "CloudEvents 1.0, structured JSON mode.",
    "required": [
        *("specversion", "id", "source", "type", "subject", "time", "datacontenttype", "dataschema"),
        *("practiceid", "objectversion", "data"),
    ],
    "properties": {
        "specversion": {"const": "1.0"},
        "id": _text("The event, the same each time it arrives: whoever knows it already does nothing.", format="uuid"),
        "source": _text("The service that tells it."),
        "type": _text("What happened; also the routing key."),
        "subject": _text("The object that it happened to.", format="uuid"),
        "time": _text("When.", format="date-time"),
        "datacontenttype": {"const": "application/json"},
        "dataschema": _text("The schema of `data`: urn:terminfluss:<source>:<type>:<version>."),
        "practiceid": _text("The practice that it concerns.", format="uuid"),
        "objectversion": {
            "type": "integer",
            "description": "The state of the subject that `data` shows. It rises by one with each change: overlook "
            "what is older than what you have, since order between queues is not promised.",
        },
        "traceparent": _text("W3C trace context; empty outside of any trace."),
        "data": {"type": "object"},
    },
}

EVENT_HEADERS: Json = {
    "type": "object",
    "description": "None at first. AMQP's own `message_id` is the event's id.",
    "properties": {
        "x-attempt": {"type": "integer", "description": "How often the handler has failed."},
        "x-error": _text("How it failed last."),
        "x-first-failed": {"type": "integer", "description": "Unix seconds."},
    },
}

CALL_HEADERS: Json = {
    "type": "object",
    "required": ["correlation_id", "reply_to", "nameko.deadline"],
    "properties": {
        "correlation_id": _text("AMQP's own property: comes back with the answer."),
        "reply_to": _text("AMQP's own property: the routing key of the answer."),
        "nameko.deadline": _text("Unix seconds: nobody waits any longer. AMQP's own `expiration` says the same."),
        "nameko.identity": _text("Who calls: a JWT signed by practice for its users, by a service for itself."),
        "nameko.locale": _text("The language of who asks."),
        "nameko.traceparent": _text("W3C trace context."),
    },
}

ANSWER_HEADERS: Json = {
    "type": "object",
    "required": ["correlation_id"],
    "properties": {"correlation_id": _text("AMQP's own property: the call's.")},
}

REFUSAL: Json = {
    "type": "object",
    "description": "A named error with its facts, without words for people.",
    "required": ["exc_type", "exc_path", "exc_args", "value"],
    "properties": {
        "exc_type": {"const": "Refused"},
        "exc_path": {"const": "runtime.errors.Refused"},
        "exc_args": {
            "type": "array",
            "description": "The code, and the facts: an object.",
            "minItems": 2,
            "maxItems": 2,
        },
        "value": _text("The code."),
    },
}

SCHEMAS = {
    "runtime.CloudEvent": CLOUD_EVENT,
    "runtime.EventHeaders": EVENT_HEADERS,
    "runtime.CallHeaders": CALL_HEADERS,
    "runtime.AnswerHeaders": ANSWER_HEADERS,
    "runtime.Refusal": REFUSAL,
}

COMPONENTS: Json = {
    "securitySchemes": {"user": {"type": "userPassword", "description": "A broker user for each service."}},
    "correlationIds": {
        "trace": {"location": "$message.payload#/traceparent", "description": "The trace that it is a part of."},
        "call": {"location": "$message.header#/correlation_id", "description": "Ties the answer to its call."},
    },
    "channelBindings": {"calls": exchange(RPC_EXCHANGE)},
    "operationBindings": {
        "tell": amqp(deliveryMode=2),
        "read": amqp(ack=True),
        "listen": amqp(ack=False),
        "answer": amqp(ack=True, deliveryMode=1),
    },
    "messageTraits": {
        "event": {
            "contentType": CONTENT_TYPE,
            "headers": ref("components", "schemas", "runtime.EventHeaders"),
            "correlationId": ref("components", "correlationIds", "trace"),
            "bindings": amqp(contentEncoding="utf-8"),
        },
        "call": {
            "headers": ref("components", "schemas", "runtime.CallHeaders"),
            "correlationId": ref("components", "correlationIds", "call"),
            "bindings": amqp(contentEncoding="utf-8"),
        },
        "answer": {
            "headers": ref("components", "schemas", "runtime.AnswerHeaders"),
            "correlationId": ref("components", "correlationIds", "call"),
            "bindings": amqp(contentEncoding="utf-8"),
        },
    },
}
