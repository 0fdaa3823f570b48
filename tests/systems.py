"""Whole systems to test against, as their users start them: one process on SQLite, or a process per service on
PostgreSQL and RabbitMQ. Both hold the demo practice "Top Hearing"."""

import json
import os
import secrets
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Engine, create_engine

from deploy import demo
from deploy.processes import ROOT, Processes, free_port
from runtime.testing import broker_uri, server_url, virtual_host

PASSWORD = "demo-password-for-tests"
KINDS = ("embedded", "distributed")


@dataclass
class Answer:
    """An HTTP answer; `json` is its decoded body or None."""

    status: int
    json: Any


@dataclass
class Running:
    """A running system. `database_url(service)` is where that service keeps its data."""

    kind: str
    port: int
    home: Path
    database_url: Callable[[str], str]
    restart: Callable[[], None]
    processes: Processes | None = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def engine(self, service: str) -> Engine:
        return create_engine(self.database_url(service))

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        """One JSON API call; error answers are answers, too."""
        request = urllib.request.Request(self.url + path, method=method)
        for name, value in {"content_type": "application/json", **headers}.items():
            request.add_header(name.replace("_", "-"), value)
        data = None if body is None else json.dumps(body).encode()
        try:
            with urllib.request.urlopen(request, data, timeout=60) as answer:
                status, content = answer.status, answer.read()
        except urllib.error.HTTPError as error:
            status, content = error.code, error.read()
        return Answer(status, json.loads(content) if content.startswith((b"{", b"[")) else None)

    def staff(self) -> dict[str, str]:
        """Headers of the signed-in owner."""
        credentials = {"email": demo.OWNER, "password": PASSWORD}
        token = self.call("POST", "/api/v1/auth/token", credentials).json["access_token"]
        return {"authorization": f"Bearer {token}"}


def until(condition: Callable[[], Any], seconds: float = 60, what: str = "it") -> Any:
    """Wait for the condition and give its value; fails when it does not come true."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        if value := condition():
            return value
        time.sleep(0.05)
    raise AssertionError(f"{what} did not happen within {seconds} s")


def ready(url: str, seconds: float = 180) -> None:
    """Wait until the gateway at `url` says that it is ready."""

    def answers() -> bool:
        try:
            with urllib.request.urlopen(f"{url}/readyz", timeout=20) as answer:
                return bool(json.load(answer)["status"] == "ok")
        except OSError:
            return False

    until(answers, seconds, f"{url}/readyz")


@contextmanager
def embedded(home: Path, **settings: str) -> Iterator[Running]:
    """`make run`'s process on a free port, data in `home`. `restart` kills it with SIGKILL and starts it again."""
    port = free_port()
    defaults = {"TERMINFLUSS_HOME": str(home), "PORT": str(port), "DEMO_PASSWORD": PASSWORD, "RATE_LIMITS": ""}
    environment = {**os.environ, **defaults, **settings}
    process: subprocess.Popen[bytes] | None = None

    def start() -> None:
        nonlocal process
        home.mkdir(parents=True, exist_ok=True)
        log = (home / "process.log").open("ab")
        command = [sys.executable, "-m", "deploy.embedded"]
        process = subprocess.Popen(command, cwd=ROOT, env=environment, stdout=log, stderr=log)
        ready(f"http://127.0.0.1:{port}")

    def restart() -> None:
        assert process
        process.send_signal(signal.SIGKILL)
        process.wait()
        start()

    try:
        start()
        yield Running("embedded", port, home, lambda service: f"sqlite:///{home / service}.db", restart)
    finally:
        if process:
            process.terminate()
            process.wait(120)


@contextmanager
def distributed(home: Path, **settings: str) -> Iterator[Running]:
    """One process per service and a gateway of two workers on the nodes of `make services`."""
    server, amqp_uri = server_url(), broker_uri()
    if not server or not amqp_uri:
        pytest.skip("needs PostgreSQL and RabbitMQ: run `make services`")
    with ExitStack() as stack:
        uri = stack.enter_context(virtual_host())
        processes = Processes(server, uri, home, prefix=f"t_{secrets.token_hex(4)}", port=free_port())
        processes.extra = {"RATE_LIMITS": "", "DEV_PAGES": "1", **settings}
        stack.callback(processes.drop)
        processes.prepare()
        stack.callback(processes.stop)
        processes.start()
        processes.seed(PASSWORD)

        def restart() -> None:
            processes.stop()
            processes.start()

        yield Running("distributed", processes.port, home, processes.database_url, restart, processes)


@contextmanager
def system(kind: str, home: Path, **settings: str) -> Iterator[Running]:
    """A system of this kind."""
    with {"embedded": embedded, "distributed": distributed}[kind](home, **settings) as running:
        yield running


@contextmanager
def systems(home: Callable[[str], Path], **settings: str) -> Iterator[Callable[[str], Running]]:
    """Gives the system of a kind, started when it is first asked for; they end together. `home(kind)` makes its folder.

    A session's fixture with both kinds as parameters would start a system anew for each file: parallel test runs go
    file by file, and such a fixture holds one parameter at a time.
    """
    with ExitStack() as stack:
        yield cache(lambda kind: stack.enter_context(system(kind, home(kind), **settings)))
