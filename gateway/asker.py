"""Puts a question to a service in the name of the current request."""

from flask import g, request

from gateway.circuits import Circuits
from gateway.clients import Json
from gateway.context import locale, time_left
from runtime.errors import NotSent, Refused, Unavailable
from runtime.service import Rpc

LONGEST_ANSWER = 5.0  # seconds for one question, of the request's whole time
FAIR = 0.5  # seconds; who was given less and did not answer has not failed
AWAY = ("unavailable", "deadline_exceeded")  # the service lives, but its database or another service does not answer it


class Asker:
    """The `Ask` of a web process: adds who asks, in which language; never waits past the request's
    deadline, and not at all for who has been silent lately."""

    def __init__(self, rpc: Rpc, circuits: Circuits):
        self._rpc = rpc
        self._circuits = circuits

    def __call__(self, service: str, method: str, payload: Json) -> Json:
        left = min(time_left(), LONGEST_ANSWER)
        if left <= 0:
            raise NotSent("the request's time is up")
        own, whole = self._circuits.of(service, method)
        with own.admitted(), whole.admitted():
            try:
                answer: Json = self._rpc.call(service, method, payload, _headers(), left)
            except Unavailable:
                if left >= FAIR:
                    own.failed()
                    whole.failed()
                raise
            except Refused as refused:
                whole.answered()
                if refused.code in AWAY:
                    own.failed()
                    raise Unavailable(f"{service}.{method}: {refused.code}") from None
                own.answered()
                raise
            own.answered()
            whole.answered()
            return answer


def _headers() -> dict[str, str]:
    headers = {"locale": locale(), "via": "api" if request.path.startswith("/api/") else "page"}
    if token := g.get("access_token"):
        headers["identity"] = token
    return headers
