"""Is this process alive, and can it work?"""

from flask import Blueprint, Response

from gateway.api.framework import answer
from gateway.clients import NAMES
from gateway.context import current_services
from runtime.errors import Refused, Unavailable

routes = Blueprint("health", __name__)


@routes.get("/healthz")
def alive() -> Response:
    """This process answers."""
    return answer({"status": "ok"})


@routes.get("/readyz")
def ready() -> Response:
    """200 while every service answers, else 503; each named with "ok" or "unavailable"."""
    states = {name: _state(name) for name in NAMES}
    well = all(state == "ok" for state in states.values())
    return answer({"status": "ok" if well else "unavailable", "services": states}, 200 if well else 503)


def _state(service: str) -> str:
    """Any answer will do, also the refusal of a method that it does not know."""
    try:
        current_services().ping(service)
    except Refused:
        return "ok"
    except Unavailable:
        return "unavailable"
    return "ok"
