"""Threads that work when they are woken, and now and then by themselves."""

import logging
from collections.abc import Callable
from threading import Event, Thread

log = logging.getLogger(__name__)
PAUSE_AFTER_ERROR = 1.0  # seconds


class Worker:
    """A thread that runs `step()` over and over; `step` works off what is there and answers how many seconds it wants
    to sleep. `wake()` ends the sleep. An error is logged and the step tried again a second later."""

    def __init__(self, name: str, step: Callable[[], float]):
        self.name = name
        self._step = step
        self._woken = Event()
        self._stop = Event()
        self._thread = Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def wake(self) -> None:
        self._woken.set()

    @property
    def stopping(self) -> bool:
        """A step with much to do looks at this between two pieces of work."""
        return self._stop.is_set()

    def stop(self) -> None:
        """Ask it to end after the piece of work in hand; `join` waits for that."""
        self._stop.set()
        self._woken.set()

    def join(self, timeout: float) -> None:
        if self._thread.ident is not None:
            self._thread.join(timeout)

    def _run(self) -> None:
        while not self._stop.is_set():
            self._woken.clear()
            self._woken.wait(self._attempt())

    def _attempt(self) -> float:
        try:
            return self._step()
        except Exception:
            log.exception("worker_failed", extra={"facts": {"worker": self.name}})
            return PAUSE_AFTER_ERROR
