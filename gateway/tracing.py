"""One trace per request, and one log line: route, status, time; no addresses, no tokens, nobody's data."""

import logging
import time
from collections.abc import Callable, Iterable
from typing import Any

from flask import Flask, Response, request

from runtime.telemetry import trace_id, tracing

log = logging.getLogger("gateway.access")
StartResponse = Callable[..., Any]
WsgiApp = Callable[[dict[str, Any], StartResponse], Iterable[bytes]]


class Traced:
    """WSGI middleware: the request runs in a child span of its `traceparent`, or in a new trace."""

    def __init__(self, app: WsgiApp):
        self._app = app

    def __call__(self, environ: dict[str, Any], start_response: StartResponse) -> Iterable[bytes]:
        environ["terminfluss.began"] = time.perf_counter()
        with tracing(environ.get("HTTP_TRACEPARENT", "")):
            return self._app(environ, start_response)


def note(response: Response) -> Response:
    """Tell the trace to the client and write the log line. The route's pattern stands for the path: paths hold tokens."""
    response.headers.add("X-Request-Id", trace_id())
    if log.isEnabledFor(logging.INFO):
        began = request.environ.get("terminfluss.began") or 0
        facts = {
            "method": request.method,
            "route": request.url_rule.rule if request.url_rule else None,
            "status": response.status_code,
            "ms": round((time.perf_counter() - began) * 1000, 1),
        }
        log.info("http_request", extra={"facts": facts})
    return response


def register(app: Flask) -> None:
    """Trace every request of this app."""
    app.wsgi_app = Traced(app.wsgi_app)  # type: ignore[method-assign]
    app.after_request(note)
