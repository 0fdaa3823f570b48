"""Wakes requests that wait for something to happen in a call (long polls), when an event tells that it has. Its places
are for whoever waits, for other events, too."""

import time
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore, Condition

REMEMBERED = 4096  # calls; whoever waits for one that was forgotten asks once more than needed


class Bell:
    """One per gateway process. `places`: how many requests may wait at once; threads are left for the others."""

    def __init__(self, places: int):
        self._rung: OrderedDict[str, int] = OrderedDict()  # when last, counted over all calls
        self._last = self._long_ago = 0
        self._changed = Condition()
        self._places = BoundedSemaphore(max(1, places))

    def ring(self, call: str) -> None:
        """Something has happened in this call."""
        with self._changed:
            self._last += 1
            self._rung[call] = self._last
            self._rung.move_to_end(call)
            if len(self._rung) > REMEMBERED:
                self._rung.popitem(last=False)
            self._changed.notify_all()

    def ring_all(self) -> None:
        """Something may have happened in any."""
        with self._changed:
            self._last += 1
            self._long_ago = self._last
            self._rung.clear()
            self._changed.notify_all()

    def count(self, call: str) -> int:
        """When it has rung last; read it before you look, and give it to `wait`. Nothing is kept of a call that never
        rings: anybody may ask for one."""
        with self._changed:
            return self._rung.get(call, self._long_ago)

    def wait(self, call: str, count: int, seconds: float) -> bool:
        """Whether it rings, or has rung since `count`, within so many seconds."""
        until = time.monotonic() + seconds
        with self._changed:
            while self._rung.get(call, self._long_ago) == count:
                left = until - time.monotonic()
                if left <= 0 or not self._changed.wait(left):
                    return self._rung.get(call, self._long_ago) != count
            return True

    @contextmanager
    def place(self) -> Iterator[bool]:
        """Whether there is a place to wait; it is given back at the end of the block."""
        got = self._places.acquire(blocking=False)
        try:
            yield got
        finally:
            if got:
                self._places.release()
