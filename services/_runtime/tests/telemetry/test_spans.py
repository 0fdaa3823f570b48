"""Spans: real where a collector is set, nothing where none is; a bad collector harms nobody."""

import os
import subprocess
import sys
from collections.abc import Iterator

import pytest

from runtime import telemetry
from runtime.errors import Refused
from runtime.spans import Spans
from runtime.telemetry import describe, export_spans, step, traceparent, tracing
from services._runtime.tests.telemetry.collector import Collector

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"


@pytest.fixture
def collector() -> Iterator[Collector]:
    with Collector() as collector:
        yield collector


@pytest.fixture
def spans(collector: Collector, monkeypatch: pytest.MonkeyPatch) -> Spans:
    """This process exports its spans."""
    monkeypatch.setattr(telemetry, "_spans", None)
    export_spans("kitchen", collector.endpoint)
    return telemetry._spans  # type: ignore[no-any-return]


def test_without_an_endpoint_nothing_of_opentelemetry_is_loaded() -> None:
    """And a step is no span of its own: what runs in it is the child of what is around it."""
    code = """
import sys
from runtime.telemetry import describe, export_spans, step, traceparent, tracing
export_spans("kitchen", "")
with tracing("", "HTTP", "server") as outer, step("call", "client") as inner:
    describe({"http.route": "/"}, "GET /")
    assert inner == outer == traceparent()
assert not any(name.startswith("opentelemetry") for name in sys.modules)
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)


def test_blocks_become_spans_with_their_parents(collector: Collector, spans: Spans) -> None:
    """Across a header, as RPC and events carry it."""
    with tracing(PARENT, "HTTP", "server"):
        describe({"http.route": "/p/<slug>"}, "GET /p/<slug>")
        with step("booking/book", "client", {"rpc.system": "nameko"}):
            header = traceparent()
    with tracing(header, "booking/book", "server"):
        pass
    spans.close()
    line = collector.line(collector.wait(lambda span: (span.name, span.kind) == ("booking/book", "server")))
    assert [(span.name, span.kind) for span in line] == [
        ("GET /p/<slug>", "server"),
        ("booking/book", "client"),
        ("booking/book", "server"),
    ]
    assert {span.trace for span in line} == {PARENT[3:35]}
    assert line[0].parent == PARENT[36:52]
    assert line[0].facts == {"http.route": "/p/<slug>"}
    assert line[0].service == "kitchen"


@pytest.mark.parametrize(
    ("error", "name", "failed"),
    [
        (Refused("slot_taken", {"start": "2030"}), "slot_taken", False),
        (Refused("internal"), "internal", True),
        (ValueError("rita@customer.example"), "ValueError", True),
    ],
)
def test_an_error_is_told_by_its_name_alone(
    collector: Collector, spans: Spans, error: Exception, name: str, failed: bool
) -> None:
    """Its words may hold people's data. A refusal that is an answer is no error."""
    with pytest.raises(type(error)), tracing("", "work"):
        raise error
    spans.close()
    span = collector.wait(lambda span: span.name == "work")
    assert (span.facts, span.error) == ({"error.type": name}, failed)


def test_a_collector_that_is_away_breaks_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Spans are dropped, at the end of the process, too."""
    monkeypatch.setattr(telemetry, "_spans", None)
    export_spans("kitchen", "http://127.0.0.1:1")
    with tracing("", "work") as context:
        assert telemetry.trace_id() == context[3:35]
    telemetry._spans.close()


def test_a_slow_collector_does_not_hold_up_the_hub() -> None:
    """In a process that eventlet has patched, others run while a batch waits for its answer."""
    code = """
import eventlet
eventlet.monkey_patch()
import os
from runtime import telemetry
ticks = 0
def tick():
    global ticks
    while True:
        ticks += 1
        eventlet.sleep(0.01)
telemetry.export_spans("kitchen", os.environ["ENDPOINT"])
with telemetry.tracing("", "work"):
    pass
eventlet.spawn(tick)
telemetry._spans.close()  # waits for the answer
assert ticks > 5, ticks
"""
    with Collector(stall=1.0) as collector:
        environ = {**os.environ, "ENDPOINT": collector.endpoint}
        subprocess.run([sys.executable, "-W", "ignore", "-c", code], check=True, timeout=60, env=environ)
        assert [span.name for span in collector.spans] == ["work"]
