"""Every page of the desk in a practice with 20,000 appointments and 5,000 customers: time until the answer, and CPU.

    python -m tests.load.desk [--short] [--only WORD] [--json FILE]

Real processes, PostgreSQL and RabbitMQ; one reader, who asks for a page again and again. CPU is that of the gateway,
the services and their database connections. Where others work on the machine, the best time and CPU say most.
"""

import argparse
import json
import re
import sys
from collections.abc import Iterator
from itertools import repeat
from pathlib import Path
from typing import Any

import psutil
import requests
from sqlalchemy import make_url

from runtime.clock import utc_now
from tests.busy import Busy, Sizes
from tests.desk_pages import PAGES, objects
from tests.load import http
from tests.load.cost import Meter, family, listener_pid
from tests.load.house import OWNER, House, running
from tests.load.speed import settle, yardstick

LIMIT = 100.0  # milliseconds
TOKEN_LASTS = 300  # seconds, with room


class Reader:
    """The owner with a browser: a cookie that is renewed before it would be in an answer."""

    def __init__(self, house: House):
        self._house = house
        self._until = 0.0
        self._cookie = ""

    def request(self, path: str) -> bytes:
        now = utc_now().timestamp()
        if now > self._until:
            self._cookie, self._until = self._sign_in(), now + TOKEN_LASTS
        return http.get(path, "text/html", self._cookie)

    def _sign_in(self) -> str:
        with requests.Session() as browser:
            url = f"{self._house.processes.url}/login"
            seal = re.search(r'name="seal" value="([^"]+)"', browser.get(url, timeout=20).text)
            assert seal
            answer = browser.post(url, {**OWNER, "seal": seal[1]}, allow_redirects=False, timeout=20)
            assert answer.status_code == 303, answer.text
            return "; ".join(f"{one.name}={one.value}" for one in browser.cookies)


def meter(house: House) -> Meter:
    """The gateway, the services, and the database's processes that work for them."""
    groups = {name: [process.pid] for name, process in house.processes.running.items()}
    server = family(listener_pid(make_url(house.processes.server).port or 5432))
    groups["database"] = [one.pid for one in server if house.processes.prefix in _title(one)]
    return Meter(groups)


def _title(process: psutil.Process) -> str:
    try:
        return " ".join(process.cmdline())
    except psutil.NoSuchProcess:
        return ""


def measure(house: House, ids: dict[str, str], times: int, only: str) -> Iterator[tuple[str, dict[str, Any]]]:
    """By page."""
    reader, port = Reader(house), house.processes.port
    for name, address in PAGES.items():
        if only in name:
            request = reader.request(address.format(**ids))
            http.run(port, repeat(request, 4), clients=1)
            yield name, _page(house, request, times)


def _page(house: House, request: bytes, times: int) -> dict[str, Any]:
    measured = meter(house)
    measured.start()
    result = http.run(house.processes.port, repeat(request, times), clients=1)
    used = {part: seconds / times * 1000 for part, seconds in measured.read().items()}
    best, p50, p95 = (result.quantile(q) * 1000 for q in (0.0, 0.5, 0.95))
    return {"best_ms": best, "p50_ms": p50, "p95_ms": p95, "cpu_ms": sum(used.values()), "cpu_ms_by_part": used,
            "statuses": result.statuses}  # fmt: skip


def table(report: dict[str, Any]) -> Iterator[str]:
    """The report for people, as Markdown."""
    yield "| page | best, ms | p50, ms | p95, ms | CPU, ms | gateway | services | database |"
    yield "|---|---|---|---|---|---|---|---|"
    for name, page in report["pages"].items():
        parts = page["cpu_ms_by_part"]
        services = page["cpu_ms"] - parts["gateway"] - parts["database"]
        times = f"{page['best_ms']:.0f} | {page['p50_ms']:.0f} | {page['p95_ms']:.0f} | {page['cpu_ms']:.0f}"
        wrong = "" if set(page["statuses"]) == {200} else f" {page['statuses']}"
        yield f"| {name}{wrong} | {times} | {parts['gateway']:.0f} | {services:.0f} | {parts['database']:.0f} |"
    empty = report["empty_route"]
    yield f"| *an empty page* | | {empty['p50_ms']:.1f} | | {empty['cpu_ms']:.1f} | | | |"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="each page ten times")
    parser.add_argument("--only", default="", help="pages whose name has this word")
    parser.add_argument("--json", default="var/bench/desk.json")
    arguments = parser.parse_args()
    with running(calendars=6, usual=5) as house:
        house.book(house.wide)
        ids = objects(house.request, utc_now().date())
        settle(house)
        ids |= {"service": house.small, "calendar": house.calendars[0]}
        ids |= Busy(house.engine, house.practice, house.calendars[:5]).fill(Sizes())
        report: dict[str, Any] = {"pages": dict(measure(house, ids, 10 if arguments.short else 30, arguments.only))}
        report["empty_route"] = yardstick(3, clients=1)
    file = Path(arguments.json)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=2))
    for line in table(report):
        sys.stdout.write(line + "\n")
    slow = [name for name, page in report["pages"].items() if page["p95_ms"] > LIMIT]
    sys.stdout.write(f"over {LIMIT:.0f} ms: {', '.join(slow) or 'none'} (all figures: {file})\n")


if __name__ == "__main__":
    main()
