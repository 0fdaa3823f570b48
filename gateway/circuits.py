"""Who has not answered several times in a row is asked now and then by a single request; all others hear so at once.

A circuit stands for one thing that a question needs: a service, or one of its methods, which may need another service
in turn. While it is closed it does nothing but count. Once ENOUGH questions in a row went without an answer it refuses
them without waiting, but for one every REST seconds that goes through as a probe: a part that hangs holds one thread,
not all of them. The first answer closes it.
"""

import logging
import time
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Lock

from runtime.errors import NotSent

log = logging.getLogger(__name__)
ENOUGH = 3  # questions in a row without an answer
REST = 2.0  # seconds from the end of a failed probe to the next


class Circuit:
    """One of them. Safe under threads: a count that is off by one does no harm, the probe is a lock."""

    def __init__(self, name: str):
        self._name = name
        self._failures = 0
        self._rests_until = 0.0
        self._probe = Lock()

    @contextmanager
    def admitted(self) -> Iterator[None]:
        """Around a question. Raises NotSent unless answers are to be had, or this question may find out whether."""
        if self._failures < ENOUGH:
            yield
            return
        if time.monotonic() < self._rests_until or not self._probe.acquire(blocking=False):
            raise NotSent(f"{self._name} has not answered lately")
        try:
            yield
        finally:
            self._probe.release()

    def failed(self) -> None:
        """A question got no answer in a fair time."""
        self._failures += 1
        self._rests_until = time.monotonic() + REST
        if self._failures == ENOUGH:
            log.warning("circuit_opened", extra={"facts": {"circuit": self._name}})

    def answered(self) -> None:
        """Whatever the answer was."""
        if self._failures >= ENOUGH:
            log.warning("circuit_closed", extra={"facts": {"circuit": self._name}})
        self._failures = 0


class Circuits:
    """The circuits of one process, by name."""

    def __init__(self) -> None:
        self._circuits: dict[str, Circuit] = {}

    def of(self, service: str, method: str) -> tuple[Circuit, Circuit]:
        """The method's own, and the whole service's."""
        return self._named(f"{service}.{method}"), self._named(service)

    def _named(self, name: str) -> Circuit:
        return self._circuits.get(name) or self._circuits.setdefault(name, Circuit(name))

    def close(self) -> None:
        """The broker is back: what failed before says nothing any more."""
        self._circuits.clear()
