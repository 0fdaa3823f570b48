"""What a container holds, sees and may do: its own, and nothing of its neighbours."""

import json
import subprocess

import pytest

from tests.compose.stack import OURS, SERVERS, SERVICES, Stack
from tests.systems import until

ENTER = """
import pathlib, sys
import psycopg2
own = pathlib.Path("/run/secrets/DATABASE_URL").read_text().replace("+psycopg2", "")
try:
    psycopg2.connect(own.rpartition("/")[0] + "/" + sys.argv[1]).close()
except psycopg2.OperationalError as error:
    sys.exit(str(error))
"""


@pytest.mark.parametrize("part", OURS)
def test_nobody_is_root_or_writes_to_the_image(stack: Stack, part: str) -> None:
    """A user without a name, a root file system that takes nothing, no capabilities, no way to more rights."""
    assert stack.inside(part, "id", "-u").stdout.strip() == "10001"
    for path in ("/app/x", "/usr/x", "/run/secrets/x"):
        assert stack.inside(part, "touch", path).returncode != 0, path
    assert stack.inside(part, "touch", "/tmp/x").returncode == 0
    status = stack.inside(part, "cat", "/proc/1/status").stdout
    assert "CapBnd:\t0000000000000000" in status
    assert "NoNewPrivs:\t1" in status


@pytest.mark.parametrize("part", SERVICES)
def test_a_service_holds_its_own_code_and_packages_only(stack: Stack, part: str) -> None:
    """Neither other services nor what only the front or only tests need."""
    held = set(stack.inside(part, "ls", "/app").stdout.split())
    assert held & {*SERVICES, "gateway", "deploy"} == {part}
    listed = stack.inside(part, "python", "-m", "pip", "list", "--format=json").stdout
    packages = {each["name"].lower() for each in json.loads(listed)}
    assert packages & {"flask", "gunicorn", "waitress", "pytest"} == set()
    for own in ("icalendar", "aiosmtpd", "twilio"):
        assert (own in packages) == (part == "notify")
    assert ("argon2-cffi" in packages) == (part == "practice")


def test_the_front_has_no_database_driver(stack: Stack) -> None:
    """It could not read a database if it wanted to, and it does not reach one either."""
    for module in ("psycopg2", "nameko"):
        assert "ModuleNotFoundError" in stack.inside("gateway", "python", "-c", f"import {module}").stderr
    assert stack.inside("gateway", "python", "-c", "import socket; socket.gethostbyname('postgres')").returncode != 0


@pytest.mark.parametrize("part", SERVICES)
def test_each_sees_its_own_secrets_only(stack: Stack, part: str) -> None:
    """A volume of its own; nothing secret in the environment, which `docker inspect` shows."""
    held = stack.inside(part, "ls", "/run/secrets").stdout.split()
    assert sorted(held) == ["AMQP_URI", "DATABASE_URL", "IDENTITY_KEY", "IDENTITY_KEYS", "LINK_KEY"]
    shown = ["docker", "inspect", "-f", "{{json .Config.Env}}", stack.container(part)]
    environment = subprocess.run(shown, capture_output=True, text=True, check=True).stdout
    for name in held:
        assert stack.inside(part, "cat", f"/run/secrets/{name}").stdout not in environment


@pytest.mark.parametrize("database", [*SERVICES, "postgres", "template1"])
def test_a_role_enters_its_own_database_only(stack: Stack, database: str) -> None:
    """PostgreSQL itself refuses: booking's role in booking's database, and in no other."""
    entered = stack.inside("booking", "python", "-c", ENTER, database)
    assert (entered.returncode == 0) == (database == "booking"), entered.stderr
    assert database == "booking" or "permission denied for database" in entered.stderr


def test_the_order_of_starts_does_not_matter(stack: Stack) -> None:
    """Everything is stopped, and begun again the wrong way round: first who asks, and has asked for names that nobody
    has yet, last who is asked."""
    stack.compose("stop", "-t", "15")
    start(stack, "gateway", *reversed(SERVICES))
    until(lambda: all("broker_not_ready" in stack.said(service) for service in SERVICES), 60, "asking for the broker")
    start(stack, "mailcatcher", *reversed(SERVERS))
    stack.until_healthy(*OURS, *SERVERS, seconds=300)


def start(stack: Stack, *parts: str) -> None:
    """One after the other, and without those that they depend on."""
    for part in parts:
        subprocess.run(["docker", "start", stack.container(part)], check=True, capture_output=True)
