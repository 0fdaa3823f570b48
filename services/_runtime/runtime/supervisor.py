"""The parent process of a service: carries its outbox, keeps its worker and loops alive, answers for its health.

    python -m runtime.supervisor <service> [--module <service>.__main__ [--loops]]

Without --module it is the relay alone. It loads nothing of the service, so it stays small.
"""

import argparse
import logging
import os
import signal
import threading
import time
from tempfile import TemporaryDirectory

from runtime.children import Child
from runtime.health import HealthServer
from runtime.relay import Relay
from runtime.settings import BaseSettings, WrongSetting, read
from runtime.telemetry import configure_logging

log = logging.getLogger(__name__)
LOOK_SECONDS = 0.2
GRACE_SECONDS = 65.0  # a handler's time limit, and a little


class Supervisor:
    """Runs until SIGTERM or SIGINT; then lets everything finish what it has begun."""

    def __init__(self, settings: BaseSettings, children: list[Child], folder: str, grace: float = GRACE_SECONDS):
        self._settings, self._children, self._folder, self._grace = settings, children, folder, grace
        self._asked = threading.Lock()
        self._stop = threading.Event()
        self._relay = Relay(settings.database_url, settings.amqp_uri)
        self._relaying = threading.Thread(target=self._carry, name="relay")
        self._health = (
            HealthServer(settings.health_port, self.readiness, self.metrics) if settings.health_port else None
        )

    def run(self) -> None:
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self._stop.set())
        if self._health:
            self._health.start()
        self._relaying.start()
        while not self._stop.is_set():
            for child in self._children:
                child.keep_alive()
            self._stop.wait(LOOK_SECONDS)
        self._finish()

    def readiness(self) -> dict[str, bool]:
        """Each thing that the service needs, by name."""
        parts = {"database": self._relay.database_ready, "broker": self._relay.broker_ready}
        return parts | {child.name: child.ready for child in self._children}

    def metrics(self) -> str:
        """What the children measured, and what waits. One question at a time."""
        from runtime import scrape  # here: a supervisor that nobody asks stays small

        pids = {child.name: child.process.pid for child in self._children if child.process}
        with self._asked:
            own = [
                scrape.counted("events_published", "Events that the broker has", {"": self._relay.published}),
                *scrape.children({child.name: child.starts for child in self._children}, pids),
                *scrape.outbox(self._settings.database_url),
                *scrape.queues(self._settings.amqp_uri, self._folder),
            ]
            return scrape.text(self._folder, own)

    def _carry(self) -> None:
        while not self._stop.is_set():
            try:
                self._relay.run(self._stop)
            except Exception:
                log.exception("relay_failed")
                self._stop.wait(1)

    def _finish(self) -> None:
        """The relay ends last but one batch: what the worker still tells is carried by the next start at the latest."""
        log.info("stopping")
        until = time.monotonic() + self._grace
        for child in self._children:
            child.terminate()
        for child in self._children:
            child.wait(until)
        self._relaying.join(max(0.1, until - time.monotonic()))
        log.info("stopped")


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("service")
    parser.add_argument("--module")
    parser.add_argument("--loops", action="store_true")
    chosen = parser.parse_args()
    try:
        settings = read(BaseSettings, os.environ)
    except WrongSetting as error:
        raise SystemExit(str(error)) from None
    configure_logging(chosen.service, settings.log_level)
    children = [Child("worker", "runtime.broker_worker", chosen.module, beats=True)] if chosen.module else []
    if chosen.loops:
        children.append(Child("loops", "runtime.loops", chosen.module))
    with TemporaryDirectory(prefix="terminfluss-metrics-") as folder:
        if settings.health_port:
            os.environ["METRICS_FOLDER"] = folder  # the children's; without a port nobody asks what they measured
        _supervisor(settings, children, folder).run()


def _supervisor(settings: BaseSettings, children: list[Child], folder: str) -> Supervisor:
    try:
        return Supervisor(settings, children, folder)
    except OSError as error:
        raise SystemExit(f"HEALTH_PORT is wrong: {error.strerror}") from None


if __name__ == "__main__":
    main()
