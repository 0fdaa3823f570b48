"""Around every request: its trace, the security headers of its answer, its measure, and one log line.

The line tells route, status and time; no addresses, no tokens, nobody's data. All of it is done outside of Flask, where
it costs least.
"""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, request

from gateway import metrics
from gateway.security import seal
from runtime.telemetry import describe, trace_id, tracing

log = logging.getLogger("gateway.access")
ROUTE = "terminfluss.route"
Environ = dict[str, Any]
StartResponse = Callable[..., Any]
WsgiApp = Callable[[Environ, StartResponse], Iterable[bytes]]


class Traced:
    """WSGI middleware: the request runs in a child span of its `traceparent`, or in a new trace, told to the client as
    X-Request-Id."""

    def __init__(self, app: WsgiApp, https: bool):
        self._app = app
        self._https = https

    def __call__(self, environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        began = time.perf_counter()

        def answer(status: str, headers: list[tuple[str, str]], *more: Any) -> Any:
            note(environ, int(status[:3]), began)
            sealed = [*headers, *seal(environ, self._https), ("X-Request-Id", trace_id())]
            return start_response(status, sealed, *more)

        with tracing(environ.get("HTTP_TRACEPARENT", ""), "HTTP", "server"):
            return self._app(environ, answer)


def note(environ: Environ, status: int, began: float) -> None:
    """Measure, describe and log the request. The route's pattern stands for the path: paths hold tokens."""
    took, route, method = time.perf_counter() - began, environ.get(ROUTE), environ["REQUEST_METHOD"]
    metrics.observe(route, method, status, took)
    if route:
        facts = {"http.route": route, "http.request.method": method, "http.response.status_code": status}
        describe(facts, f"{method} {route}")
    if log.isEnabledFor(logging.INFO):
        told = {"method": method, "route": route, "status": status, "ms": round(took * 1000, 1)}
        log.info("http_request", extra={"facts": told})


def name_route() -> None:
    """Before the view: remember which route it is, for the log line."""
    if request.url_rule:
        request.environ[ROUTE] = request.url_rule.rule


def register(app: Flask, https: bool) -> None:
    """Trace, seal and log every request of this app."""
    app.wsgi_app = Traced(app.wsgi_app, https)  # type: ignore[method-assign]
    app.before_request(name_route)
