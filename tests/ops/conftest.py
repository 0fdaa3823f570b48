"""A whole running system per kind, and the commands as an operator types them."""

import json
import os
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from tests.systems import KINDS, ROOT, Running, systems

PASSWORD = "a password of the operator"
OTHERS = ("AMQP_URI", "DATABASE_SERVER", "DATABASE_URL", "DATABASE_NAMES", "IDENTITY_KEY", "TERMINFLUSS_HOME")


@dataclass
class Ended:
    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


@dataclass
class Operator:
    """Types commands; `settings` say where they work."""

    running: Running
    settings: dict[str, str]

    def types(self, *words: str, **settings: str) -> Ended:
        plain = {name: value for name, value in os.environ.items() if name not in OTHERS}
        command = [str(ROOT / "terminfluss"), *words]
        environ = {**plain, **self.settings, **settings}
        done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
        return Ended(done.returncode, done.stdout, done.stderr)


def settings_of(running: Running) -> dict[str, str]:
    """The operator's environment for this system."""
    if running.processes is None:
        return {"TERMINFLUSS_HOME": str(running.home)}
    processes = running.processes
    return {
        "AMQP_URI": processes.amqp_uri,
        "DATABASE_SERVER": processes.server,
        "DATABASE_NAMES": f"{processes.prefix}_{{service}}",
        "IDENTITY_KEY": processes.secrets.seeds["operator"],
    }


@pytest.fixture(scope="session", name="of_kind")
def _of_kind(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Running]]:
    """The running system of a kind."""
    with systems(tmp_path_factory.mktemp, OPERATOR_PASSWORD=PASSWORD) as of_kind:
        yield of_kind


@pytest.fixture(scope="module", params=KINDS, name="operator")
def _operator(request: pytest.FixtureRequest, of_kind: Callable[[str], Running]) -> Operator:
    """In front of a running system: in one process, then distributed."""
    running = of_kind(request.param)
    return Operator(running, settings_of(running))
