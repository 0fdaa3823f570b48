"""The one-process mode as a person starts it: a child process with a data directory and a port of its own."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from deploy.processes import free_port

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-m", "deploy.embedded"]


class Running:
    """`start()` returns when the banner is printed; `start` and `stop` may alternate on the same data."""

    def __init__(self, home: Path):
        self.home = home
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.banner = ""
        self._process: subprocess.Popen[str] | None = None

    def environment(self, **more: str) -> dict[str, str]:
        unwanted = ("DEMO_PASSWORD", "SMTP_URL", "PUBLIC_URL", "HOST")
        plain = {name: value for name, value in os.environ.items() if name not in unwanted}
        return {**plain, "TERMINFLUSS_HOME": str(self.home), "PORT": str(self.port), "PYTHONUNBUFFERED": "1", **more}

    def start(self, **more: str) -> None:
        with (self.home / "log").open("w") as log:
            self._process = subprocess.Popen(
                COMMAND, cwd=ROOT, env=self.environment(**more), stdout=log, stderr=subprocess.STDOUT, text=True
            )
        end = time.monotonic() + 180
        while "is running" not in self.log():
            assert self._process.poll() is None, self.log()
            assert time.monotonic() < end, self.log()
            time.sleep(0.05)
        self.banner = self.log()

    def stop(self, how: signal.Signals = signal.SIGTERM) -> int:
        assert self._process
        self._process.send_signal(how)
        return self._process.wait(120)

    def second(self, **more: str) -> subprocess.CompletedProcess[str]:
        """Another start beside this one, until it ends."""
        return subprocess.run(
            COMMAND, cwd=ROOT, env=self.environment(**more), capture_output=True, text=True, timeout=180, check=False
        )

    def close(self) -> None:
        if self._process and self._process.poll() is None:
            self.stop(signal.SIGKILL)

    def log(self) -> str:
        return (self.home / "log").read_text()

    def password(self) -> str:
        """The demo user's, as the banner tells it."""
        return self.banner.split("demo@top-hearing.example  ·  ")[1].split()[0]

    def get(self, path: str, **params: Any) -> Any:
        answer = requests.get(f"{self.url}/api/v1{path}", params=params, timeout=60)
        assert answer.status_code == 200, answer.text
        return answer.json()

    def post(self, path: str, body: dict[str, Any], token: str = "") -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return requests.post(f"{self.url}/api/v1{path}", json=body, headers=headers, timeout=60)

    def staff_token(self, password: str) -> str:
        answer = self.post("/auth/token", {"email": "demo@top-hearing.example", "password": password})
        return str(answer.json()["access_token"])

    def appointments(self, token: str) -> list[dict[str, Any]]:
        headers = {"Authorization": f"Bearer {token}"}
        answer = requests.get(f"{self.url}/api/v1/appointments", params={"limit": 100}, headers=headers, timeout=60)
        return list(json.loads(answer.text)["items"])


@pytest.fixture(name="system")
def _system(tmp_path: Path) -> Iterator[Running]:
    """Stopped, with an empty data directory."""
    running = Running(tmp_path)
    yield running
    running.close()


@pytest.fixture(scope="module", name="demo")
def _demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """Running with its demo data; tests only look, or add."""
    running = Running(tmp_path_factory.mktemp("home"))
    running.start()
    yield running
    running.close()
