"""`./terminfluss` where the packages are not: whoever runs containers is told what to type."""

import os
import shutil
import subprocess
from pathlib import Path

from deploy.locks import ROOT


def test_without_packages_it_says_what_to_do_instead(tmp_path: Path) -> None:
    """One line, not a traceback."""
    program, python = tmp_path / "terminfluss", tmp_path / "bin" / "python3"
    shutil.copy(ROOT / "terminfluss", program)
    python.parent.mkdir()
    python.write_text("#!/bin/sh\necho 'Traceback' >&2\nexit 1\n")
    python.chmod(0o755)
    path = f"{python.parent}:{os.environ['PATH']}"
    done = subprocess.run([program, "ops", "outbox"], env={"PATH": path}, capture_output=True, text=True, timeout=60)
    assert done.returncode == 2
    assert done.stderr.count("\n") == 1
    assert "make setup" in done.stderr
    assert "docker compose run --rm terminfluss" in done.stderr
