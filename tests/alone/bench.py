"""A bench for one service: copies of its folder and of the runtime's, an environment with what both declare, and the
servers that its team would have. Nothing else of the repository can be imported there."""

import json
import os
import shutil
import signal
import subprocess
import sys
import urllib.error
import urllib.request
from itertools import chain
from pathlib import Path
from typing import Any

from deploy.processes import free_port
from runtime.identity import Signer
from runtime.testing import SEED, broker_uri, server_url
from tests.alone.environment import create, declared
from tests.systems import until

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns("__pycache__", ".*_cache", "build", "*.egg-info")
FROM_OUTSIDE = ("PATH", "HOME", "LANG", "TEST_AMQP_HTTP")
PATIENCE = 60  # seconds for a start, and for an end
TOLD = 6000  # characters of what a failed command printed
IMPORT_ALL = """
import importlib, pkgutil, sys
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
    importlib.import_module(module.name)
"""


class Failed(Exception):
    """A command on the bench ended badly; says what it printed last."""


class Bench:
    """`service` alone in `folder`. Every method raises Failed with the reason."""

    def __init__(self, service: str, folder: Path):
        self.service, self.folder = service, folder
        self.own = folder / "services" / service
        self.parts = [folder / "services" / "_runtime", self.own]
        for part in self.parts:
            shutil.copytree(ROOT / "services" / part.name, part, ignore=LEFT_OUT)
        self.python = create(folder / "env", chain.from_iterable(map(declared, self.parts)))

    def build(self) -> None:
        """Build the wheels of the runtime and the service, and install them: what an image does."""
        pip = [sys.executable, "-m", "pip", "--python", self.python, "install", "--quiet"]
        self._run(*pip, "--no-deps", "--no-index", "--no-build-isolation", *self.parts)

    def import_all(self, *packages: str) -> None:
        """Import these packages with every module in them."""
        for package in packages:
            self._python("-W", "ignore", "-c", IMPORT_ALL, package)

    def migrate(self, database_url: str) -> None:
        """`python -m <service> migrate`, knowing the database and no other setting."""
        self._python("-m", self.service, "migrate", DATABASE_URL=database_url)

    def test(self, *arguments: str, with_servers: bool = True) -> str:
        """Run the service's own tests in its own folder; what pytest said. Those that need a server are left out where
        there is none, or `with_servers` is false."""
        known = (server_url() or "", broker_uri() or "") if with_servers else ("", "")
        servers = dict(zip(("TEST_DATABASE_URL", "TEST_AMQP_URI"), known, strict=True))
        tests = ["-m", "pytest", "-q", "-p", "no:cacheprovider", *arguments]
        # `services.<name>.tests` is what tests of a service call their own helpers.
        return self._python(*tests, cwd=self.own, PYTHONPATH=str(self.folder), **servers)

    def run(self, database_url: str, amqp_uri: str) -> tuple[dict[str, bool], int]:
        """`python -m <service> run` until it is ready, then SIGTERM: what /readyz said, and the exit code."""
        port, log = free_port(), self.folder / "run.log"
        command = [str(self.python), "-P", "-m", self.service, "run"]
        environ = self._environ(**self._settings(database_url, amqp_uri), HEALTH_PORT=str(port))
        with log.open("wb") as output:
            process = subprocess.Popen(command, cwd=self.folder, env=environ, stdout=output, stderr=output)
        try:
            ready = until(lambda: _ready(port), PATIENCE)
            process.send_signal(signal.SIGTERM)
            return ready, process.wait(PATIENCE)
        except (AssertionError, subprocess.TimeoutExpired) as error:
            raise Failed(f"{error}:\n{log.read_text()[-TOLD:]}") from None
        finally:
            process.kill()

    def _settings(self, database_url: str, amqp_uri: str) -> dict[str, str]:
        keys = {self.service: Signer(self.service, SEED).public_key()}
        secrets = {"IDENTITY_KEY": SEED, "IDENTITY_KEYS": json.dumps(keys), "LINK_KEY": "a key of the tests"}
        return {"DATABASE_URL": database_url, "AMQP_URI": amqp_uri, **secrets}

    def _python(self, *arguments: str, cwd: Path | None = None, **environ: str) -> str:
        return self._run(self.python, "-P", *arguments, cwd=cwd, **environ)

    def _run(self, *command: Any, cwd: Path | None = None, **environ: str) -> str:
        done = subprocess.run(
            list(map(str, command)),
            cwd=cwd or self.folder,
            env=self._environ(**environ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            timeout=600,
        )
        if done.returncode:
            raise Failed(f"{' '.join(map(str, command))} ended with {done.returncode}:\n{done.stdout[-TOLD:]}")
        return done.stdout

    def _environ(self, **more: str) -> dict[str, str]:
        """Of our own environment only what any shell has: no path to the rest of the house."""
        return {name: os.environ[name] for name in FROM_OUTSIDE if name in os.environ} | more


def _ready(port: int) -> dict[str, bool] | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            parts: dict[str, bool] = json.load(answer)
            return parts
    except (urllib.error.URLError, OSError):
        return None
