"""What is measured, for Prometheus; docs/observability.md lists it.

A label's value is a name that the code gives: a service, a method, a route's pattern, an outcome. None comes from a person
or a client. In a child of `runtime.supervisor` or of gunicorn the values lie in the files of a folder that the parent
has made and reads (`runtime.scrape`); in a process of its own, in memory.
"""

import os
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from prometheus_client import Counter, Histogram, values

FOLDER = "PROMETHEUS_MULTIPROC_DIR"  # prometheus_client looks at it when it is imported
QUEUES = "queues"  # the file in that folder that names the worker's queues
BUCKETS = (0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30)  # seconds


def histogram(name: str, help: str, *labels: str) -> Callable[..., Histogram]:
    """`made("a", "b").observe(seconds)`, the labels' values in their order. Finding the labels' values is what costs most:
    the result remembers them."""
    return cache(Histogram(f"terminfluss_{name}", help, labels, buckets=BUCKETS).labels)


def counter(name: str, help: str, *labels: str) -> Callable[..., Counter]:
    """`made("a", "b").inc()`."""
    return cache(Counter(f"terminfluss_{name}", help, labels).labels)


def continue_as(child: str) -> None:
    """Go on counting where the last process of this supervised child ended, in the same files: a child that dies over
    and over leaves no heap of them. Call it before anything is measured."""
    if os.environ.get(FOLDER):
        values.ValueClass = values.MultiProcessValue(lambda: child)


def tell_queues(names: Iterable[str]) -> None:
    """Name the queues whose depth the supervisor is to ask for."""
    if folder := os.environ.get(FOLDER):
        (Path(folder) / QUEUES).write_text("\n".join(names))
