"""One open stream: collects messages until somebody carries them to the reader."""

from collections.abc import Callable, Iterator
from datetime import datetime
from queue import Empty, SimpleQueue

from gateway.live.words import HEARTBEAT

BEAT = 15.0  # seconds between signs of life
LOOK = 1.0  # seconds between looks whether a stream with a thread has ended
END = None  # in the queue: nothing follows


class Stream:
    """Belongs to a practice and to a session, and lives no longer than the access token that opened it."""

    def __init__(self, practice: str, session: str | None, until: datetime):
        self.practice, self.session, self.until = practice, session, until
        self._queue: SimpleQueue[bytes | None] = SimpleQueue()
        self._wake: Callable[[Stream], None] | None = None

    def put(self, message: bytes | None) -> None:
        """Add a message, or END. Never waits."""
        self._queue.put(message)
        if self._wake:
            self._wake(self)

    def carried_by(self, wake: Callable[["Stream"], None]) -> None:
        """From now on `wake(stream)` is called whenever there is something to carry; at once for what waits."""
        self._wake = wake
        wake(self)

    def waiting(self) -> tuple[bytes, bool]:
        """Everything that waits, and whether the stream ends behind it."""
        parts: list[bytes] = []
        while True:
            try:
                message = self._queue.get_nowait()
            except Empty:
                return b"".join(parts), False
            if message is END:
                return b"".join(parts), True
            parts.append(message)

    def each(self, ended: Callable[[], bool]) -> Iterator[bytes]:
        """The messages as they come, a sign of life when there is none for a while; until END or `ended()`, which is
        asked every second. This takes a thread."""
        silent = 0.0
        while not ended():
            try:
                message = self._queue.get(timeout=LOOK)
            except Empty:
                silent += LOOK
                if silent >= BEAT:
                    silent = 0.0
                    yield HEARTBEAT
                continue
            if message is END:
                return
            silent = 0.0
            yield message
