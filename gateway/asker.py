"""Puts a question to a service in the name of the current request."""

from flask import g

from gateway.clients import Json
from gateway.context import locale, time_left
from runtime.errors import Unavailable
from runtime.service import Rpc
from runtime.telemetry import traceparent

LONGEST_ANSWER = 5.0  # seconds for one question, of the request's whole time


class Asker:
    """The `Ask` of a web process: adds who asks, in which language, in which trace; never waits past the deadline."""

    def __init__(self, rpc: Rpc):
        self._rpc = rpc

    def __call__(self, service: str, method: str, payload: Json) -> Json:
        left = time_left()
        if left <= 0:
            raise Unavailable("the request's time is up")
        answer: Json = self._rpc.call(service, method, payload, _headers(), min(left, LONGEST_ANSWER))
        return answer


def _headers() -> dict[str, str]:
    headers = {"locale": locale(), "traceparent": traceparent()}
    if token := g.get("access_token"):
        headers["identity"] = token
    return headers
