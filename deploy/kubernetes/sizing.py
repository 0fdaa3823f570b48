"""Fill the tables of docs/sizing.md from the newest measurement, var/bench/speed.json (`make bench` makes it).

python -m deploy.kubernetes.sizing [JSON]
"""

import json
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[2]
PAGE, MEASURED = ROOT / "docs" / "sizing.md", ROOT / "var" / "bench" / "speed.json"
PARTS = ("gateway", "booking", "availability", "notify", "practice", "invitations", "broker", "database")
Report = dict[str, Any]


@dataclass(frozen=True)
class Use:
    """What is assumed of a practice, and how far a core may be used on average in the busiest hour."""

    bookings_a_day: float = 50
    busiest_hour: float = 0.15  # share of the day's bookings
    questions: float = 30  # answers about slots for each booking
    uncached: float = 0.25  # share of them that no cache knows
    busy: float = 0.5


@dataclass(frozen=True)
class Costs:
    """CPU milliseconds: of a booking with all that follows by part, and of an answer about seven days of slots."""

    booking: dict[str, float]
    uncached: dict[str, float]
    cached: float

    def per_booking(self, use: Use) -> dict[str, float]:
        """By part: a booking and the questions before it."""
        seen = use.questions * use.uncached
        both = {part: self.booking.get(part, 0) + seen * self.uncached.get(part, 0) for part in PARTS}
        return both | {"gateway": both["gateway"] + (use.questions - seen) * self.cached}


def costs(report: Report) -> Costs:
    """At the largest size measured. A cached answer is reckoned from the rate beside the empty route's."""
    at = report["sizes"][max(report["sizes"], key=int)]
    cached = at["empty_route"]["cpu_ms"] / report["cached"]["ratio"]
    return Costs(at["bookings"]["cpu_ms_by_part"], at["slots_7_days"]["cpu_ms_by_part"], cached)


def capacity(milliseconds: float, use: Use) -> tuple[float, int]:
    """Bookings a second that one core carries, and how many practices make them in their busiest hour."""
    per_second = use.busy * 1000 / milliseconds
    return per_second, int(per_second * 3600 / (use.bookings_a_day * use.busiest_hour))


def cost_table(report: Report, use: Use) -> Iterator[str]:
    """Measured CPU by part, and what it makes of a booking with its questions."""
    found = costs(report)
    whole = found.per_booking(use)
    yield "| CPU, ms | a booking | slots, uncached | slots, cached | a booking with its questions |"
    yield "|---|---|---|---|---|"
    for part in PARTS:
        cached = f"{found.cached:.1f}" if part == "gateway" else ""
        booking, uncached = found.booking.get(part, 0), found.uncached.get(part, 0)
        yield f"| {part} | {booking:.1f} | {uncached:.1f} | {cached} | {whole[part]:.1f} |"
    sums = (sum(found.booking.values()), sum(found.uncached.values()), found.cached, sum(whole.values()))
    yield "| **all** | " + " | ".join(f"**{one:.1f}**" for one in sums) + " |"


def capacity_table(report: Report, use: Use) -> Iterator[str]:
    """What a core carries, if it did nothing else; and all parts together on one core."""
    whole = costs(report).per_booking(use)
    yield f"| a core of | bookings a second | practices of {use.bookings_a_day:g} bookings a day |"
    yield "|---|---|---|"
    for part in ("gateway", "booking", "availability", "notify", "broker", "database"):
        yield _capacity_row(part, *capacity(whole[part], use))
    yield _capacity_row("**everything together**", *capacity(sum(whole.values()), use))


def _capacity_row(name: str, per_second: float, practices: int) -> str:
    return f"| {name} | {per_second:.1f} | {round(practices, -2):,} |"


def memory_table(report: Report) -> Iterator[str]:
    """A replica at rest."""
    names = [name for name in (*PARTS, "embedded") if name in report["memory_mb"]]
    yield "| " + " | ".join(["MB at rest", *names]) + " |"
    yield "|---" * (len(names) + 1) + "|"
    yield "| " + " | ".join(["one replica", *(f"{report['memory_mb'][name]:.0f}" for name in names)]) + " |"


def filled(page: str, report: Report, use: Use) -> str:
    """The page with each block between `<!-- NAME -->` and `<!-- end -->` made anew."""
    blocks = {
        "cost": cost_table(report, use),
        "capacity": capacity_table(report, use),
        "memory": memory_table(report),
    }
    for name, lines in blocks.items():
        block = f"<!-- {name} -->\n" + "\n".join(lines) + "\n<!-- end -->"
        page, count = re.subn(rf"<!-- {name} -->\n.*?<!-- end -->", block, page, flags=re.DOTALL)
        if count != 1:
            raise ValueError(f"{PAGE.name} has {count} blocks named {name}")
    return page


def main(arguments: list[str]) -> None:
    file = Path(arguments[0]) if arguments else MEASURED
    PAGE.write_text(filled(PAGE.read_text(), json.loads(file.read_text()), Use()))
    print(f"{PAGE.relative_to(ROOT)} has the figures of {file}")


if __name__ == "__main__":
    main(sys.argv[1:])
