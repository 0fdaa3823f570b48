"""Real spans of OpenTelemetry, sent to a collector. Loaded where an endpoint is set; `runtime.telemetry` opens them.

A background thread sends them in batches (a green one where eventlet has patched threads: it waits cooperatively).
While the collector is away spans are dropped, and nobody waits for it but the end of the process, a few seconds.
"""

from collections.abc import Mapping
from typing import Any

from opentelemetry.context import Context
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor
from opentelemetry.trace import Span, SpanKind, Status, StatusCode
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

from runtime.errors import Refused

PATIENCE = 3.0  # seconds for a batch, repetitions included
OUR_FAULT = ("internal", "unavailable", "deadline_exceeded")  # refusals that are errors, not answers
_w3c = TraceContextTextMapPropagator()


class Spans:
    """Opens the spans of one process, which is called `service`. `endpoint` as in OTEL_EXPORTER_OTLP_ENDPOINT."""

    def __init__(self, service: str, endpoint: str):
        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
        exporter = OTLPSpanExporter(f"{endpoint.rstrip('/')}/v1/traces", timeout=PATIENCE)
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("terminfluss")

    def open(self, parent: str, name: str, kind: str, facts: Mapping[str, Any]) -> tuple[Span, str]:
        """A child of the parent (W3C traceparent), or the first of a new trace; and its own traceparent."""
        before = _w3c.extract({"traceparent": parent}, context=Context())
        span = self._tracer.start_span(name, before, SpanKind[kind.upper()], dict(facts))
        own = span.get_span_context()
        return span, f"00-{own.trace_id:032x}-{own.span_id:016x}-{own.trace_flags:02x}"

    @staticmethod
    def failed(span: Span, error: BaseException) -> None:
        """Note the error's name. What it says stays here: it may hold people's data."""
        named = error.code if isinstance(error, Refused) else ""
        span.set_attribute("error.type", named or type(error).__name__)
        if not named or named in OUR_FAULT:
            Spans.mark_failed(span)

    @staticmethod
    def mark_failed(span: Span) -> None:
        """So that it is found among the errors."""
        span.set_status(Status(StatusCode.ERROR))

    def close(self) -> None:
        """Send what is left."""
        self._provider.shutdown()
