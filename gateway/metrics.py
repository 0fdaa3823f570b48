"""What the gateway measures of its own, and the port where it is read; docs/observability.md lists it."""

import shutil
from itertools import count
from tempfile import mkdtemp
from typing import Any

from runtime import metrics, scrape
from runtime.health import HealthServer

REQUESTS = metrics.histogram("http_seconds", "Time until an answer begins", "route", "method", "status")
SLOTS = metrics.counter("slots", "Slot answers by where they came from", "result")
STREAMS = metrics.gauge("live_streams", "Open streams of the live feed", "carried")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def observe(route: str | None, method: str, status: int, seconds: float) -> None:
    """Note a request. What no route matched, and methods that HTTP does not know, share one name."""
    REQUESTS(route or "none", method if method in METHODS else "other", status).observe(seconds)


class Shared:
    """In gunicorn's parent: the folder where the workers keep what they measure, and the port where it is read."""

    def __init__(self, host: str, port: int):
        self._folder = mkdtemp(prefix="terminfluss-metrics-")
        self._server = HealthServer(port, metrics=lambda: scrape.text(self._folder), host=host)

    def hooks(self) -> dict[str, Any]:
        """gunicorn's settings that make it so."""
        return {name: getattr(self, name) for name in ("on_starting", "pre_fork", "post_fork", "on_exit")}

    def on_starting(self, _arbiter: Any) -> None:
        self._server.start()

    def pre_fork(self, arbiter: Any, worker: Any) -> None:
        """Give the worker the lowest number that none alive has. It goes on with the files of the last that had it."""
        taken = {other.number for other in arbiter.WORKERS.values()}
        worker.number = next(number for number in count() if number not in taken)

    def post_fork(self, _arbiter: Any, worker: Any) -> None:
        """In the worker."""
        self._server.let_go()
        metrics.keep_in(self._folder, f"web{worker.number}")

    def on_exit(self, _arbiter: Any) -> None:
        self._server.stop()
        shutil.rmtree(self._folder, ignore_errors=True)
