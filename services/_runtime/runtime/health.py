"""/healthz (the process lives), /readyz (each thing it needs, by name) and /metrics, on a port of their own.

Hand-written on socketserver: the supervisor that serves it must stay small.
"""

import json
import socketserver
import threading
from collections.abc import Callable
from typing import Any

Readiness = Callable[[], dict[str, bool]]
Metrics = Callable[[], str]


def answer(path: str, readiness: Readiness, metrics: Metrics) -> tuple[int, str, str]:
    """Status, content type and body for a path."""
    if path == "/healthz":
        return 200, "application/json", '{"alive":true}'
    if path == "/readyz":
        parts = readiness()
        return 200 if all(parts.values()) else 503, "application/json", json.dumps(parts)
    if path == "/metrics":
        return 200, "text/plain; version=0.0.4; charset=utf-8", metrics()
    return 404, "application/json", "{}"


class HealthServer:
    """Answers on `port` from a thread of its own; port 0 takes a free one (see `port`). Without `host`: on all
    addresses."""

    def __init__(self, port: int, readiness: Readiness = dict, metrics: Metrics = str, host: str = ""):
        class Handler(socketserver.StreamRequestHandler):
            timeout = 5

            def handle(self) -> None:
                words = self.rfile.readline(2000).decode("latin-1").split()
                path = words[1].partition("?")[0] if len(words) > 1 else ""
                status, kind, text = answer(path, readiness, metrics)
                body = text.encode()
                head = f"HTTP/1.1 {status} {'OK' if status == 200 else 'No'}\r\nContent-Type: {kind}\r\n"
                self.wfile.write(f"{head}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body)

        class Server(socketserver.ThreadingTCPServer):
            allow_reuse_address = True
            daemon_threads = True

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A prober that went away is no event."""

        self._server = Server((host, port), Handler)
        self.port: int = self._server.server_address[1]

    def start(self) -> None:
        threading.Thread(target=self._server.serve_forever, name="health", daemon=True).start()

    def stop(self) -> None:
        self._server.shutdown()
        self.let_go()

    def let_go(self) -> None:
        """Close the port. All that a forked child has of the server is its copy of it."""
        self._server.server_close()
