"""`python -m <service> run`: supervisor, relay, worker and loops as real processes."""

import contextlib
import json
import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest

from deploy.processes import free_port
from runtime.testing import SEED, virtual_host
from services._runtime.tests.conformance.transports import (
    BrokerTransport,
    identity,
    missing_server,
    until,
)

SAMPLE = "services._runtime.tests.processes.sample"
pytestmark = [pytest.mark.broker, pytest.mark.slow]


class Running:
    """The sample service with its health port."""

    def __init__(self, house: BrokerTransport, **changes: str):
        self.port = free_port()
        self.house = house
        environ = {
            "DATABASE_URL": house.databases["shop"].url,
            "AMQP_URI": house.uri,
            "IDENTITY_KEY": SEED,
            "IDENTITY_KEYS": json.dumps(identity()["identity_keys"]),
            "DIARY": str(house.diary),
            "HEALTH_PORT": str(self.port),
            "LOG_LEVEL": "WARNING",
            **changes,
        }
        command = [sys.executable, "-W", "ignore", "-m", SAMPLE, "run"]
        self.process = subprocess.Popen(command, env={**os.environ, **environ})

    def get(self, path: str) -> tuple[int, str]:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()
        except OSError:
            return 0, ""

    def ready(self) -> bool:
        return self.get("/readyz")[0] == 200

    def children(self) -> dict[str, int]:
        """Process ids by module name."""
        found = {}
        for child in psutil.Process(self.process.pid).children():
            with contextlib.suppress(psutil.NoSuchProcess):
                words = child.cmdline()
                found[next((word for word in words if word.startswith("runtime.")), "?")] = child.pid
        return found


@pytest.fixture(name="running")
def _running(tmp_path: Path) -> Iterator[Running]:
    if reason := missing_server():
        pytest.skip(reason)
    with virtual_host() as uri:
        house = BrokerTransport(tmp_path, uri)
        running = Running(house, LOOPS_IN_WORKER="0")
        try:
            yield running
        finally:
            running.process.kill()
            running.process.wait()
            house.stop()


def test_a_service_starts_heals_and_ends(running: Running) -> None:
    """Ready by name; a killed child comes back; loops run without eventlet; SIGTERM ends it with 0."""
    until(running.ready, 60)
    parts: dict[str, Any] = json.loads(running.get("/readyz")[1])
    assert parts == {"database": True, "broker": True, "worker": True, "loops": True}
    assert running.house.rpc.call("shop", "place", {"dish": {}}, timeout=60)["id"]
    until(lambda: "terminfluss_events_published_total 1.0\n" in running.get("/metrics")[1] or unroutable(running))

    first = running.children()
    os.kill(first["runtime.broker_worker"], signal.SIGKILL)
    until(lambda: running.children().get("runtime.broker_worker") not in (None, first["runtime.broker_worker"]), 60)
    until(running.ready, 60)
    assert running.house.rpc.call("shop", "place", {"dish": {}}, timeout=60)["id"]

    ticks = Path(f"{running.house.diary}.ticks")
    assert until(lambda: ticks.exists() and ticks.read_text()) == "native"

    running.process.send_signal(signal.SIGTERM)
    assert running.process.wait(60) == 0


def unroutable(running: Running) -> bool:
    """Nobody reads the shop's events here, unless another service declared its queues."""
    with running.house.channel() as channel:
        return bool(channel.queue_declare("evt-shop-order.placed--kitchen.cook", passive=True).method.message_count)


def test_children_end_when_their_supervisor_is_killed(running: Running) -> None:
    """No orphan goes on working, or answers for a service that nobody can stop."""
    until(running.ready, 60)
    children = running.children()
    running.process.kill()
    running.process.wait()
    until(lambda: not any(map(running_still, children.values())), 60)


def running_still(pid: int) -> bool:
    """Not ended; one that nobody has waited for has no command line any more."""
    try:
        return bool(Path(f"/proc/{pid}/cmdline").read_bytes())
    except OSError:
        return False


def test_without_a_broker_it_lives_and_is_not_ready(tmp_path: Path) -> None:
    """It waits instead of dying, and says what it waits for."""
    if reason := missing_server():
        pytest.skip(reason)
    with virtual_host() as uri:
        house = BrokerTransport(tmp_path, uri)
        running = Running(house, AMQP_URI="amqp://guest:guest@127.0.0.1:1/none")
        try:
            until(lambda: running.get("/readyz")[0] == 503, 60)
            until(lambda: json.loads(running.get("/readyz")[1])["database"], 60)
            assert json.loads(running.get("/readyz")[1])["broker"] is False
            assert running.get("/healthz")[0] == 200
            running.process.send_signal(signal.SIGTERM)
            assert running.process.wait(60) == 0
        finally:
            running.process.kill()
            house.stop()


def test_a_worker_says_all_the_time_that_it_lives() -> None:
    """Also one that waits for the broker: who says nothing and computes is ended by the supervisor."""
    hears, says = os.pipe()
    environ = {"DATABASE_URL": "sqlite://", "IDENTITY_KEY": SEED, "IDENTITY_KEYS": "{}", "DIARY": "d"}
    environ |= {"AMQP_URI": "amqp://guest:guest@127.0.0.1:1/none", "STATUS_FD": str(says)}
    command = [sys.executable, "-W", "ignore", "-m", "runtime.broker_worker", f"{SAMPLE}.__main__"]
    worker = subprocess.Popen(command, env={**os.environ, **environ}, pass_fds=[says])
    os.close(says)
    os.set_blocking(hears, False)
    said = bytearray()

    def twice() -> bool:
        with contextlib.suppress(BlockingIOError):
            said.extend(os.read(hears, 1))
        return len(said) > 1

    try:
        until(twice, 60)
        assert worker.poll() is None
    finally:
        worker.kill()
        worker.wait()
        os.close(hears)


def test_a_worker_that_waits_for_the_broker_ends_with_its_supervisor(tmp_path: Path) -> None:
    """Killed before the worker ever served: no orphan waits for ever."""
    if reason := missing_server():
        pytest.skip(reason)
    with virtual_host() as uri:
        house = BrokerTransport(tmp_path, uri)
        running = Running(house, AMQP_URI="amqp://guest:guest@127.0.0.1:1/none")
        try:
            worker = until(lambda: running.children().get("runtime.broker_worker"), 60)
        finally:
            running.process.kill()
            running.process.wait()
        until(lambda: not running_still(worker), 60)
        house.stop()


@pytest.mark.parametrize(
    ("environ", "said"),
    [
        ({}, "DATABASE_URL is not set"),
        ({"DATABASE_URL": "sqlite://", "IDENTITY_KEY": SEED, "IDENTITY_KEYS": "{"}, "IDENTITY_KEYS is wrong"),
        (
            {"DATABASE_URL": "sqlite://", "IDENTITY_KEY": SEED, "IDENTITY_KEYS": "{}", "DIARY": "d"},
            "AMQP_URI is not set",
        ),
    ],
)
def test_a_wrong_setting_stops_the_start_with_one_line(environ: dict[str, str], said: str) -> None:
    """It names the variable."""
    base = {"PATH": os.environ["PATH"]}
    command = [sys.executable, "-W", "ignore", "-m", SAMPLE, "run"]
    ended = subprocess.run(command, env={**base, **environ}, capture_output=True, text=True, timeout=60)
    assert ended.returncode == 1
    assert said in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1
