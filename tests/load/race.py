"""Fifty want the same slot at once, round after round: who wins, and how long the slowest waits for an answer.

    python -m tests.load.race [--rounds 30] [--json FILE]

On both kinds of system: one process on SQLite, and a process per service on PostgreSQL.
"""

import argparse
import json
import secrets
import sys
import time
from collections import Counter
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from tests.end_to_end.practice import Practice, race
from tests.systems import KINDS, Answer, system

CROWD = 50


def measure(kind: str, rounds: int) -> dict[str, Any]:
    """The races of one system: answers by status over all rounds, and times in seconds."""
    with TemporaryDirectory() as home, system(kind, Path(home) / secrets.token_hex(4)) as running:
        practice = Practice(running)
        days = iter(lambda: practice.day("Anna"), None)
        starts = (start for day in days for start in practice.slots("Servicetermin", "Anna", day))
        answers, times = Counter[int](), list[float]()
        for _, start in zip(range(rounds), starts, strict=False):
            taken = [_timed(practice, start) for _ in range(CROWD)]
            for answer, seconds in race(taken):
                answers[answer.status] += 1
                times.append(seconds)
    times.sort()
    middle, last = times[len(times) // 2], times[-1]
    return {
        "rounds": rounds,
        "answers": dict(answers),
        "p50_s": middle,
        "p99_s": times[-len(times) // 100],
        "max_s": last,
    }


def _timed(practice: Practice, start: str) -> Any:
    def attempt() -> tuple[Answer, float]:
        begun = time.perf_counter()
        return practice.book("Servicetermin", "Anna", start), time.perf_counter() - begun

    return attempt


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=10)
    parser.add_argument("--json", default="var/bench/race.json")
    arguments = parser.parse_args()
    report = {kind: measure(kind, arguments.rounds) for kind in KINDS}
    file = Path(arguments.json)
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps(report, indent=2))
    for kind, found in report.items():
        sys.stdout.write(f"{kind:12} {found}\n")


if __name__ == "__main__":
    main()
