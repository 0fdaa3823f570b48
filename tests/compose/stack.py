"""The product as docker-compose.yml starts it, under a project name and on ports of its own."""

import contextlib
import json
import os
import secrets
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import requests

from deploy.processes import free_port
from tests.end_to_end.mailserver import Mail, MailServer
from tests.systems import PASSWORD, Running, ready, until

ROOT = Path(__file__).resolve().parents[2]
BASE = "docker-compose.yml"
SERVICES = ("practice", "availability", "booking", "notify", "invitations")
OURS = (*SERVICES, "gateway", "mailcatcher")
SERVERS = ("postgres", "rabbitmq")
LOGS = ROOT / "var" / "e2e"
START = 300  # seconds for everything to be seeded
LAST_LINES = 15  # of a container that a failure tells of


class Catcher(MailServer):
    """The mails of the mail catcher's container."""

    def __init__(self, url: str):
        self.url = url
        self._known: dict[int, Mail] = {}

    @property
    def mails(self) -> list[Mail]:  # type: ignore[override]
        for told in requests.get(f"{self.url}/api/mails", timeout=60).json()["items"]:
            if told["id"] not in self._known:
                content = requests.get(f"{self.url}/mails/{told['id']}.eml", timeout=60).content
                self._known[told["id"]] = Mail(told["to"], content)
        return list(self._known.values())


@cache
def program() -> list[str]:
    """The compose program of this machine. Skips the test where there is none, or no engine."""
    if not shutil.which("docker") or subprocess.run(["docker", "info"], capture_output=True).returncode:
        pytest.skip("needs a Docker engine")
    if not subprocess.run(["docker", "compose", "version"], capture_output=True).returncode:
        return ["docker", "compose"]
    if shutil.which("docker-compose"):
        return ["docker-compose"]
    pytest.skip("needs docker compose")


@dataclass
class Stack:
    """One running project."""

    project: str
    port: int
    mail_port: int

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def mails(self) -> str:
        return f"http://127.0.0.1:{self.mail_port}"

    def compose(self, *arguments: str, check: bool = True) -> str:
        """Run the compose program; its output."""
        files = ["-f", BASE, "-f", "tests/compose/ports.yml"]
        command = [*program(), "-p", self.project, *files, *arguments]
        own = {
            "PORT": str(self.port),
            "MAIL_PORT": str(self.mail_port),
            "PUBLIC_URL": self.url,
            "DEMO_PASSWORD": PASSWORD,
            "OPERATOR_PASSWORD": PASSWORD,
            "RATE_LIMITS": "",
        }
        done = subprocess.run(command, cwd=ROOT, env=os.environ | own, capture_output=True, text=True)
        if check and done.returncode:
            raise AssertionError(f"{' '.join(command)}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}")
        return done.stdout

    def inside(self, service: str, *command: str) -> subprocess.CompletedProcess[str]:
        """Run a command in the service's container."""
        return subprocess.run(["docker", "exec", self.container(service), *command], capture_output=True, text=True)

    def container(self, service: str) -> str:
        """The id of the service's container, also of one that has ended."""
        labels = {"com.docker.compose.project": self.project, "com.docker.compose.service": service}
        wanted = [word for name, value in labels.items() for word in ("--filter", f"label={name}={value}")]
        listed = ["docker", "ps", "-aq", *wanted, "--filter", "label=com.docker.compose.oneoff=False"]
        [id] = subprocess.run(listed, capture_output=True, text=True, check=True).stdout.split()
        return id

    def state(self, service: str) -> dict[str, Any]:
        """What the engine knows of its container's state."""
        asked = ["docker", "inspect", "-f", "{{json .State}}", self.container(service)]
        state: dict[str, Any] = json.loads(subprocess.run(asked, capture_output=True, text=True, check=True).stdout)
        return state

    def said(self, service: str) -> str:
        """What its container wrote since it was last started."""
        asked = ["docker", "logs", "--since", self.state(service)["StartedAt"], self.container(service)]
        return subprocess.run(asked, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=True).stdout

    def healthy(self, service: str) -> bool:
        return bool(self.state(service).get("Health", {}).get("Status") == "healthy")

    def until_healthy(self, *services: str, seconds: float) -> None:
        """Wait until all of them are. Where one does not become so the failure tells who, and what it said last."""
        try:
            until(lambda: all(map(self.healthy, services)), seconds, "everybody's health")
        except AssertionError as error:
            told = [self.complaint(service) for service in services if not self.healthy(service)]
            raise AssertionError("\n\n".join([str(error), *told])) from None

    def complaint(self, service: str) -> str:
        """What is to be known of a container that is not as it should be."""
        state = self.state(service)
        health = state.get("Health") or {}
        probes = [probe["Output"].strip() for probe in health.get("Log", [])[-1:]]
        facts = f"{service}: {state['Status']} ({state['ExitCode']}), {health.get('Status', 'no health check')}"
        return "\n  ".join([facts, *probes, *self.said(service).splitlines()[-LAST_LINES:]])

    def amqp(self, user: str, password: str) -> str:
        """The broker as seen from here."""
        where = self.compose("port", "rabbitmq", "5672").strip()
        return f"amqp://{user}:{password}@{where}/%2F"

    def amqp_as(self, service: str) -> str:
        """The broker with the rights of that service."""
        parts = urlsplit(self.inside(service, "cat", "/run/secrets/AMQP_URI").stdout.strip())
        return self.amqp(str(parts.username), str(parts.password))

    def running(self) -> Running:
        """As the tests of other systems see theirs."""
        nowhere = f"databases of {self.project} are not reached from outside"
        return Running("compose", self.port, Path(self.project), lambda service: nowhere, lambda: None)


@contextlib.contextmanager
def started() -> Iterator[Stack]:
    """Everything up and seeded; taken down with its data at the end, its logs kept in var/e2e."""
    stack = Stack(f"terminfluss-e2e-{secrets.token_hex(3)}", free_port(), free_port())
    try:
        stack.compose("up", "-d")
        stack.until_healthy(*SERVERS, *OURS, seconds=START)
        until_seeded(stack)
        ready(stack.url)
        yield stack
    finally:
        LOGS.mkdir(parents=True, exist_ok=True)
        (LOGS / "compose.log").write_text(stack.compose("logs", "--no-color", check=False))
        stack.compose("down", "-v", "--remove-orphans", "-t", "2", check=False)


def until_seeded(stack: Stack) -> None:
    """Wait for the job that makes the demo practice. One that failed is begun again by the engine."""

    def seeded() -> bool:
        state = stack.state("seed")
        return bool(state["Status"] == "exited" and state["ExitCode"] == 0)

    try:
        until(seeded, START, "the seeding")
    except AssertionError as error:
        raise AssertionError(f"{error}\n\n{stack.complaint('seed')}") from None
