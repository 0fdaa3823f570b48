"""What is measured, for Prometheus; docs/observability.md lists it.

A label's value is a name that the code gives: a service, a method, a route's pattern, an outcome. None comes from a
person or a client. In a child of `runtime.supervisor` or of gunicorn the values lie in the files of a folder that the
parent has made and reads (`runtime.scrape`); in a process of its own, in memory.
"""

import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from prometheus_client import Counter, Gauge, Histogram, values

PROMETHEUS = "PROMETHEUS_MULTIPROC_DIR"
QUEUES = "queues"  # the file in that folder that names the worker's queues
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds


def histogram(name: str, help: str, *labels: str) -> Callable[..., Histogram]:
    """`made("a", "b").observe(seconds)`, the labels' values in their order; it remembers each combination, whose
    look-up in the library costs more than the observation."""
    return cache(Histogram(f"terminfluss_{name}", help, labels, buckets=BUCKETS).labels)


def counter(name: str, help: str, *labels: str) -> Callable[..., Counter]:
    """`made("a", "b").inc()`."""
    return cache(Counter(f"terminfluss_{name}", help, labels).labels)


def gauge(name: str, help: str, *labels: str) -> Callable[..., Gauge]:
    """`made("a", "b").set(3)`; of several processes the sum is told. One that begins sets what it has: it may find what
    the process before it had."""
    return cache(Gauge(f"terminfluss_{name}", help, labels, multiprocess_mode="sum").labels)


def keep_in(folder: str, process: str) -> None:
    """From now on keep the values in files of this folder, for `runtime.scrape`; call it before anything is measured.

    A process goes on where the last of its name ended, so that a child that dies over and over leaves no heap of files.
    No two of one name may live at the same time. Without a folder the values stay in memory.
    """
    if folder:
        os.environ[PROMETHEUS] = folder  # the library wants it there
        values.ValueClass = values.MultiProcessValue(lambda: process)  # type: ignore[no-untyped-call]


def tell_queues(folder: str, names: Iterable[str]) -> None:
    """Name the queues whose depth the supervisor is to ask for."""
    if folder:
        (Path(folder) / QUEUES).write_text("\n".join(names))
