"""Make the house importable from a virtual environment: one .pth file that names its source folders.

Run with the environment's own Python: `.venv/bin/python deploy/paths.py`.
"""

import sysconfig
from pathlib import Path

root = Path(__file__).resolve().parents[1]
folders = [root, *sorted(p for p in (root / "services").iterdir() if p.is_dir())]
Path(sysconfig.get_path("purelib"), "terminfluss.pth").write_text("".join(f"{p}\n" for p in folders))
