"""A TCP line to a server that can be cut or go dead, for one system alone: the server itself keeps running."""

import contextlib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager

CHUNK = 65536


class Line:
    """Listens on `port` of the loopback and carries everything to the server and back; a context manager."""

    def __init__(self, host: str, port: int):
        self._target = (host, port)
        self._flows = threading.Event()
        self._ends: set[socket.socket] = set()
        self._listening = self._listen(0)
        self.port = int(self._listening.getsockname()[1])

    def __enter__(self) -> "Line":
        self._open()
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    @contextmanager
    def cut(self) -> Iterator[None]:
        """Meanwhile every connection has ended, and new ones are refused."""
        self._close()
        try:
            yield
        finally:
            self._listening = self._listen(self.port)
            self._open()

    @contextmanager
    def dead(self) -> Iterator[None]:
        """Meanwhile nothing passes, and nobody is told; new connections are taken, and say nothing either."""
        self._flows.clear()
        try:
            yield
        finally:
            self._flows.set()

    @staticmethod
    def _listen(port: int) -> socket.socket:
        return socket.create_server(("127.0.0.1", port), backlog=64)

    def _open(self) -> None:
        self._flows.set()
        threading.Thread(target=self._accept, args=(self._listening,), daemon=True).start()

    def _close(self) -> None:
        with contextlib.suppress(OSError):
            self._listening.shutdown(socket.SHUT_RDWR)
        self._listening.close()
        for end in list(self._ends):
            _end(end)

    def _accept(self, listening: socket.socket) -> None:
        while True:
            try:
                near, _ = listening.accept()
                far = socket.create_connection(self._target)
            except OSError:
                return
            self._ends |= {near, far}
            for source, target in ((near, far), (far, near)):
                threading.Thread(target=self._carry, args=(source, target), daemon=True).start()

    def _carry(self, source: socket.socket, target: socket.socket) -> None:
        with contextlib.suppress(OSError):
            while data := source.recv(CHUNK):
                self._flows.wait()
                target.sendall(data)
        for end in (source, target):
            self._ends.discard(end)
            _end(end)


def _end(connection: socket.socket) -> None:
    with contextlib.suppress(OSError):
        connection.shutdown(socket.SHUT_RDWR)
    connection.close()
