"""What an orchestrator asks of a service."""

import json
import urllib.error
import urllib.request

import pytest

from runtime.health import HealthServer, answer


@pytest.mark.parametrize(
    ("path", "status"), [("/healthz", 200), ("/readyz", 503), ("/metrics", 200), ("/", 404), ("", 404)]
)
def test_alive_is_not_ready(path: str, status: int) -> None:
    """One thing missing: 503, and its name in the body."""
    code, _, body = answer(path, lambda: {"database": True, "broker": False}, lambda: "terminfluss_starts_total 2\n")
    assert code == status
    if path == "/readyz":
        assert json.loads(body) == {"database": True, "broker": False}
    if path == "/metrics":
        assert body == "terminfluss_starts_total 2\n"


def test_it_speaks_http() -> None:
    """A real request; and a connection that says nothing sensible harms nobody."""
    server = HealthServer(0, lambda: {"database": True})
    server.start()
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{server.port}/readyz?probe=1", timeout=5) as response:
            assert json.load(response) == {"database": True}
        with pytest.raises(urllib.error.HTTPError):
            urllib.request.urlopen(f"http://127.0.0.1:{server.port}/nothing", timeout=5)
    finally:
        server.stop()
