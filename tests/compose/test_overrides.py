"""Each file that is added to docker-compose.yml, as the compose program of this machine reads the two together."""

import os
import subprocess

import pytest
import yaml

from tests.compose.stack import BASE, ROOT, program

OVERRIDES = sorted(file.name for file in ROOT.glob("docker-compose.*.yml"))
ASKED = {
    "docker-compose.bounces.yml": {"BOUNCE_DOMAIN": "bounces.practice.example"},
}


def merged(name: str, given: dict[str, str]) -> subprocess.CompletedProcess[str]:
    """What the program makes of it, or why it refuses."""
    command = [*program(), "-f", BASE, "-f", name, "config"]
    return subprocess.run(command, cwd=ROOT, env=os.environ | given, capture_output=True, text=True)


@pytest.mark.parametrize("name", OVERRIDES)
def test_it_can_be_added(name: str) -> None:
    """Nothing of what was there is lost."""
    done = merged(name, ASKED.get(name, {}))
    assert done.returncode == 0, done.stderr
    parts = yaml.safe_load(done.stdout)["services"]
    assert set(parts) >= {"gateway", "practice", "availability", "booking", "notify", "invitations"}
    assert "SECRET_KEY_FILE" in parts["gateway"]["environment"]
    assert {"broker", "database", "mail"} <= set(parts["notify"]["networks"])


@pytest.mark.parametrize("name", ASKED)
def test_what_it_needs_is_asked_for(name: str) -> None:
    """Instead of a relay or a bounce domain without a name."""
    done = merged(name, {})
    assert done.returncode != 0
    assert any(setting in done.stdout + done.stderr for setting in ASKED[name])
