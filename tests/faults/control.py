"""The negative control: the same events, under the same faults, for our readers and for stock handlers."""

import time

from tests.faults import verdict
from tests.faults.plan import Fault
from tests.faults.run import SETTLE, Run

PATIENCE = 180.0  # seconds; nameko's own reconnection takes up to 30
QUEUE = "evt-tally-number.told--stock.count"
FAULTS = (
    Fault("kill", "stock supervisor"),
    Fault("database", "fast"),
    Fault("kill", "tally worker"),
    Fault("broker", "kill -9"),
    Fault("database", "immediate"),
    Fault("kill", "stock supervisor"),
)


def control(run: Run) -> None:
    """Begins where the run is quiet; adds its lines to the outcome, none if the stock service does not start."""
    run.say("negative control: stock handlers beside ours")
    run.parts.start_one("stock")
    if not _reads(run):  # what is told before its queue is there would not be its loss
        return
    first, share = run.size.told, run.size.control // len(FAULTS)
    for fault in FAULTS:
        run.say(str(fault))
        run.teller.let_go(share)
        time.sleep(run.chance.uniform(0.1, 0.3))
        run.strike(fault)
        _reads(run)
    run.wait_until_quiet(run.size.patience)
    _reads(run)
    time.sleep(SETTLE)
    run.outcome.control = verdict.compare(run.inspector.counts(), range(first, first + share * len(FAULTS)))


def _reads(run: Run) -> bool:
    """Wait until the stock service has read its queue to the end."""
    deadline = time.monotonic() + PATIENCE
    while not (done := run.inspector.drained(QUEUE)) and time.monotonic() < deadline:
        time.sleep(0.2)
    return done
