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
from runtime.telemetry import Facts, describe, trace_id, tracing, unrecorded

log = logging.getLogger("gateway.access")
ROUTE = "terminfluss.route"
PROBES = ("/healthz", "/readyz")  # asked every few seconds: no traces of theirs
SERVER_ERROR = 500
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

        parent = unrecorded() if environ.get("PATH_INFO") in PROBES else environ.get("HTTP_TRACEPARENT", "")
        with tracing(parent, "HTTP", "server", {"url.scheme": "https" if self._https else "http"}):
            return self._app(environ, answer)


def note(environ: Environ, status: int, began: float) -> None:
    """Measure, describe and log the request. The route's pattern stands for the path: paths hold tokens."""
    took, route, method = time.perf_counter() - began, environ.get(ROUTE), environ["REQUEST_METHOD"]
    metrics.observe(route, method, status, took)
    describe(*span(route, method, status), failed=status >= SERVER_ERROR)
    if log.isEnabledFor(logging.INFO):
        told = {"method": method, "route": route, "status": status, "ms": round(took * 1000, 1)}
        log.info("http_request", extra={"facts": told})


def span(route: str | None, method: str, status: int) -> tuple[Facts, str]:
    """Attributes and name of the request's span, as OpenTelemetry names them; but `url.path`, which holds tokens."""
    known = method in metrics.METHODS
    facts: dict[str, str | int] = {
        "http.request.method": method if known else "_OTHER",
        "http.response.status_code": status,
        **({"http.route": route} if route else {}),
        **({"error.type": str(status)} if status >= SERVER_ERROR else {}),
    }
    return facts, " ".join(filter(None, (method if known else "HTTP", route)))


def name_route() -> None:
    """Before the view: remember which route it is, for the log line."""
    if request.url_rule:
        request.environ[ROUTE] = request.url_rule.rule


def register(app: Flask, https: bool) -> None:
    """Trace, seal and log every request of this app."""
    app.wsgi_app = Traced(app.wsgi_app, https)  # type: ignore[method-assign]
    app.before_request(name_route)
