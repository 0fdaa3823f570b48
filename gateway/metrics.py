"""What the gateway measures of its own, and the port where it is read; docs/observability.md lists it."""

import os
import shutil
from tempfile import mkdtemp
from typing import Any

from runtime import metrics
from runtime.health import HealthServer

REQUESTS = metrics.histogram("http_seconds", "Time until an answer begins", "route", "method", "status")
SLOTS = metrics.counter("slots", "Slot answers by where they came from", "result")
HIT, MISS, STALE = SLOTS("hit"), SLOTS("miss"), SLOTS("stale")
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS")


def observe(route: str | None, method: str, status: int, seconds: float) -> None:
    """Note a request. What no route matched, and methods that HTTP does not know, share one name."""
    REQUESTS(route or "none", method if method in METHODS else "other", status).observe(seconds)
