"""A distributed system whose booking and notify run in several versions at once, on one database and one broker."""

import os
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pika
from sqlalchemy import create_engine, text

from deploy.processes import Processes, free_port
from deploy.topology import whole
from runtime.migrate import upgrade
from tests.systems import until
from tests.upgrade.versions import Version

START_SECONDS = 180.0


@dataclass
class Replica:
    """A running service, supervisor and all."""

    service: str
    port: int
    process: subprocess.Popen[bytes]

    def ready(self) -> bool:
        if self.process.poll() is not None:
            raise RuntimeError(f"{self.service} ended with {self.process.returncode}")
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}/readyz", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False


class House:
    """Replicas on the databases and the broker of `processes`."""

    def __init__(self, processes: Processes):
        self.processes = processes
        self.replicas: list[Replica] = []

    def start(self, *services: str, version: Version) -> list[Replica]:
        """Start a replica of each, beside those that run; returns when all are ready."""
        new = [self._start(service, version) for service in services]
        for replica in new:
            until(replica.ready, START_SECONDS, f"{replica.service} ready")
        return new

    def _start(self, service: str, version: Version) -> Replica:
        port = free_port()
        log = (self.processes.home / f"{service}-{port}.log").open("ab")
        environ = {**self._environ(service, version), "HEALTH_PORT": str(port)}
        command = [sys.executable, "-W", "ignore", "-m", service, "run"]
        process = subprocess.Popen(command, env=environ, cwd=self.processes.home, stdout=log, stderr=log)
        replica = Replica(service, port, process)
        self.replicas.append(replica)
        return replica

    def retire(self, replicas: list[Replica]) -> None:
        """SIGTERM, as every orchestrator does it; each must end well."""
        for replica in replicas:
            replica.process.send_signal(signal.SIGTERM)
        for replica in replicas:
            assert replica.process.wait(60) == 0, f"{replica.service} ended with {replica.process.returncode}"
            self.replicas.remove(replica)

    def migrate(self, version: Version, *services: str) -> None:
        """What the migration job of that version does."""
        for service in services:
            upgrade(self.processes.database_url(service), version.services / service / service / "migrations")

    def _environ(self, service: str, version: Version) -> dict[str, str]:
        return {**self.processes.environment(service), "PYTHONPATH": version.path}

    def rows(self, service: str, query: str) -> list[Any]:
        engine = create_engine(self.processes.database_url(service), isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            result = connection.execute(text(query))
            rows = list(result) if result.returns_rows else []
        engine.dispose()
        return rows

    def waiting(self) -> dict[str, int]:
        """Events in outboxes and messages in queues, where there are any. (What nobody reads stays with an error.)"""
        unpublished = "select count(*) from outbox where published is null and error is null"
        found = {name: self.rows(name, unpublished)[0][0] for name in ("practice", "availability", "booking", "notify")}
        with pika.BlockingConnection(pika.URLParameters(self.processes.amqp_uri)) as connection:
            channel = connection.channel()
            for queue in whole().queues:
                declared = channel.queue_declare(queue.name, passive=True)
                found[queue.name] = declared.method.message_count
        return {name: count for name, count in found.items() if count}

    def stop(self) -> None:
        for replica in self.replicas:
            replica.process.terminate()
        for replica in self.replicas:
            try:
                replica.process.wait(60)
            except subprocess.TimeoutExpired:
                replica.process.kill()
                replica.process.wait()


def new_house(server: str, amqp_uri: str, home: Path) -> House:
    """With databases and topology of its own, nothing started yet."""
    processes = Processes(server, amqp_uri, home, prefix=f"t_up{os.getpid()}", port=free_port())
    processes.prepare()
    return House(processes)
