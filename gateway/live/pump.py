"""One thread writes to every stream whose socket it was given, however many there are.

A request thread of gunicorn writes the answer's head and the first messages. Then `take` gives the connection to this
thread and leaves a dead socket in its place, which gunicorn closes: its thread is free, and it counts the connection
no more.
"""

import contextlib
import logging
import os
import selectors
import socket
import time
from collections import deque
from dataclasses import dataclass
from threading import Lock, Thread

from gateway.live.feed import Feed
from gateway.live.stream import BEAT, Stream
from gateway.live.words import HEARTBEAT

log = logging.getLogger(__name__)
MOST_WAITING = 256 * 1024  # bytes that a slow reader may owe; then it is let go, and asks again
READ, WRITE = selectors.EVENT_READ, selectors.EVENT_WRITE


@dataclass(eq=False)
class _Line:
    """A connection and what it has still to carry."""

    stream: Stream
    connection: socket.socket
    chunked: bool
    owed: bytes = b""
    last: bool = False

    def add(self, text: bytes) -> None:
        self.owed += b"%x\r\n%b\r\n" % (len(text), text) if self.chunked else text

    def end(self) -> None:
        if self.last:
            return
        self.owed += b"0\r\n\r\n" if self.chunked else b""
        self.last = True


class Pump:
    """Starts its thread with the first stream: after the fork."""

    def __init__(self, feed: Feed):
        self._feed = feed
        self._ready: deque[Stream | _Line] = deque()
        self._lines: dict[Stream, _Line] = {}
        self._lock = Lock()
        self._thread: Thread | None = None
        self._selector = selectors.DefaultSelector()
        self._bell, self._rung = os.pipe()
        os.set_blocking(self._bell, False)
        os.set_blocking(self._rung, False)

    def take(self, stream: Stream, connection: socket.socket, *, chunked: bool) -> None:
        """Carry the stream on this connection from now on. `connection` itself is dead afterwards."""
        own = connection.dup()
        own.setblocking(False)
        _bury(connection)
        self._start()
        self._ready.append(_Line(stream, own, chunked))
        stream.carried_by(self._wake)

    def _wake(self, stream: Stream) -> None:
        self._ready.append(stream)
        with contextlib.suppress(BlockingIOError):  # full: it rings already
            os.write(self._rung, b"\0")

    def _start(self) -> None:
        with self._lock:
            if self._thread is None:
                self._selector.register(self._bell, READ, None)
                self._thread = Thread(target=self._run, name="live", daemon=True)
                self._thread.start()

    def _run(self) -> None:
        beat = time.monotonic() + BEAT
        while True:
            for key, _ in self._selector.select(max(0.0, beat - time.monotonic())):
                try:
                    self._serve(key.data)
                except Exception:
                    log.exception("live_failed")
            if time.monotonic() >= beat:
                beat = time.monotonic() + BEAT
                self._beat()

    def _serve(self, line: _Line | None) -> None:
        if line is None:
            self._collect()
        elif self._gone(line):
            self._drop(line)
        else:
            self._send(line)

    def _collect(self) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._bell, 65_536)
        while self._ready:
            one = self._ready.popleft()
            if isinstance(one, _Line):
                self._lines[one.stream] = one
                self._selector.register(one.connection, READ, one)
            elif line := self._lines.get(one):
                self._carry(line)

    def _carry(self, line: _Line) -> None:
        text, ends = line.stream.waiting()
        if text:
            line.add(text)
        if ends:
            line.end()
        self._send(line)

    def _beat(self) -> None:
        """A sign of life for all; the end for those whose token is over."""
        for line in list(self._lines.values()):
            if self._feed.expired(line.stream):
                line.end()
            elif not line.owed:
                line.add(HEARTBEAT)
            self._send(line)

    def _send(self, line: _Line) -> None:
        try:
            while line.owed:
                sent = line.connection.send(line.owed)
                line.owed = line.owed[sent:]
        except BlockingIOError:
            pass
        except OSError:
            self._drop(line)
            return
        if (line.last and not line.owed) or len(line.owed) > MOST_WAITING:
            self._drop(line)
        else:
            self._selector.modify(line.connection, READ | WRITE if line.owed else READ, line)

    @staticmethod
    def _gone(line: _Line) -> bool:
        """Whether the reader has hung up. Whatever else it sends is overlooked."""
        try:
            return line.connection.recv(4096) == b""
        except BlockingIOError:
            return False
        except OSError:
            return True

    def _drop(self, line: _Line) -> None:
        if self._lines.pop(line.stream, None) is None:
            return
        self._feed.close(line.stream)
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(line.connection)
        line.connection.close()


def _bury(connection: socket.socket) -> None:
    """Put a dead socket in the connection's place, so that whoever holds it can neither write to it nor end it."""
    ours, theirs = socket.socketpair()
    with ours, theirs:
        os.dup2(ours.fileno(), connection.fileno())
