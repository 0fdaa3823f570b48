"""The span of a request: named by OpenTelemetry's conventions, and without anybody's path."""

from collections.abc import Iterator

import pytest

from gateway.tests.conftest import Stage
from runtime import telemetry
from runtime.errors import Unavailable
from services._runtime.tests.telemetry.collector import Collector, Received


@pytest.fixture(name="requested")
def _requested(monkeypatch: pytest.MonkeyPatch, stage: Stage) -> Iterator[dict[str, Received]]:
    """Spans of the gateway after one request of each kind, by name."""
    monkeypatch.setattr(telemetry, "_spans", None)
    with Collector() as collector:
        telemetry.export_spans("gateway", collector.endpoint)
        stage.rpc.answers["booking.managed"] = Unavailable("away")
        client = stage.client()
        for path in ("/healthz", "/readyz", "/a-secret-token", "/a/another-secret"):
            client.get(path)
        client.open("/a-secret-token", method="BREW")
        telemetry._spans.close()
        yield {span.name: span for span in collector.spans if span.kind == "server"}


def test_a_request_is_named_by_its_route_or_by_its_method_alone(requested: dict[str, Received]) -> None:
    """A path that no route knows may be anything, a method that HTTP does not know as well; probes are not traced."""
    assert set(requested) == {"GET", "HTTP", "GET /a/<token>"}
    assert requested["GET"].facts == {
        "url.scheme": "http",
        "http.request.method": "GET",
        "http.response.status_code": 404,
    }
    assert requested["HTTP"].facts["http.request.method"] == "_OTHER"
    assert requested["GET /a/<token>"].facts["http.route"] == "/a/<token>"
    assert "secret" not in repr(requested)


def test_only_an_answer_that_says_our_fault_is_an_error(requested: dict[str, Received]) -> None:
    """404 is an answer; 503, since the service is away, is none."""
    found = {span.name: (span.error, span.facts.get("error.type")) for span in requested.values()}
    assert found["GET"] == (False, None)
    assert found["GET /a/<token>"] == (True, "503")
