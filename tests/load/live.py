"""A thousand open pages on one gateway process: what they cost, and how long until the last of them knows of a booking.

    python -m tests.load.live [--streams 1000] [--bookings 20] [--json FILE]

Real processes, PostgreSQL and RabbitMQ. The time runs from the request of a booking to its message on the last stream.
"""

import argparse
import json
import re
import selectors
import socket
import sys
import time
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from runtime.clock import utc_now
from tests.load.house import House, running

PATIENCE = 20.0


class Streams:
    """Open streams, read by one selector."""

    def __init__(self, url: str, token: str):
        self._url, self._token = urlsplit(url), token
        self._selector = selectors.DefaultSelector()
        self.open: list[socket.socket] = []

    def add(self, count: int) -> None:
        """Open so many more, each up to its first message."""
        head = f"GET /api/v1/live HTTP/1.1\r\nHost: {self._url.netloc}\r\nAuthorization: Bearer {self._token}\r\n\r\n"
        for _ in range(count):
            one = socket.create_connection((str(self._url.hostname), self._url.port or 80), timeout=PATIENCE)
            one.sendall(head.encode())
            got = b""
            while b"event: ready" not in got:
                part = one.recv(65_536)
                if not part:
                    raise SystemExit(f"refused: {got.decode()}")
                got += part
            one.setblocking(False)
            self._selector.register(one, selectors.EVENT_READ)
            self.open.append(one)

    def hear(self, id: str) -> float:
        """The moment at which the last stream has this id."""
        missing, heard = set(self.open), dict.fromkeys(self.open, b"")
        deadline = time.perf_counter() + PATIENCE
        while missing and time.perf_counter() < deadline:
            for key, _ in self._selector.select(0.5):
                one: Any = key.fileobj
                heard[one] += one.recv(65_536)
                if id.encode() in heard[one]:
                    missing.discard(one)
        if missing:
            raise SystemExit(f"{len(missing)} streams have not heard of the booking")
        return time.perf_counter()


def memory(pid: int) -> int:
    """KiB of the process's own memory."""
    rollup = Path(f"/proc/{pid}/smaps_rollup").read_text()
    return sum(int(kib) for kib in re.findall(r"^Private_\w+:\s+(\d+)", rollup, re.M))


def threads(pid: int) -> int:
    return len(list(Path(f"/proc/{pid}/task").iterdir()))


def worker(house: House) -> int:
    """gunicorn's only worker process."""
    master = house.processes.running["gateway"].pid
    [pid] = Path(f"/proc/{master}/task/{master}/children").read_text().split()
    return int(pid)


def measure(house: House, count: int, bookings: int) -> dict[str, Any]:
    """What one process says with no stream and with `count`."""
    pid = worker(house)
    house.book(house.wide)
    before = memory(pid), threads(pid)
    bodies = house.bookings(house.wide, utc_now().date().replace(year=utc_now().year + 1, day=1))
    alone = [_timed(house, next(bodies), None)[0] for _ in range(bookings)]
    streams = Streams(house.processes.url, house.token)
    began = time.perf_counter()
    streams.add(count)
    opening = time.perf_counter() - began
    times = sorted(_timed(house, next(bodies), streams) for _ in range(bookings))
    last = sorted(heard for _, heard in times)
    answered = sorted(answer for answer, _ in times)
    return {
        "streams": count,
        "bookings": bookings,
        "opened_per_second": round(count / opening),
        "memory_per_stream_kib": round((memory(pid) - before[0]) / count, 1),
        "memory_mib": round(memory(pid) / 1024, 1),
        "memory_without_mib": round(before[0] / 1024, 1),
        "threads": threads(pid),
        "threads_without": before[1],
        "booking_answered_ms": {"alone": _ms(sorted(alone)), "beside": _ms(answered)},
        "last_stream_ms": _ms(last),
    }


def _ms(times: list[float]) -> dict[str, float]:
    return {"median": round(times[len(times) // 2] * 1000, 1), "max": round(times[-1] * 1000, 1)}


def _timed(house: House, body: Any, streams: Streams | None) -> tuple[float, float]:
    """Seconds until a booking is answered, and until the last stream has told of it."""
    began = time.perf_counter()
    booked = house.request("POST", "/api/v1/practices/bench/appointments", body)
    answered = time.perf_counter() - began
    heard = streams.hear(booked["id"]) - began if streams else 0.0
    time.sleep(0.1)
    return answered, heard


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--streams", type=int, default=1000)
    asked.add_argument("--bookings", type=int, default=20)
    asked.add_argument("--json", type=Path)
    options = asked.parse_args()
    with running(WEB_WORKERS="1") as house:
        found = measure(house, options.streams, options.bookings)
    sys.stdout.write(json.dumps(found, indent=2) + "\n")
    if options.json:
        options.json.write_text(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
