"""How fast, and at what cost: slots from the cache and past it, bookings, commit to mail, memory at rest.

    python -m tests.load.speed [--short] [--json FILE]

Everything is real: processes, PostgreSQL, RabbitMQ, SMTP. The load generator shares the machine, so compare the ratios
with the yardstick of the same run (an empty Flask route under the same server), not absolute numbers.
"""

import argparse
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from itertools import cycle, islice
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import available_timezones

import psutil
from sqlalchemy import Engine, create_engine, make_url, text

from deploy.processes import free_port
from runtime.clock import utc_now
from tests.load import http
from tests.load.cost import Meter, listener_pid, memory_mb
from tests.load.house import House, running

SIZES = (200, 2_000, 20_000)
ZONES = tuple(sorted(zone for zone in available_timezones() if zone.startswith("Europe/")))


def meter(house: House) -> Meter:
    """CPU by part: the gateway, each service, the broker, the database server."""
    groups = {name: [process.pid] for name, process in house.processes.running.items()}
    groups["broker"] = [listener_pid(make_url(house.processes.amqp_uri).port or 5672)]
    groups["database"] = [listener_pid(make_url(house.processes.server).port or 5432)]
    return Meter(groups)


def slot_paths(house: House, days: int, count: int, after: int = 0) -> list[str]:
    """Distinct slot questions: first day, professional and zone vary. `after`: leave out so many, asked before."""
    today = utc_now().date() + timedelta(days=1)
    paths = []
    for number in range(after, after + count):
        first = today + timedelta(days=number % 20)
        who = number // 20 % 4
        zone = ZONES[number // 80 % len(ZONES)]
        calendar = f"&calendar={house.calendars[who - 1]}" if who else ""
        paths.append(
            f"/api/v1/practices/bench/slots?service={house.small}{calendar}&from={first}&days={days}&tz={zone}"
        )
    return paths


def yardstick(seconds: float, clients: int = 16) -> dict[str, Any]:
    """The empty Flask route, under the gateway's own server settings: rate, and CPU per request. Machines that are
    shared change their speed from minute to minute; figures compare only with a yardstick taken beside them."""
    port = free_port()
    command = [sys.executable, "-m", "tests.load.empty", str(port)]
    process = subprocess.Popen(command, stderr=subprocess.DEVNULL)
    try:
        _wait_port(port)
        http.run(port, islice(cycle([http.get("/")]), 500), clients)
        measured = Meter({"server": [process.pid]})
        measured.start()
        result = http.run(port, cycle([http.get("/")]), clients, seconds=seconds)
        return {**_summary(result), **_cpu(measured.read(), len(result.latencies))}
    finally:
        process.terminate()
        process.wait()


def _wait_port(port: int) -> None:
    for _ in range(100):
        try:
            http.run(port, iter([http.get("/")]), 1)
            return
        except OSError:
            time.sleep(0.1)


def cached_slots(house: House, seconds: float) -> dict[str, Any]:
    """50 mixed questions over and over, while 20 bookings/s make answers old; against the empty route."""
    empty = yardstick(seconds)
    paths = slot_paths(house, 7, 50)
    port = house.processes.port
    requests = [http.get(path) for path in paths]
    http.run(port, iter(requests * 4), 8)
    bodies = (
        json.dumps(body).encode() for body in house.bookings(house.wide, (utc_now() + timedelta(days=200)).date())
    )
    booked: list[http.Result] = []
    posts = (http.post("/api/v1/practices/bench/appointments", body) for body in bodies)
    writer = threading.Thread(target=lambda: booked.append(http.run(port, posts, 4, seconds=seconds, rate=20)))
    writer.start()
    result = http.run(port, cycle(requests), clients=16, seconds=seconds)
    writer.join()
    return {
        "empty_route_per_s": empty["per_s"],
        "cached_slots_per_s": result.rate,
        "ratio": result.rate / empty["per_s"],
        "p50_ms": result.quantile(0.5) * 1000,
        "p99_ms": result.quantile(0.99) * 1000,
        "statuses": result.statuses,
        "bookings_meanwhile": booked[0].statuses,
    }


def uncached_slots(house: House, days: int, count: int, after: int = 0) -> dict[str, Any]:
    """Distinct questions that no cache knows: rate, latency, and CPU per request by part."""
    requests = [http.get(path) for path in slot_paths(house, days, count, after)]
    measured = meter(house)
    measured.start()
    result = http.run(house.processes.port, iter(requests), clients=4)
    return {**_summary(result), **_cpu(measured.read(), len(requests))}


def bookings(house: House, count: int, offset_days: int, rate: float = 0.0) -> dict[str, Any]:
    """Bookings through the gateway at 16 clients, with all that follows (projection, relays, mails) in the CPU.
    `rate`: no more than so many a second; without it as many as go, and what follows may wait until afterwards."""
    posts = _posts(house, count, offset_days)
    measured = meter(house)
    measured.start()
    result = http.run(house.processes.port, iter(posts), clients=16, rate=rate)
    drained = settle(house)
    return {**_summary(result), **_cpu(measured.read(), count), "followers_done_after_s": drained}


def bookings_to_201(house: House, count: int, offset_days: int) -> dict[str, Any]:
    """The same, with booking's relay asleep: nothing follows, so this is what a booking costs until its 201."""
    relay = psutil.Process(house.processes.running["booking"].pid)  # the supervisor, which carries the relay
    posts = _posts(house, count, offset_days)
    relay.suspend()
    try:
        measured = meter(house)
        measured.start()
        result = http.run(house.processes.port, iter(posts), clients=4)
        used = measured.read()
    finally:
        relay.resume()
    settle(house)
    return {**_summary(result), **_cpu(used, count)}


def _posts(house: House, count: int, offset_days: int) -> list[bytes]:
    first = (utc_now() + timedelta(days=offset_days)).date()
    bodies = islice(house.bookings(house.wide, first), count)
    return [http.post("/api/v1/practices/bench/appointments", json.dumps(body).encode()) for body in bodies]


def settle(house: House, seconds: float = 120.0) -> float:
    """Seconds until every event is published and every mail decided and sent."""
    started = time.perf_counter()
    while time.perf_counter() - started < seconds:
        if not _left(house):
            break
        time.sleep(0.2)
    return time.perf_counter() - started


def _left(house: House) -> int:
    waiting = 0
    for service in ("booking", "availability", "notify"):
        waiting += _scalar(house, service, "select count(*) from outbox where published is null")
    waiting += _scalar(house, "notify", "select count(*) from messages where state in ('queued', 'sending')")
    told = _scalar(house, "booking", "select count(*) from outbox where routing_key = 'appointment.booked'")
    heard = "select count(*) from inbox where consumer like '%appointment%'"
    waiting += max(0, told - _scalar(house, "availability", heard)) + max(0, told - _scalar(house, "notify", heard))
    return waiting


def _scalar(house: House, service: str, statement: str) -> int:
    with _engine(house.processes.database_url(service)).connect() as connection:
        return int(connection.execute(text(statement)).scalar_one())


@cache  # a connection for each look would cost the database more than the look
def _engine(url: str) -> Engine:
    return create_engine(url, isolation_level="AUTOCOMMIT")


def commit_to_mail(house: House, sink: Path, seconds: float) -> dict[str, Any]:
    """50 bookings/s: from the booking's commit to its confirmation handed to the SMTP server."""
    first = (utc_now() + timedelta(days=250)).date()
    posts = (
        http.post("/api/v1/practices/bench/appointments", json.dumps(body).encode())
        for body in house.bookings(house.wide, first)
    )
    before = time.time()
    result = http.run(house.processes.port, posts, clients=16, seconds=seconds, rate=50)
    settle(house)
    with _engine(house.processes.database_url("booking")).connect() as connection:
        rows = connection.execute(
            text("select email, extract(epoch from created_at) from appointments where created_at > to_timestamp(:t)"),
            {"t": before},
        ).all()
    arrived = {line["to"]: line["at"] for line in map(json.loads, sink.read_text().splitlines())}
    waits = sorted(arrived[email] - float(created) for email, created in rows if email in arrived)
    return {
        "bookings": len(rows),
        "mails": len(waits),
        "rate_per_s": result.rate,
        "p50_ms": waits[len(waits) // 2] * 1000 if waits else None,
        "p99_ms": waits[int(len(waits) * 0.99)] * 1000 if waits else None,
    }


def memory(house: House) -> dict[str, float]:
    """MB at rest per part (proportional set size)."""
    return {name: memory_mb(process.pid) for name, process in house.processes.running.items()}


def embedded_memory() -> float:
    """MB at rest of the one-process mode with its demo practice."""
    with TemporaryDirectory() as home:
        port = free_port()
        environment = {**os.environ, "TERMINFLUSS_HOME": home, "PORT": str(port), "DEMO_PASSWORD": "demo-password-1"}
        process = subprocess.Popen(
            [sys.executable, "-m", "deploy.embedded"],
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        try:
            time.sleep(15)
            return memory_mb(process.pid)
        finally:
            process.terminate()
            process.wait()


def _summary(result: http.Result) -> dict[str, Any]:
    return {
        "per_s": result.rate,
        "p50_ms": result.quantile(0.5) * 1000,
        "p99_ms": result.quantile(0.99) * 1000,
        "max_ms": max(result.latencies) * 1000,
        "statuses": result.statuses,
    }


def _cpu(used: dict[str, float], requests: int) -> dict[str, Any]:
    per_request = {name: seconds / requests * 1000 for name, seconds in used.items()}
    return {"cpu_ms": sum(per_request.values()), "cpu_ms_by_part": per_request}


def measure(short: bool) -> dict[str, Any]:
    """The whole run."""
    factor = 0.25 if short else 1.0
    report: dict[str, Any] = {"machine": {"cores": os.cpu_count()}}
    with TemporaryDirectory() as folder:
        sink, port = Path(folder) / "mails", free_port()
        sink.touch()
        server = subprocess.Popen([sys.executable, "-m", "tests.load.mailsink", str(port), str(sink)])
        try:
            with running(SMTP_URL=f"smtp://127.0.0.1:{port}", MAIL_FROM="bench@bench.example") as house:
                time.sleep(5)
                report["memory_mb"] = memory(house)
                report["sizes"] = {size: _at_size(house, size, factor) for size in SIZES}
                report["cached"] = cached_slots(house, 10 * factor)
                report["mail"] = commit_to_mail(house, sink, 20 * factor)
        finally:
            server.terminate()
    report["memory_mb"]["embedded"] = embedded_memory()
    return report


def _at_size(house: House, size: int, factor: float) -> dict[str, Any]:
    house.fill(size)
    after = SIZES.index(size) * 400
    warm = [http.get(path) for path in slot_paths(house, 2, 40)]
    http.run(house.processes.port, iter(warm), 4)
    return {
        "empty_route": yardstick(4 * factor),
        "slots_1_day": uncached_slots(house, 1, int(400 * factor), after),
        "slots_7_days": uncached_slots(house, 7, int(400 * factor), after),
        "slots_30_days": uncached_slots(house, 30, int(200 * factor), after),
        "bookings": bookings(house, int(2000 * factor), 100),
        "bookings_at_100_per_s": bookings(house, int(2000 * factor), 200, rate=100),
        "booking_to_201": bookings_to_201(house, int(800 * factor), 150),
    }


def table(report: dict[str, Any]) -> Iterator[str]:
    """The report for people."""
    yield f"{'':45}" + "".join(f"{size:>14,}" for size in report["sizes"])
    figures = ("per_s", "p50_ms", "p99_ms", "cpu_ms", "followers_done_after_s")
    for what, first in report["sizes"][SIZES[0]].items():
        for figure in (name for name in figures if name in first):
            cells = "".join(f"{at[what][figure]:>14.2f}" for at in report["sizes"].values())
            yield f"{what + ' ' + figure:45}{cells}"
    cached, mail = report["cached"], report["mail"]
    yield f"cached slots {cached['cached_slots_per_s']:.0f}/s, empty route {cached['empty_route_per_s']:.0f}/s, " + (
        f"ratio {cached['ratio']:.2f}"
    )
    yield f"commit to mail at 50/s: p50 {mail['p50_ms']:.0f} ms, p99 {mail['p99_ms']:.0f} ms ({mail['mails']} mails)"
    yield "memory at rest, MB: " + ", ".join(f"{name} {mb:.0f}" for name, mb in report["memory_mb"].items())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--short", action="store_true", help="a quarter of the length")
    parser.add_argument("--json", default="var/bench/speed.json")
    arguments = parser.parse_args()
    report = measure(arguments.short)
    file = Path(arguments.json)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=2))
    for line in table(report):
        sys.stdout.write(line + "\n")
    sys.stdout.write(f"(all figures: {file})\n")


if __name__ == "__main__":
    main()
