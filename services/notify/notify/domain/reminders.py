"""When customers are reminded (X9). Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from notify.domain.decide import Channel

MOST = 10  # rules of a practice
SOONEST, FURTHEST = 10, 60 * 24 * 60  # minutes
DAY = 24 * 60


@dataclass(frozen=True, order=True)
class Rule:
    """Remind by this channel so many minutes before the start; elapsed time, not wall clock."""

    channel: Channel
    before: int

    @property
    def key(self) -> str:
        """The rule in a word; what was sent by it is known under this."""
        return f"{self.channel}:{self.before}"

    def due(self, start: datetime) -> datetime:
        return start - timedelta(minutes=self.before)


DEFAULT = (Rule(Channel.EMAIL, 7 * DAY), Rule(Channel.SMS, 2 * DAY), Rule(Channel.EMAIL, DAY))


def in_order(rules: Iterable[Rule]) -> tuple[Rule, ...]:
    """Each once, the earliest first."""
    return tuple(sorted(set(rules), key=lambda rule: (-rule.before, rule.channel)))


def ahead(rules: Iterable[Rule], start: datetime, after: datetime) -> list[tuple[Rule, datetime]]:
    """The reminders whose time comes after this instant, each with its time."""
    return [(rule, rule.due(start)) for rule in rules if rule.due(start) > after]


def at_once(rules: Iterable[Rule], start: datetime, at: datetime) -> Rule | None:
    """The reminder that a short-notice booking gets at once: of the SMS whose time had passed at the booking, the one
    that would have been the last.

    Never a mail: the confirmation has just gone that way and says the same.
    """
    missed: Sequence[Rule] = [r for r in rules if r.channel is Channel.SMS and r.due(start) <= at]
    return min(missed, key=lambda rule: rule.before, default=None)
