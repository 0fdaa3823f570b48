"""Is this process alive, and fit to be sent people?"""

from flask import Blueprint, Response

from gateway.api.framework import answer
from gateway.context import gateway

routes = Blueprint("health", __name__)


@routes.get("/healthz")
def alive() -> Response:
    """This process answers."""
    return answer({"status": "ok"})


@routes.get("/readyz")
def ready() -> Response:
    """503 until the first service has answered this process; then 200, "degraded" while a part is away. Names each."""
    fit, state = gateway().readiness.look()
    return answer(state, 200 if fit else 503)
