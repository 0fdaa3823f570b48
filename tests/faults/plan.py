"""What a run does: its size, and the order of its faults. The same seed gives the same plan."""

import random
from dataclasses import dataclass

SERVICES = ("practice", "availability", "booking", "notify", "invitations", "tally")
PARTS = ("worker", "supervisor")  # a service's supervisor holds its relay; gunicorn's own is the gateway's supervisor
VICTIMS = tuple(f"{name} {part}" for name in (*SERVICES, "gateway") for part in PARTS)
SLOW_TO_HEAL = ("notify worker", "killing")  # a lost turn's lease, a message that ends its process five times


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong. `kind` is kill, broker, database, mail or poison; `what` says how or whom."""

    kind: str
    what: str

    def __str__(self) -> str:
        return f"{self.kind} {self.what}"


@dataclass(frozen=True)
class Step:
    """A fault, the work that is let go right before it, and the seconds before and after it. A mail server's mood
    lasts for the seconds after."""

    fault: Fault
    bookings: int
    told: int
    before: float
    after: float


@dataclass(frozen=True)
class Size:
    """How much happens in a run. `events` of the counting service: half are told, half are its answers.

    `rivals`: how many of the slots two customers want. `unknown`: how many customers' addresses the mail server
    refuses for good. `passes`: how often each fault comes. `more_kills`: further kills in each pass. `pause`: mean
    seconds after a fault. `smtp_timeout`: ten times that, and a minute, is when a lost turn is begun again.
    `patience`: seconds until all must be quiet. `control`: events that the stock handlers get, too.
    """

    bookings: int
    events: int
    rivals: int
    unknown: int
    passes: int
    more_kills: int
    pause: float
    smtp_timeout: float
    patience: float
    control: int

    @property
    def told(self) -> int:
        return self.events // 2


FULL = Size(2_000, 20_000, 100, 40, passes=2, more_kills=7, pause=4, smtp_timeout=2, patience=240, control=2_000)
SHORT = Size(200, 2_000, 10, 5, passes=1, more_kills=0, pause=1.2, smtp_timeout=1, patience=240, control=500)


def plan(seed: int, size: Size) -> list[Step]:
    """The steps of a run. Its last pass begins with what heals slowest, so that the end need not wait for it."""
    chance = random.Random(seed)
    faults = [fault for number in range(size.passes) for fault in _pass(chance, size, number == size.passes - 1)]
    bookings, told = _shares(size.bookings, len(faults)), _shares(size.told, len(faults))
    return [
        Step(fault, slots, numbers, _before(chance, fault), after=size.pause * chance.uniform(0.5, 1.5))
        for fault, slots, numbers in zip(faults, bookings, told, strict=True)
    ]


def _before(chance: random.Random, fault: Fault) -> float:
    """Long enough for the work to have begun; a mail server that is to refuse must do so before the first mail."""
    return 0.0 if fault.kind == "mail" else chance.uniform(0, 1)


def _pass(chance: random.Random, size: Size, last: bool) -> list[Fault]:
    victims = [*VICTIMS, *chance.choices(VICTIMS, k=size.more_kills)]
    faults = [
        *(Fault("kill", victim) for victim in victims),
        *(Fault("broker", how) for how in ("clean", "kill -9")),
        *(Fault("database", how) for how in ("fast", "immediate")),
        *(Fault("mail", mood) for mood in ("busy", "stalled")),
        *(Fault("poison", kind) for kind in ("undecodable", "permanent", "killing")),
    ]
    chance.shuffle(faults)
    if last:
        faults.sort(key=lambda fault: fault.what not in SLOW_TO_HEAL)
    return faults


def _shares(total: int, parts: int) -> list[int]:
    """`total` in `parts` whole numbers, as equal as can be."""
    return [total * (at + 1) // parts - total * at // parts for at in range(parts)]
