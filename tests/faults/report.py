"""The outcome of a run as a table for people."""

from typing import Any

from tests.faults.run import Happened, Outcome
from tests.faults.verdict import Line

OUTAGES = ("broker", "database")


def table(outcome: Outcome) -> str:
    """Laws, control, answers, and the outages with the time until the next booking."""
    outages = [fault for fault in outcome.faults if fault.fault.startswith(OUTAGES)]
    details = outcome.details
    rows = [
        "",
        f"{'':4}{'law':58}{'wanted':>8}{'found':>8}",
        *map(_law, outcome.lines),
        "",
        "negative control: the same events, under the same faults",
        *map(_law, outcome.control),
        "",
        f"booking: {_answers(details['booking'])}",
        f"looking: {_answers(details['looking'])}",
        f"the mail server refused: {_counted(details['refused_by_mail_server'])}",
        f"ended by themselves: {_counted(details['ended_by_themselves']) or 'none'}",
        *map(_outage, outages),
        f"{len(outcome.faults)} faults in {outcome.seconds:.0f} s; SEED={outcome.seed}: "
        + ("every law was kept" if outcome.kept else "BROKEN"),
        "",
    ]
    return "\n".join(rows)


def _law(line: Line) -> str:
    wanted = "" if line.wanted is None else f"{line.wanted:,}"
    return f"{'' if line.kept else '!!':4}{line.law:58}{wanted:>8}{line.found:>8,}"


def _answers(account: dict[str, Any]) -> str:
    return f"{_counted(account['kinds'])}; the longest took {account['longest']:.1f} s"


def _outage(happened: Happened) -> str:
    after = (
        "no booking after it" if happened.booked_after is None else f"booked again {happened.booked_after:.1f} s later"
    )
    return f"{happened.fault} at {happened.at:.0f} s took {happened.lasted:.1f} s, {after}"


def _counted(counts: dict[str, int]) -> str:
    return ", ".join(f"{number:,} x {name}" for name, number in sorted(counts.items(), key=_falling))


def _falling(item: tuple[str, int]) -> int:
    return -item[1]
