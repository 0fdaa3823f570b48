"""Where each open page of the desk takes a thread, a page that was left gives it back."""

import socket
from collections.abc import Callable

import pytest

from gateway.settings import GatewaySettings
from tests.systems import Running, until

pytestmark = pytest.mark.slow
MOST = GatewaySettings.__dataclass_fields__["live_threads"].default
READY_WITHIN = 10  # seconds; a sign of life, whose failure would tell it too, comes after fifteen


def opened(running: Running, staff: dict[str, str]) -> socket.socket | None:
    """A live feed as an open page has it; None where there are too many."""
    feed = socket.create_connection(("127.0.0.1", running.port), timeout=20)
    feed.sendall(f"GET /api/v1/live HTTP/1.1\r\nHost: x\r\nAuthorization: {staff['authorization']}\r\n\r\n".encode())
    if feed.recv(12) == b"HTTP/1.1 200":
        return feed
    feed.close()
    return None


def test_pages_that_are_left_leave_room_for_the_next(of_kind: Callable[[str], Running]) -> None:
    """Somebody who leafs quickly through the desk opens a feed with every page."""
    running = of_kind("embedded")
    staff = running.staff()
    pages = [page for page in (opened(running, staff) for _ in range(MOST + 1)) if page]
    assert opened(running, staff) is None, "the limit was not reached: the test would mean nothing"
    for page in pages:
        page.close()
    until(lambda: opened(running, staff), READY_WITHIN).close()
