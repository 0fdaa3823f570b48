"""What an operator sees of one booking: one trace from the click to the mail, and its numbers at /metrics."""

import os
import signal
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import psutil
import pytest
from prometheus_client.parser import text_string_to_metric_families

from deploy.processes import free_port
from services._runtime.tests.telemetry.collector import Collector, Received
from tests.end_to_end.mailserver import MailServer
from tests.end_to_end.practice import BASE, Practice
from tests.systems import Running, distributed, until

pytestmark = [pytest.mark.broker, pytest.mark.slow]
CLICK = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
BOOKED = "booking.events:appointment.booked"
SCRAPED = ("booking", "notify")


@dataclass
class Seen:
    """A system with everything switched on, after one booking whose mail has come."""

    running: Running
    collector: Collector
    customer: str
    ports: dict[str, int] = field(default_factory=dict)

    def metrics(self, part: str) -> dict[tuple[str, frozenset[str]], float]:
        """Value by name and label values, without the buckets."""
        with urllib.request.urlopen(f"http://127.0.0.1:{self.ports[part]}/metrics", timeout=30) as answer:
            families = text_string_to_metric_families(answer.read().decode())
            samples = [sample for family in families for sample in family.samples if "le" not in sample.labels]
        return {(sample.name, frozenset(sample.labels.values())): sample.value for sample in samples}

    def value(self, part: str, name: str, *labels: str) -> float | None:
        return self.metrics(part).get((f"terminfluss_{name}", frozenset(labels)))


@pytest.fixture(scope="module")
def seen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Seen]:
    ports = {part: free_port() for part in (*SCRAPED, "gateway")}
    with Collector() as collector, MailServer() as mails:
        traced = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.endpoint, "OTEL_BSP_SCHEDULE_DELAY": "200"}
        home: Path = tmp_path_factory.mktemp("observed")
        with distributed(home, METRICS_PORT=str(ports["gateway"]), **traced, **mails.settings) as running:
            for part in SCRAPED:
                give_health_port(running, part, ports[part])
            practice = Practice(running)
            start = practice.slots("Servicetermin", "Anna", practice.day("Anna"))[0]
            body = practice.body("Servicetermin", "Anna", start)
            assert running.call("POST", f"{BASE}/appointments", body, traceparent=CLICK).status == 201
            mails.wait(body["customer"]["email"], seconds=60)
            yield Seen(running, collector, body["customer"]["email"], ports)


def give_health_port(running: Running, part: str, port: int) -> None:
    """Start the service again, with a port of its own for its health."""
    processes = running.processes
    assert processes
    processes.running[part].terminate()
    processes.running[part].wait(60)
    processes.extra["HEALTH_PORT"] = str(port)
    processes.start_one(part)
    del processes.extra["HEALTH_PORT"]
    until(lambda: running.call("GET", "/readyz").json["status"] == "ok", 60)


def test_one_trace_runs_from_the_click_to_the_mail(seen: Seen) -> None:
    """HTTP → call → event → handler → SMTP, each the child of the one before, in four processes."""
    sent = seen.collector.wait(lambda span: span.name == "Smtp send" and span.trace == CLICK[3:35])
    above = "POST /api/v1/practices/<slug:slug>/appointments"
    line = until(lambda: whole(seen.collector.line(sent)), 60, "a line of spans from the click to the mail")
    assert [(span.service, span.name, span.kind) for span in line] == [
        ("gateway", above, "server"),
        ("gateway", "booking/book", "client"),
        ("booking", "booking/book", "server"),
        ("booking", f"create {BOOKED}", "producer"),
        ("notify", f"process {BOOKED}", "consumer"),
        ("notify", "message turn", "internal"),
        ("notify", "Smtp send", "client"),
    ]
    assert line[4].facts["messaging.destination.subscription.name"] == "notify.appointment_changed"
    assert sent.facts["outcome"] == "sent"


def whole(line: list[Received]) -> list[Received] | None:
    """The line if it begins with the click; each part tells its spans when it likes."""
    return line if line[0].parent == CLICK[36:52] else None


def test_no_span_holds_people_s_data(seen: Seen) -> None:
    """Nor a path: those can hold tokens."""
    told = repr([(span.name, span.facts) for span in seen.collector.spans])
    assert "@" not in told
    assert "top-hearing" not in told
    assert "Renner" not in told


def test_the_booking_is_counted_wherever_it_went(seen: Seen) -> None:
    """Each named metric, where it belongs."""
    route = "/api/v1/practices/<slug:slug>/appointments"
    assert seen.value("gateway", "http_seconds_count", route, "POST", "201") == 1
    assert (seen.value("gateway", "slots_total", "miss") or 0) >= 1
    assert seen.value("booking", "rpc_seconds_count", "booking", "book", "ok") == 1
    assert until(lambda: seen.value("booking", "outbox_waiting") == 0, 60)
    assert until(lambda: seen.value("booking", "outbox_lag_seconds") == 0, 60)
    assert (seen.value("booking", "events_published_total") or 0) >= 1
    assert until(lambda: seen.value("booking", "queue_depth", "rpc-booking") == 0, 60)
    assert until(lambda: seen.value("booking", "queue_depth", "parking") == 0, 60)
    handled = ("notify.appointment_changed", "ok")
    assert (seen.value("notify", "handler_seconds_count", *handled) or 0) >= 1
    assert (seen.value("notify", "messages_total", "email", "queued") or 0) >= 1
    assert until(lambda: seen.value("notify", "messages_total", "email", "sent"), 60)


def test_a_killed_worker_is_told_and_its_counts_go_on(seen: Seen) -> None:
    """In the same files: nothing is counted twice, and nothing starts at zero again."""
    assert seen.running.processes
    supervisor = psutil.Process(seen.running.processes.running["booking"].pid)
    starts, count = (
        seen.value("booking", "child_starts_total", "worker"),
        ("rpc_seconds_count", "booking", "book", "ok"),
    )
    before = seen.value("booking", *count)
    assert before
    os.kill(next(child.pid for child in supervisor.children()), signal.SIGKILL)
    until(lambda: seen.value("booking", "child_starts_total", "worker") != starts, 60)
    until(lambda: seen.running.call("GET", "/readyz").json["status"] == "ok", 60)
    practice = Practice(seen.running)
    start = practice.slots("Servicetermin", "Anna", practice.day("Anna"))[0]
    assert practice.book("Servicetermin", "Anna", start).status == 201
    assert until(lambda: seen.value("booking", *count) == before + 1, 60)
