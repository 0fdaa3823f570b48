"""A thousand invitations at once, and how long a booking's confirmation takes meanwhile.

    python -m tests.load.invitations [--guests 1000] [--delay 0.1] [--short] [--json FILE]

Real processes, PostgreSQL, RabbitMQ and SMTP; the mail server takes `--delay` seconds for each mail. Somebody books
every second, in the ten seconds before the rush and as long as it lasts; a confirmation's time counts from the
booking's answer until the mail server has it.
"""

import argparse
import json
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from deploy.processes import free_port
from runtime.clock import utc_now
from tests.load import http
from tests.load.house import House, running
from tests.load.speed import settle

CLIENTS = 8  # people or programs that invite at the same time
QUIET = 10  # seconds of bookings before the rush
PATIENCE = 600  # seconds until the last invitation has to be out


class Sink:
    """The mail server's notes: when it had the mail to whom."""

    def __init__(self, file: Path):
        self.file = file

    def arrived(self) -> dict[str, float]:
        return {line["to"]: line["at"] for line in map(json.loads, self.file.read_text().splitlines())}

    def guests(self) -> list[float]:
        """When each guest's mail came."""
        return sorted(at for to, at in self.arrived().items() if to.endswith("@guests.example"))


@contextmanager
def mail_server(delay: float) -> Iterator[tuple[Sink, str]]:
    """Its notes, and where it listens."""
    with TemporaryDirectory() as folder:
        sink, port = Sink(Path(folder) / "mails"), free_port()
        sink.file.touch()
        command = [sys.executable, "-m", "tests.load.mailsink", str(port), str(sink.file), str(delay)]
        server = subprocess.Popen(command)
        try:
            yield sink, f"smtp://127.0.0.1:{port}"
        finally:
            server.terminate()
            server.wait()


class Booker(threading.Thread):
    """Books once a second; `booked` are (address, time of the answer)."""

    def __init__(self, house: House):
        super().__init__()
        self.house, self.booked, self.over = house, list[tuple[str, float]](), threading.Event()

    def run(self) -> None:
        for body in self.house.bookings(self.house.wide, (utc_now() + timedelta(days=200)).date()):
            if self.over.wait(1):
                return
            self.house.request("POST", "/api/v1/practices/bench/appointments", body)
            self.booked.append((body["customer"]["email"], time.time()))


def invitations(house: House, count: int) -> Iterator[bytes]:
    """Requests that invite so many guests, each by an address of their own."""
    start = (utc_now() + timedelta(days=30)).isoformat()
    wish = {"channels": ["email"], "start": start, "duration_minutes": 30, "consent": True}
    for number in range(count):
        guest = {"first_name": "Gerda", "last_name": f"Gast {number}", "email": f"g{number}@guests.example"}
        yield http.post("/api/v1/invitations", json.dumps({**guest, **wish}).encode(), house.token)


def measure(guests: int, delay: float) -> dict[str, Any]:
    """The whole run."""
    with mail_server(delay) as (sink, url):
        settings = {"SMTP_URL": url, "MAIL_FROM": "bench@bench.example", "INVITATIONS_DAILY_LIMIT": str(guests)}
        with running(calendars=6, usual=5, **settings) as house:
            house.book(house.wide)
            settle(house)
            booker = Booker(house)
            booker.start()
            time.sleep(QUIET)
            began = time.time()
            clicked = http.run(house.processes.port, invitations(house, guests), CLIENTS)
            waiting = guests - len(sink.guests())
            _all_out(sink, guests)
            booker.over.set()
            booker.join()
            settle(house)
            return _report(sink, booker, clicked, began, waiting)


def _all_out(sink: Sink, guests: int) -> None:
    end = time.monotonic() + PATIENCE
    while len(sink.guests()) < guests:
        if time.monotonic() > end:
            raise SystemExit(f"{len(sink.guests())} of {guests} invitations are out after {PATIENCE} s")
        time.sleep(0.2)


def _report(sink: Sink, booker: Booker, clicked: http.Result, began: float, waiting: int) -> dict[str, Any]:
    out, arrived = sink.guests(), sink.arrived()
    took = out[-1] - began
    waits = [(at, arrived[to] - at) for to, at in booker.booked if to in arrived]
    return {
        "guests": len(out),
        "statuses": clicked.statuses,
        "answered_s": clicked.seconds,
        "waiting_when_answered": waiting,
        "fan_out_s": took,
        "mails_per_s": len(out) / took,
        "before": _waits([wait for at, wait in waits if at < began]),
        "meanwhile": _waits([wait for at, wait in waits if began <= at <= out[-1]]),
        "bookings_without_mail": len(booker.booked) - len(waits),
    }


def _waits(waits: list[float]) -> dict[str, Any]:
    ordered = sorted(waits)
    if not ordered:
        return {"bookings": 0}
    return {"bookings": len(ordered), "p50_s": ordered[len(ordered) // 2], "max_s": ordered[-1]}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--guests", type=int, default=1000)
    parser.add_argument("--delay", type=float, default=0.1, help="seconds that the mail server takes for each mail")
    parser.add_argument("--short", action="store_true", help="two hundred guests")
    parser.add_argument("--json", default="var/bench/invitations.json")
    arguments = parser.parse_args()
    report = {"delay_s": arguments.delay, **measure(200 if arguments.short else arguments.guests, arguments.delay)}
    file = Path(arguments.json)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=2))
    sys.stdout.write(json.dumps(report, indent=2) + "\n")


if __name__ == "__main__":
    main()
