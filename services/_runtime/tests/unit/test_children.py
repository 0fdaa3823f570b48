"""Child processes and what they report."""

import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from runtime import children
from runtime.children import Child

CHATTY = """
from runtime.children import report_ready
for _ in range(70_000):
    report_ready(False)
report_ready(True)
"""
LONG = 60.0


def test_a_child_that_reports_a_lot_to_nobody_goes_on(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A broker that is away for a day makes a report every second; without a port nobody asks for them. A pipe holds
    64 KiB, and whoever writes into a full one waits for ever."""
    (tmp_path / "chatty.py").write_text(CHATTY)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    child, end = Child("chatty", "chatty"), time.monotonic() + LONG
    child.keep_alive()
    process = child.process
    assert process is not None
    while process.poll() is None and time.monotonic() < end:
        child.keep_alive()
        time.sleep(0.05)
    process.kill()
    assert process.wait() == 0


SPINS = """
from runtime.children import report_ready
report_ready(True)
while True:
    pass
"""
COMPUTES = SPINS.replace("pass", "report_ready(sum(range(100_000)) > 0)")
WAITS = SPINS.replace("pass", "__import__('time').sleep(1000)")


class Family:
    """Children that run what the texts say, looked after."""

    def __init__(self, folder: Path, **codes: str):
        for name, code in codes.items():
            (folder / f"{name}.py").write_text(code)
        self.children = {name: Child(name, name, beats=True) for name in codes}

    def until(self, condition: Callable[[], Any]) -> None:
        end = time.monotonic() + LONG
        while not condition():
            assert time.monotonic() < end, "did not happen in time"
            for child in self.children.values():
                child.keep_alive()
            time.sleep(0.01)

    def wait_till_each_was_ready(self) -> None:
        """At some time: who computes does not stay so."""
        seen = set[str]()
        self.until(lambda: seen.update(name for name, child in self.children.items() if child.ready) or len(seen) == 3)

    def end(self) -> None:
        for child in self.children.values():
            child.wait(0)

    @property
    def starts(self) -> dict[str, int]:
        return {name: child.starts for name, child in self.children.items()}


@pytest.fixture(name="family")
def _family(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Family]:
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    family = Family(tmp_path, spins=SPINS, computes=COMPUTES, waits=WAITS)
    yield family
    family.end()


def test_who_computes_and_says_nothing_is_ended_and_nobody_else(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It serves nobody any more, and would never end. One that is silent because the machine is slow, or asleep, or has
    stopped it, uses no processor; one that is busy says something now and then."""
    monkeypatch.setattr(children, "SPINNING", 0.5)
    family.until(lambda: family.starts["spins"] == 3)
    assert family.starts == {"spins": 3, "computes": 1, "waits": 1}


def test_who_computes_and_says_nothing_is_not_ready_long_before(
    family: Family, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(children, "ABSENT", 0.5)
    family.wait_till_each_was_ready()
    family.until(lambda: not family.children["spins"].ready)
    assert family.children["computes"].ready
    assert family.children["waits"].ready
    assert family.starts == {"spins": 1, "computes": 1, "waits": 1}


def test_a_clock_that_jumps_ends_nobody(
    family: Family, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """As where a virtual machine is frozen for an hour: to who ran just then, the hour may be reckoned."""
    family.wait_till_each_was_ready()
    spent = Child._processor_seconds
    monkeypatch.setattr(Child, "_processor_seconds", lambda child: spent(child) + 3600)
    looks = iter(range(20))
    family.until(lambda: next(looks, None) is None)
    assert "child_spins" not in caplog.messages
    assert family.starts == {"spins": 1, "computes": 1, "waits": 1}
