"""RPC: a channel per method, one for all answers, and an operation with a reply for each method."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from deploy.asyncapi.envelopes import Json, ref
from deploy.asyncapi.registry import registry
from runtime.contract import COMMON_ERRORS, Answer, JsonSchemas, Nothing
from runtime.edge import Access, RpcSpec, procedures
from runtime.service import Service

REPLIES = "rpc.replies"
ACCESS = {
    Access.PUBLIC: "Anybody may call.",
    Access.STAFF: "A signed-in user of a practice, with the scope `{scope}`.",
    Access.SERVICE: "Another service, in its own name.",
}


class Method(NamedTuple):
    """One RPC method, as its edge and its registry describe it."""

    service: Service
    spec: RpcSpec
    answer: Answer

    @property
    def name(self) -> str:
        return f"{self.service.name}.{self.spec.name}"


class Calls:
    """The parts of the document that speak of calls."""

    def __init__(self, services: Sequence[Service], told: JsonSchemas, taken: JsonSchemas):
        self._methods = list(_methods(services))
        self._told, self._taken = told, taken

    def channels(self) -> Json:
        calls = {
            f"rpc.{method.name}": {
                "address": method.name,
                "messages": {"call": ref("components", "messages", f"call.{method.name}")},
                "bindings": ref("components", "channelBindings", "calls"),
            }
            for method in self._methods
        }
        answers = {method.name: ref("components", "messages", f"answer.{method.name}") for method in self._methods}
        replies = {
            "address": None,
            "title": "Answers",
            "description": "The routing key that the caller has made up, bound to a transient queue of its own.",
            "messages": answers,
            "bindings": ref("components", "channelBindings", "calls"),
        }
        return {**calls, REPLIES: replies}

    def operations(self) -> Json:
        return {f"{method.service.name}.answers.{method.spec.name}": _operation(method) for method in self._methods}

    def messages(self) -> Json:
        calls = {f"call.{method.name}": self._call(method) for method in self._methods}
        return calls | {f"answer.{method.name}": self._answer(method) for method in self._methods}

    def _call(self, method: Method) -> Json:
        schema = self._taken.of(type(method.spec.schema) if method.spec.schema else Nothing)
        return {
            "title": f"Call of {method.name}",
            "traits": [ref("components", "messageTraits", "call")],
            "payload": {
                "type": "object",
                "required": ["args"],
                "properties": {"args": {"type": "array", "minItems": 1, "maxItems": 1, "items": schema}},
            },
        }

    def _answer(self, method: Method) -> Json:
        codes = sorted({*COMMON_ERRORS, *method.answer.errors})
        own = {"properties": {"value": {"enum": codes}}}
        refusal = {"allOf": [ref("components", "schemas", "runtime.Refusal"), own]}
        return {
            "title": f"Answer of {method.name}",
            "traits": [ref("components", "messageTraits", "answer")],
            "payload": {
                "oneOf": [
                    {
                        "type": "object",
                        "required": ["result", "error"],
                        "properties": {"result": self._told.of(method.answer.data), "error": {"type": "null"}},
                    },
                    {
                        "type": "object",
                        "required": ["result", "error"],
                        "properties": {"result": {"type": "null"}, "error": refusal},
                    },
                ]
            },
        }


def _methods(services: Sequence[Service]) -> Iterator[Method]:
    for service in services:
        answers = registry(service).ANSWERS
        for name, spec in procedures(service.edge).items():
            yield Method(service, spec, answers[name])


def _operation(method: Method) -> Json:
    spec, channel = method.spec, f"rpc.{method.name}"
    return {
        "action": "receive",
        "channel": ref("channels", channel),
        "summary": method.answer.does,
        "description": ACCESS[spec.allow].format(scope=spec.scope),
        "tags": [{"name": method.service.name}],
        "bindings": ref("components", "operationBindings", "answer"),
        "messages": [ref("channels", channel, "messages", "call")],
        "reply": {
            "address": {"location": "$message.header#/reply_to"},
            "channel": ref("channels", REPLIES),
            "messages": [ref("channels", REPLIES, "messages", method.name)],
        },
    }
