"""The distributed mode on one machine: every service and the gateway as processes of their own, on a given PostgreSQL
server and RabbitMQ node. For end-to-end tests, benchmarks, and looking at the system as it runs in production.

    DATABASE_SERVER=postgresql+psycopg2://… AMQP_URI=amqp://… python -m deploy.processes

Databases (`terminfluss_<service>` on that server), keys and the demo practice are made if they are missing.
"""

import contextlib
import json
import os
import secrets
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from pathlib import Path
from threading import Event
from typing import Any

from sqlalchemy import create_engine, make_url, text

from deploy import demo
from deploy.home import Home
from deploy.house import SERVICES, all_subscriptions
from deploy.top_hearing import OWNER, SLUG
from runtime.clock import utc_now
from runtime.migrate import upgrade
from runtime.rpcclient import BrokerRpc
from runtime.topology import declare, system

ROOT = Path(__file__).resolve().parents[1]
START_SECONDS = 180.0  # a laptop busy with other tests


class Processes:
    """One complete system under `home` (logs) with databases named `<prefix>_<service>`.

    `prepare` makes databases and topology, `start` begins the processes and waits until the gateway is ready, `stop`
    ends them. `environment(service)` is what a service is given, for whoever wants to start one by hand.
    """

    def __init__(
        self, server: str, amqp_uri: str, home: Path, *, prefix: str = "terminfluss", port: int = 8080, workers: int = 2
    ):
        self.server, self.amqp_uri, self.home, self.prefix, self.port = server, amqp_uri, home, prefix, port
        self.workers = workers
        self.extra: dict[str, str] = {}
        self.running: dict[str, subprocess.Popen[bytes]] = {}
        self.secrets = Home(home).secrets([service.name for service in SERVICES])

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def database_url(self, service: str) -> str:
        url = make_url(self.server).set(database=f"{self.prefix}_{service}")
        return url.render_as_string(hide_password=False)

    def environment(self, service: str) -> dict[str, str]:
        return {
            **os.environ,
            "DATABASE_URL": self.database_url(service),
            "AMQP_URI": self.amqp_uri,
            "IDENTITY_KEY": self.secrets.seeds.get(service, ""),
            "IDENTITY_KEYS": json.dumps(self.secrets.key_ring()),
            "LINK_KEY": self.secrets.link_keys.get(service, ""),
            "SECRET_KEY": self.secrets.secret_key,
            "PUBLIC_URL": self.url,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "WEB_WORKERS": str(self.workers),
            "LOG_LEVEL": "WARNING",
            **self.extra,
        }

    def prepare(self) -> None:
        """Create and migrate the databases; declare exchanges and queues."""
        for name in self._missing():
            self._admin(f'create database "{name}"')
        for service in SERVICES:
            upgrade(self.database_url(service.name), service.migrations)
        declare(self.amqp_uri, system([service.name for service in SERVICES], all_subscriptions()))

    def drop(self) -> None:
        """Remove the databases."""
        for service in SERVICES:
            self._admin(f'drop database if exists "{self.prefix}_{service.name}" with (force)')

    def _missing(self) -> list[str]:
        wanted = [f"{self.prefix}_{service.name}" for service in SERVICES]
        there = {row.datname for row in self._admin("select datname from pg_database")}
        return [name for name in wanted if name not in there]

    def _admin(self, statement: str) -> list[Any]:
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            result = connection.execute(text(statement))
            rows = list(result) if result.returns_rows else []
        engine.dispose()
        return rows

    def seed(self, password: str) -> None:
        """The demo practice, through the broker; what is there stays."""
        rpc = BrokerRpc(self.amqp_uri, "demo")
        try:
            demo.seed(rpc, self.secrets.operator(), password, utc_now())
        finally:
            rpc.close()

    def start(self) -> None:
        """Start everything; returns when the gateway says that it is ready."""
        for service in SERVICES:
            self.start_one(service.name)
        self.start_one("gateway")
        self.wait_ready()

    def start_one(self, name: str) -> None:
        log = (self.home / f"{name}.log").open("ab")
        command = [sys.executable, "-m", name, "run"]
        self.running[name] = subprocess.Popen(
            command, env=self.environment(name), cwd=ROOT, stdout=log, stderr=log, start_new_session=True
        )

    def wait_ready(self, seconds: float = START_SECONDS) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for name, process in self.running.items():
                if process.poll() is not None:
                    tail = (self.home / f"{name}.log").read_text(errors="replace")[-3000:]
                    raise RuntimeError(f"{name} ended with {process.returncode}:\n{tail}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                    if json.load(answer)["status"] == "ok":
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.2)
        raise RuntimeError(f"not ready after {seconds} s; logs are in {self.home}")

    def stop(self) -> None:
        """SIGTERM to all, SIGKILL to what is left after a minute."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(60)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.running.clear()


def free_port() -> int:
    """A loopback port that nobody listens on right now, below those that the system gives to outgoing connections: one
    of these could take it before whoever it is for."""
    while True:
        port = 20_000 + secrets.randbelow(12_000)
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return port


def main() -> None:
    home = Path(os.environ.get("TERMINFLUSS_HOME", "var")) / "processes"
    port = int(os.environ.get("PORT", "8080"))
    house = Processes(os.environ["DATABASE_SERVER"], os.environ["AMQP_URI"], home, port=port)
    house.extra = {"DEV_PAGES": "0" if os.environ.get("SMTP_URL") else "1"}
    password = os.environ.get("DEMO_PASSWORD") or house.secrets.demo_password
    ended = Event()
    for sign in (signal.SIGTERM, signal.SIGINT):
        signal.signal(sign, lambda *_: ended.set())
    house.prepare()
    try:
        house.start()
        house.seed(password)
        print(f"Terminfluss runs at {house.url}/p/{SLUG}; staff: {OWNER} · {password}")
        print(f"Logs are in {home}. Ctrl-C ends it; what is booked stays.", flush=True)
        ended.wait()
    finally:
        house.stop()


if __name__ == "__main__":
    main()
