"""RPC without a broker: the target's endpoint is called directly, in the caller's thread."""

import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic
from typing import Any

from runtime.clock import Clock
from runtime.edge import Endpoint
from runtime.errors import NotSent, Refused, Unavailable
from runtime.telemetry import rpc_span, step, trace_id, traceparent

log = logging.getLogger(__name__)
_deadline: ContextVar[float | None] = ContextVar("rpc_deadline", default=None)


class LocalRpc:
    """The in-process twin of the broker's RPC client; implements `runtime.service.Rpc`. Safe to share by threads.

    Payload and answer go through JSON, named errors arrive as `Refused`, as they do over the broker. A call made while
    answering another never gets more time than that one has left. A call cannot be cut off in the middle (it is an
    ordinary Python call): an answer that comes after its deadline is dropped and `Unavailable` raised instead.
    """

    def __init__(self, endpoints: Mapping[str, Endpoint], clock: Clock):
        self._endpoints = endpoints
        self._clock = clock

    def call(
        self,
        service: str,
        method: str,
        payload: dict[str, Any],
        headers: dict[str, str] | None = None,
        timeout: float = 5.0,
    ) -> Any:
        endpoint = self._endpoints.get(service)
        if endpoint is None:
            raise NotSent(f"no service {service}")
        deadline = _earliest(_deadline.get(), monotonic() + timeout)
        if monotonic() >= deadline:
            raise NotSent("the deadline of the call being answered has passed")
        with _within(deadline, f"{service}.{method}"), step(*rpc_span(service, method, "client")):
            return self._answer(endpoint, method, json.loads(json.dumps(payload)), self._headers(headers, deadline))

    def _headers(self, headers: dict[str, str] | None, deadline: float) -> dict[str, str]:
        until = self._clock().timestamp() + deadline - monotonic()
        return {"traceparent": traceparent(), **(headers or {}), "deadline": str(until)}

    def _answer(self, endpoint: Endpoint, method: str, payload: dict[str, Any], headers: dict[str, str]) -> Any:
        try:
            return json.loads(json.dumps(endpoint.call(method, payload, headers)))
        except Refused as error:
            raise Refused(error.code, json.loads(json.dumps(error.facts))) from None
        except TypeError:  # an answer that is not JSON: the broker could not have carried it either
            log.exception("rpc_answer_not_json", extra={"facts": {"method": f"{endpoint.app.name}.{method}"}})
            raise Refused("internal", {"trace": trace_id()}) from None


@contextmanager
def _within(deadline: float, what: str) -> Iterator[None]:
    """Whatever comes of the block after the deadline, answer or error, the caller no longer waits for it."""
    token = _deadline.set(deadline)
    try:
        yield
    finally:
        _deadline.reset(token)
        if monotonic() > deadline:
            raise Unavailable(f"{what} answered too late")


def _earliest(outer: float | None, own: float) -> float:
    return own if outer is None else min(outer, own)
