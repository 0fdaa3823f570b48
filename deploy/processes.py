"""The distributed mode on one machine: every service and the gateway as processes of their own, on a given PostgreSQL
server and RabbitMQ node. For end-to-end tests, benchmarks, and looking at the system as it runs in production.

    DATABASE_SERVER=postgresql+psycopg2://… AMQP_URI=amqp://… python -m deploy.processes

Each start makes the databases `terminfluss_<service>` on that server anew: what they held is gone.
"""

import base64
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

from sqlalchemy import create_engine, make_url, text

from deploy.house import SERVICES, all_subscriptions
from runtime.identity import Signer
from runtime.migrate import upgrade
from runtime.topology import declare, system

ROOT = Path(__file__).resolve().parents[1]
OPERATOR = "operator"


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
        names = [*(service.name for service in SERVICES), OPERATOR]
        self.seeds = {name: base64.b64encode(secrets.token_bytes(32)).decode() for name in names}
        self.keys = {name: Signer(name, seed).public_key() for name, seed in self.seeds.items()}
        self.link_keys = {name: secrets.token_urlsafe(32) for name in names}
        self.secret_key = secrets.token_urlsafe(32)

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
            "IDENTITY_KEY": self.seeds.get(service, ""),
            "IDENTITY_KEYS": json.dumps(self.keys),
            "LINK_KEY": self.link_keys.get(service, ""),
            "SECRET_KEY": self.secret_key,
            "PUBLIC_URL": self.url,
            "HOST": "127.0.0.1",
            "PORT": str(self.port),
            "WEB_WORKERS": str(self.workers),
            "LOG_LEVEL": "WARNING",
            **self.extra,
        }

    def prepare(self) -> None:
        """Create and migrate the databases; declare exchanges and queues."""
        self.home.mkdir(parents=True, exist_ok=True)
        self._each_database('create database "{}"')
        for service in SERVICES:
            upgrade(self.database_url(service.name), service.migrations)
        declare(self.amqp_uri, system([service.name for service in SERVICES], all_subscriptions()))

    def drop(self) -> None:
        """Remove the databases."""
        self._each_database('drop database if exists "{}" with (force)')

    def _each_database(self, statement: str) -> None:
        engine = create_engine(self.server, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            for service in SERVICES:
                connection.execute(text(statement.format(f"{self.prefix}_{service.name}")))
        engine.dispose()

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

    def wait_ready(self, seconds: float = 60.0) -> None:
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            for name, process in self.running.items():
                if process.poll() is not None:
                    tail = (self.home / f"{name}.log").read_text(errors="replace")[-3000:]
                    raise RuntimeError(f"{name} ended with {process.returncode}:\n{tail}")
            try:
                with urllib.request.urlopen(f"{self.url}/readyz", timeout=5) as answer:
                    if answer.status == 200:
                        return
            except (urllib.error.URLError, OSError):
                pass
            time.sleep(0.2)
        raise RuntimeError(f"not ready after {seconds} s; logs are in {self.home}")

    def stop(self) -> None:
        """SIGTERM to all, SIGKILL to what is left after 15 s."""
        for process in self.running.values():
            process.terminate()
        for process in self.running.values():
            try:
                process.wait(15)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
                process.wait()
        self.running.clear()


def free_port() -> int:
    """A loopback port that nobody listens on right now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    home = Path(os.environ.get("TERMINFLUSS_HOME", "var")) / "processes"
    house = Processes(
        os.environ["DATABASE_SERVER"], os.environ["AMQP_URI"], home, port=int(os.environ.get("PORT", "8080"))
    )
    house.drop()
    house.prepare()
    house.start()
    print(f"Terminfluss runs at {house.url} (logs in {home}); Ctrl-C ends it")
    try:
        signal.pause()
    except KeyboardInterrupt:
        house.stop()


if __name__ == "__main__":
    main()
