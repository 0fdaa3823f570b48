"""From a service's `delivery` rows into its handlers."""

import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from runtime import tables
from runtime.edge import Endpoint, Subscription
from runtime.errors import Permanent
from runtime.messages import Undecodable, parse_event

log = logging.getLogger(__name__)
BATCH = 50
LADDER = tuple(timedelta(seconds=s) for s in (1, 5, 30, 120, 600))


class UnknownConsumer(Exception):
    """The row names a handler that this version of the service does not have."""


HOPELESS = (Permanent, Undecodable, UnknownConsumer)


class Dispatcher:
    """Runs due deliveries in the order they came, each in a transaction of its own with its inbox row and the
    delivery's deletion. A failure waits by the LADDER and lets the others pass; after the last rung, or at once if it
    is hopeless, the row is parked: it stays, with the error, and is not tried again."""

    def __init__(self, endpoint: Endpoint, subscriptions: Sequence[Subscription], stopping: Callable[[], bool]):
        self._endpoint = endpoint
        self._db = endpoint.app.db
        self._clock = endpoint.app.clock
        self._by_consumer: Mapping[str, Subscription] = {s.consumer: s for s in subscriptions}
        self._stopping = stopping

    def batch(self) -> int:
        """Run up to BATCH due deliveries; answers how many there were."""
        rows = self._db.read(due, self._clock())
        for row in rows:
            if self._stopping():
                break
            self._run(row)
        return len(rows)

    def idle_for(self, most: float) -> float:
        """Seconds until the next retry is due, at most `most`."""
        earliest = self._db.read(next_due)
        return most if earliest is None else max(0.0, min(most, (earliest - self._clock()).total_seconds()))

    def _run(self, row: Any) -> None:
        try:
            subscription = self._by_consumer.get(row.consumer)
            if subscription is None:
                raise UnknownConsumer(row.consumer)
            self._endpoint.handle(subscription, parse_event(row.body), partial(strike_off, row.seq))
        except Exception as error:
            self._db.write(put_back, row, error, self._clock())
            facts = {"consumer": row.consumer, "event_id": row.event_id, "attempt": row.attempt + 1}
            log.warning("delivery_failed", extra={"facts": facts}, exc_info=error)


def due(session: Session, now: datetime) -> Sequence[Any]:
    delivery = tables.delivery
    waiting = select(delivery).where(delivery.c.parked.is_(None), delivery.c.not_before <= now)
    return session.execute(waiting.order_by(delivery.c.seq).limit(BATCH)).all()


def next_due(session: Session) -> datetime | None:
    delivery = tables.delivery
    earliest: datetime | None = session.scalar(
        select(func.min(delivery.c.not_before)).where(delivery.c.parked.is_(None))
    )
    return earliest


def strike_off(seq: int, session: Session) -> None:
    """The delivery is done."""
    session.execute(delete(tables.delivery).where(tables.delivery.c.seq == seq))


def put_back(session: Session, row: Any, error: Exception, now: datetime) -> None:
    """Wait on the next rung, or park."""
    values: dict[str, Any] = {"attempt": row.attempt + 1, "error": f"{type(error).__name__}: {error}"[:2000]}
    if isinstance(error, HOPELESS) or row.attempt >= len(LADDER):
        values["parked"] = now
    else:
        values["not_before"] = now + LADDER[row.attempt]
    session.execute(update(tables.delivery).where(tables.delivery.c.seq == row.seq).values(values))
