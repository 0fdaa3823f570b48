"""A lean HTTP/1.1 load generator: keep-alive connections on one selector loop, cheap beside the server."""

import selectors
import socket
import time
from collections import deque
from collections.abc import Iterator
from dataclasses import dataclass, field


@dataclass
class Result:
    """What a run saw. Latencies in seconds, in the order of completion."""

    seconds: float = 0.0
    latencies: list[float] = field(default_factory=list)
    statuses: dict[int, int] = field(default_factory=dict)

    @property
    def rate(self) -> float:
        """Answers per second."""
        return len(self.latencies) / self.seconds if self.seconds else 0.0

    def quantile(self, q: float) -> float:
        """The latency, in seconds, that the share `q` of the answers stayed under."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * q))] if ordered else 0.0


def get(path: str, accept: str = "application/json", cookie: str = "") -> bytes:
    """A GET request as bytes."""
    more = f"Cookie: {cookie}\r\n" if cookie else ""
    return f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: {accept}\r\n{more}\r\n".encode()


def post(path: str, body: bytes, token: str = "") -> bytes:
    """A POST request with a JSON body as bytes; of who is signed in by this token."""
    who = f"\r\nAuthorization: Bearer {token}" if token else ""
    length = f"Content-Type: application/json\r\nContent-Length: {len(body)}{who}"
    return f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1\r\n{length}\r\n\r\n".encode() + body


def run(port: int, requests: Iterator[bytes], clients: int, seconds: float = 0.0, rate: float = 0.0) -> Result:
    """Send `requests` over `clients` connections to 127.0.0.1 until they run out or `seconds` have passed.

    `rate` (requests/s) paces the start of requests; 0 means as fast as answers come.
    """
    result = Result()
    selector = selectors.DefaultSelector()
    started = time.perf_counter()
    idle = deque(_Connection(port) for _ in range(clients))
    for connection in idle:
        selector.register(connection.socket, selectors.EVENT_READ, connection)
    open_requests, more, sent = 0, True, 0
    while more or open_requests:
        now = time.perf_counter()
        more = more and not (seconds and now - started >= seconds)
        while more and idle and (not rate or sent < (now - started) * rate):
            request = next(requests, None)
            if request is None:
                more = False
                break
            idle.popleft().send(request)  # in turn: the server closes whom it hears nothing of
            open_requests, sent = open_requests + 1, sent + 1
        for key, _ in selector.select(timeout=0.002 if rate else 1):
            if key.data.receive():
                result.latencies.append(key.data.latency)
                result.statuses[key.data.status] = result.statuses.get(key.data.status, 0) + 1
                idle.append(key.data)
                open_requests -= 1
    result.seconds = time.perf_counter() - started
    for connection in idle:
        connection.socket.close()
    return result


class _Connection:
    """One keep-alive connection with at most one request in flight."""

    def __init__(self, port: int):
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.buffer = b""
        self.latency = 0.0
        self.status = 0

    def send(self, request: bytes) -> None:
        self.sent = time.perf_counter()
        self.buffer = b""
        self.socket.sendall(request)

    def receive(self) -> bool:
        """Read what is there; True when the answer is complete."""
        chunk = self.socket.recv(262144)
        if not chunk:
            raise ConnectionError("the server closed a keep-alive connection")
        self.buffer += chunk
        head, separator, body = self.buffer.partition(b"\r\n\r\n")
        if not separator or len(body) < _content_length(head):
            return False
        self.status = int(head[9:12])
        self.latency = time.perf_counter() - self.sent
        return True


def _content_length(head: bytes) -> int:
    at = head.lower().find(b"content-length:")
    return int(head[at + 15 :].split(b"\r\n", 1)[0]) if at >= 0 else 0
