"""Faults at scale, on loopback and on nodes of its own: everything dies while people book; then all is counted.

    python -m tests.faults [--short] [--folder var/faults]      SEED=… repeats the order of an earlier run

Prints a table and writes <folder>/report.json; the logs are in <folder>/logs. Ends with 1 when a law was broken, or
when the negative control has lost nothing (then the faults were none).
"""

import argparse
import fcntl
import json
import os
import random
import shutil
import signal
import sys
from pathlib import Path

from tests.faults.control import control
from tests.faults.plan import FULL, SHORT
from tests.faults.report import table
from tests.faults.run import Outcome, Run


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--short", action="store_true", help="200 bookings, 2,000 events, one of each fault")
    parser.add_argument("--folder", default="var/faults", type=Path)
    arguments = parser.parse_args()
    folder: Path = arguments.folder.resolve()
    folder.mkdir(parents=True, exist_ok=True)
    seed = int(os.environ.get("SEED") or random.randrange(1_000_000))
    for number in (signal.SIGINT, signal.SIGTERM):  # also where a shell has let the first be ignored
        signal.signal(number, lambda received, _frame: sys.exit(128 + received))
    with (folder / "lock").open("w") as lock:
        _hold(lock.fileno())
        shutil.rmtree(folder / "logs", ignore_errors=True)
        outcome = _run(seed, arguments.short, folder)
    (folder / "report.json").write_text(json.dumps(outcome.as_json(), indent=2))
    sys.stdout.write(table(outcome))
    sys.exit(not outcome.kept)


def _hold(descriptor: int) -> None:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        sys.exit("another run works in this folder")


def _run(seed: int, short: bool, folder: Path) -> Outcome:
    sys.stdout.write(f"SEED={seed}\n")
    with Run(seed, SHORT if short else FULL, folder) as run:
        run.rush()
        run.judge()
        control(run)
        run.end()
        return run.outcome


if __name__ == "__main__":
    main()
