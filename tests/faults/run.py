"""One run from the empty nodes to the verdict: the system is furnished, broken step by step, and left to heal."""

import random
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from runtime.clock import utc_now
from tests.faults import verdict
from tests.faults.customers import Customers, Visitor, wishes
from tests.faults.facts import Facts, Inspector
from tests.faults.mail import MailServer
from tests.faults.nodes import OUTAGE, Nodes
from tests.faults.parts import Keeper, Parts
from tests.faults.plan import Fault, Size, Step, plan
from tests.faults.teller import Poisoner, Teller
from tests.faults.web import REQUEST_TIMEOUT, STALE, Gateway
from tests.load.house import House

BASE = "/api/v1/practices/bench"
DAYS_AHEAD = 30
SETTLE = 4.0  # seconds of watching, after all is quiet, whether anything happens twice


@dataclass
class Happened:
    """A fault as it was: seconds since the begin of the run, how long it took, and how long after its end the next
    booking was confirmed."""

    fault: str
    at: float
    lasted: float
    booked_after: float | None = None


@dataclass
class Outcome:
    """What a run has to tell."""

    seed: int
    seconds: float = 0.0
    lines: list[verdict.Line] = field(default_factory=list)
    control: list[verdict.Line] = field(default_factory=list)
    faults: list[Happened] = field(default_factory=list)
    details: dict[str, Any] = field(default_factory=dict)

    @property
    def kept(self) -> bool:
        """Every law was kept, and the control has shown that the faults were real."""
        return all(line.kept for line in self.lines) and verdict.shows_loss(self.control)

    def as_json(self) -> dict[str, Any]:
        return {**asdict(self), "kept": self.kept}


class Run:
    """Owns all parts; use as a context manager: afterwards nothing of it runs any more."""

    def __init__(self, seed: int, size: Size, folder: Path):
        self.size, self.folder = size, folder
        self.chance = random.Random(seed)
        self.began = time.monotonic()
        self.outcome = Outcome(seed)
        self._stack = ExitStack()

    def __enter__(self) -> "Run":
        with self._stack as stack:
            self._build(stack)
            self._stack = stack.pop_all()
        return self

    def __exit__(self, *error: Any) -> None:
        self._stack.__exit__(*error)

    def _build(self, stack: ExitStack) -> None:
        self.say("a PostgreSQL server and a RabbitMQ node")
        self.nodes = stack.enter_context(Nodes(self.folder / "nodes"))
        self.mail = stack.enter_context(MailServer())
        self.parts = Parts(self.nodes, self.folder / "logs", **self._settings())
        self.parts.left_behind(0)  # by a run that was killed itself
        stack.callback(self.parts.left_behind)
        stack.callback(self.parts.stop)
        self.say("databases, topology, processes")
        self.parts.prepare()
        self.parts.start()
        self.say("a practice with room for all")
        house = House(self.parts)
        house.furnish()
        self.keeper = Keeper(self.parts, self.chance)
        self.inspector = Inspector(self.parts)
        self.teller = Teller(self.parts.database_url("tally"))
        self.poisoner = Poisoner(self.teller, self.parts.amqp_uri)
        self._invite(house)
        for part in (self.keeper, self.teller, self.customers, self.visitor):
            stack.callback(part.stop)

    def _settings(self) -> dict[str, str]:
        timeout = str(self.size.smtp_timeout)
        mails = {"SMTP_URL": self.mail.url, "SMTP_TIMEOUT": timeout, "RETRY_BASE": "1"}
        return {**mails, "REQUEST_TIMEOUT": str(REQUEST_TIMEOUT)}

    def _invite(self, house: House) -> None:
        size, day = self.size, (utc_now() + timedelta(days=DAYS_AHEAD)).date()
        wanted = wishes(house.bookings(house.wide, day), size.bookings, size.rivals, size.unknown, self.chance)
        self.booking, self.looking = Gateway(self.parts.port, "201", "409"), Gateway(self.parts.port, "200", STALE)
        self.customers = Customers(self.booking, f"{BASE}/appointments", wanted)
        week = f"{BASE}/slots?service={house.small}&from={day}&days=7&tz=Europe/Berlin"
        self.visitor = Visitor(self.looking, week)

    def rush(self) -> None:
        """People book and numbers are told while one fault follows the other; then all may heal."""
        for part in (self.keeper, self.customers, self.visitor, self.teller):
            part.start()
        steps = plan(self.outcome.seed, self.size)
        for number, step in enumerate(steps, start=1):
            self.say(f"{number:3}/{len(steps)}  {step.fault}")
            self._take(step)
        self.say("no more faults; waiting until all is done")
        self.wait_until_quiet(self.size.patience)
        time.sleep(SETTLE)

    def _take(self, step: Step) -> None:
        self.customers.let_go(step.bookings)
        self.teller.let_go(step.told)
        time.sleep(step.before)
        begun = time.monotonic()
        self.strike(step.fault, step.after)
        self.outcome.faults.append(Happened(str(step.fault), begun - self.began, time.monotonic() - begun))
        time.sleep(step.after)

    def strike(self, fault: Fault, seconds: float = 0) -> None:
        """Let it happen; a mail server's mood lasts that long, at least as long as an outage."""
        if fault.kind == "kill":
            self.keeper.kill(fault.what)
        elif fault.kind == "broker":
            self.nodes.restart_broker(fault.what)
        elif fault.kind == "database":
            self.nodes.restart_database(fault.what)
        elif fault.kind == "mail":
            self.mail.be(fault.what, max(OUTAGE, seconds))
        else:
            self.poisoner.inject(fault.what)

    def wait_until_quiet(self, seconds: float) -> None:
        """Until every customer is served, every event handled, every mail sent and every poison parked; the verdict
        says what is missing if that does not come."""
        deadline = time.monotonic() + seconds
        while (waits := self._waits_for()) and time.monotonic() < deadline:
            time.sleep(1)
        self.say(f"still waiting for {waits}" if waits else "all is quiet")

    def _waits_for(self) -> str:
        if undecided := self.customers.undecided:
            return f"{undecided} customers"
        if not self.teller.finished:
            return "numbers to be told"
        return self.inspector.under_way(self.poisoner.injected.total())

    def judge(self) -> None:
        """The laws, and what else is worth knowing."""
        facts = self._facts()
        self.outcome.lines = verdict.judge(facts)
        self.outcome.details = self._details(facts)
        for happened in self.outcome.faults:
            ended = self.began + happened.at + happened.lasted
            later = [at - ended for at in self.customers.booked_at if at > ended]
            happened.booked_after = min(later, default=None)

    def _facts(self) -> Facts:
        read = self.inspector
        return Facts(
            size=self.size,
            wishes=self.customers.wishes,
            booking=self.booking.account,
            looking=self.looking.account,
            mails=self.mail.account,
            appointments=read.appointments(),
            taken=read.taken(),
            messages=read.messages(),
            handled=read.deliveries(),
            unpublished=read.unpublished(),
            counts=read.counts(),
            parked=read.parked(),
            injected=self.poisoner.injected,
            specials=self.poisoner.numbers,
            sender_deaths=[at for victim, at in self.keeper.deaths if victim == "notify worker"],
        )

    def _details(self, facts: Facts) -> dict[str, Any]:
        return {
            "booking": asdict(facts.booking) | {"kinds": dict(facts.booking.kinds)},
            "looking": asdict(facts.looking) | {"kinds": dict(facts.looking.kinds)},
            "refused_by_mail_server": dict(facts.mails.refused),
            "parked": dict(Counter(f"{message.reason}: {message.queue}" for message in facts.parked)),
        }

    def end(self) -> None:
        """Stop all processes; whoever does not end breaks a law, too."""
        self.keeper.stop()
        self.parts.stop()
        left = self.parts.left_behind()
        ends = {"ended_by_themselves": dict(self.keeper.exits), "not_come_back": self.keeper.missing, "left": left}
        self.outcome.details |= ends
        self.outcome.lines += [
            verdict.Line("processes that had not come back", 0, len(self.keeper.missing)),
            verdict.Line("processes left behind", 0, len(left)),
        ]
        self.outcome.seconds = time.monotonic() - self.began

    def say(self, what: str) -> None:
        sys.stdout.write(f"{time.monotonic() - self.began:6.1f} s  {what}\n")
        sys.stdout.flush()
