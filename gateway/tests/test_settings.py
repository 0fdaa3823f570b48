"""A wrong setting stops the start with one line that names it."""

import os
import subprocess
import sys

import pytest

from gateway.settings import GatewaySettings
from runtime.settings import WrongSetting, read

GOOD = {"SECRET_KEY": "s" * 32, "IDENTITY_KEYS": "{}"}
WRONG_LIMITS = ["read=fast", "read", "read=10/d", "read=0/m", "read=-1/m", "reed=10/m", "=10/m", "read=1/2/m"]


@pytest.mark.parametrize("text", WRONG_LIMITS)
def test_limits_that_mean_nothing_are_refused(text: str) -> None:
    """Also a kind that nobody counts: a misspelt limit would be none."""
    with pytest.raises(WrongSetting, match=r"^RATE_LIMITS is wrong: .*read=3000/m$"):
        read(GatewaySettings, {**GOOD, "RATE_LIMITS": text})


@pytest.mark.parametrize("text", ["", "read=1/s", " read=3000/m , write=600/h,sign_in=60/m,practice=6000/m,hold=60/h,"])
def test_limits_may_be_some_all_or_none(text: str) -> None:
    """What is left out has no limit."""
    assert read(GatewaySettings, {**GOOD, "RATE_LIMITS": text}).rate_limits == text


@pytest.mark.parametrize(("soft", "hard", "becomes"), [(64, 256, 200), (64, 128, 128), (300, 300, 300)])
def test_as_many_files_may_be_opened_as_live_feeds_take(soft: int, hard: int, becomes: int) -> None:
    """As far as the system lets us; never fewer than before."""
    code = "import resource, gateway.__main__ as g; g.allow_files(200); print(resource.getrlimit(7))"
    command = ["sh", "-c", f"ulimit -Sn {soft}; ulimit -Hn {hard}; exec {sys.executable} -c '{code}'"]
    ended = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    assert ended.stdout.strip() == str((becomes, hard))


def test_the_gateway_says_so_in_one_line() -> None:
    """No stack trace for whoever starts it."""
    environ = {**os.environ, **GOOD, "AMQP_URI": "amqp://127.0.0.1:1", "RATE_LIMITS": "read=fast"}
    command = [sys.executable, "-m", "gateway", "run"]
    ended = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=60, check=False)
    assert ended.returncode == 1
    assert ended.stderr.count("\n") == 1
    assert "RATE_LIMITS" in ended.stderr
