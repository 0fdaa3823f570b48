"""The background loops of a service, one plain thread each: `python -m runtime.loops <module> [loop ...]`."""

import importlib
import logging
import os
import signal
import sys
import threading
from collections.abc import Iterable
from typing import Any

from runtime import metrics
from runtime.children import metrics_folder, orphaned, report_ready
from runtime.clock import utc_now
from runtime.rpcclient import BrokerRpc
from runtime.service import App, Loop, Service
from runtime.settings import read
from runtime.telemetry import configure_logging, export_spans

log = logging.getLogger(__name__)
PAUSE_SECONDS = 2.0


def keep_running(name: str, loop: Loop, app: App, stop: threading.Event) -> None:
    """Run the loop until `stop`; when it fails, log it and begin it again."""
    while not stop.is_set():
        try:
            loop(app, stop)
        except Exception:
            log.exception("loop_failed", extra={"facts": {"loop": name}})
        stop.wait(PAUSE_SECONDS)


def start_loops(service: Service, app: App, names: Iterable[str], stop: threading.Event) -> list[threading.Thread]:
    """Begin these loops, a thread each."""
    threads = [
        threading.Thread(target=keep_running, args=(name, service.loops[name], app, stop), name=name) for name in names
    ]
    for thread in threads:
        thread.start()
    return threads


def main(module: str, names: list[str]) -> None:
    service: Service = importlib.import_module(module).SERVICE
    settings: Any = read(service.settings, os.environ)
    configure_logging(service.name, settings.log_level)
    export_spans(service.name, settings.otlp_endpoint)
    metrics.keep_in(metrics_folder(), "loops")
    app = service.build(settings, BrokerRpc(settings.amqp_uri, f"{service.name}-loops"), utc_now)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C reaches the whole group; the supervisor tells us
    threads = start_loops(service, app, names or service.loops, stop)
    report_ready(True)
    while not stop.wait(1):
        if orphaned():
            stop.set()
    for thread in threads:
        thread.join()


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
