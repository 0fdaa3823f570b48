"""An OpenTelemetry collector for tests: takes traces by OTLP/HTTP, and keeps them."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest


@dataclass(frozen=True)
class Received:
    """One span. Ids are hexadecimal; `parent` is empty for a trace's first."""

    service: str
    name: str
    kind: str
    trace: str
    id: str
    parent: str
    facts: dict[str, Any]
    error: bool


class Collector:
    """Listens on a free port of this machine; use it as a context manager. `stall`: seconds before each answer."""

    def __init__(self, stall: float = 0.0):
        self.spans: list[Received] = []
        collector = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                time.sleep(stall)
                collector.spans += received(body)
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: Any) -> None:
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.endpoint = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> "Collector":
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def wait(self, find: Callable[[Received], bool], seconds: float = 60) -> Received:
        """The first span that `find` likes, as soon as it is here."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if found := next(filter(find, list(self.spans)), None):
                return found
            time.sleep(0.05)
        raise AssertionError(f"not among {sorted({span.name for span in self.spans})}")

    def line(self, last: Received) -> list[Received]:
        """The span and all above it, the highest first."""
        known = {span.id: span for span in self.spans if span.trace == last.trace}
        found = [last]
        while above := known.get(found[0].parent):
            found.insert(0, above)
        return found


def received(body: bytes) -> list[Received]:
    """The spans of one request."""
    found = []
    for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
        service = _facts(resource.resource.attributes)["service.name"]
        for span in (span for scope in resource.scope_spans for span in scope.spans):
            ids = (span.trace_id.hex(), span.span_id.hex(), span.parent_span_id.hex())
            kind = span.SpanKind.Name(span.kind).removeprefix("SPAN_KIND_").lower()
            failed = span.status.code == span.status.STATUS_CODE_ERROR
            found.append(Received(service, span.name, kind, *ids, _facts(span.attributes), failed))
    return found


def _facts(attributes: Any) -> dict[str, Any]:
    return {one.key: getattr(one.value, one.value.WhichOneof("value")) for one in attributes}
