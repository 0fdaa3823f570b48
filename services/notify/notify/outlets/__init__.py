"""How a message is written and handed over, one module per channel."""

from datetime import datetime, timedelta
from typing import Protocol

from notify.domain.decide import Channel
from notify.domain.delivery import Outcome
from notify.usecases.delivery import Turn


class Outlet(Protocol):
    """One channel's way out of the house."""

    @property
    def channel(self) -> Channel: ...

    @property
    def lease(self) -> timedelta:
        """After it a turn counts as lost."""

    def send(self, message: Turn, link: str, now: datetime) -> Outcome:
        """Write the message and hand it over; never raises for what the other side does."""
