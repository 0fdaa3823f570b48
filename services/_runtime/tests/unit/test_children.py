"""Child processes and what they report."""

import time
from pathlib import Path

import pytest

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
