"""From a service's `delivery` rows into its handlers."""

import json
import logging
import traceback
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from functools import partial
from typing import Any

from sqlalchemy import delete, func, select, update

from runtime import starts, tables
from runtime.db import Session
from runtime.edge import Endpoint, Subscription
from runtime.errors import Permanent
from runtime.messages import Undecodable, parse_event

log = logging.getLogger(__name__)
BATCH = 50
LADDER = tuple(timedelta(seconds=s) for s in (1, 5, 30, 120, 600))


class UnknownConsumer(Exception):
    """The row names a handler that this version of the service does not have."""


HOPELESS = {Permanent: "permanent", Undecodable: "undecodable", UnknownConsumer: "no handler"}


class Dispatcher:
    """Runs due deliveries in the order they came, each in a transaction of its own with its inbox row and the
    delivery's deletion. A failure waits by the LADDER and lets the others pass; after the last rung, or at once if it
    is hopeless, the row is parked: it stays, with the error, and is not tried again.

    What an earlier process left behind is a suspect of having ended it: suspects run one at a time (`alone` is the
    whole process's lock) and their starts are counted, so that the killer is parked and its neighbours are not.
    """

    def __init__(
        self,
        endpoint: Endpoint,
        subscriptions: Sequence[Subscription],
        stopping: Callable[[], bool],
        alone: AbstractContextManager[Any],
    ):
        self._endpoint = endpoint
        self._db = endpoint.app.db
        self._clock = endpoint.app.clock
        self._by_consumer: dict[str, dict[tuple[str, str], Subscription]] = {s.consumer: {} for s in subscriptions}
        for s in subscriptions:
            self._by_consumer[s.consumer][s.source, s.type] = s
        self._stopping = stopping
        self._alone = alone
        self._left_behind: frozenset[tuple[str, str]] | None = None  # consumer and event id of what was there first

    def batch(self) -> int:
        """Run up to BATCH due deliveries; answers how many there were."""
        if self._left_behind is None:
            self._left_behind = self._db.read(waiting)
        rows = self._db.read(due, self._clock())
        for row in rows:
            if self._stopping():
                break
            if (row.consumer, row.event_id) in self._left_behind:
                self._run_suspect(row)
            else:
                self._run(row)
        return len(rows)

    def idle_for(self, most: float) -> float:
        """Seconds until the next retry is due, at most `most`."""
        earliest = self._db.read(next_due)
        return most if earliest is None else max(0.0, min(most, (earliest - self._clock()).total_seconds()))

    def _run_suspect(self, row: Any) -> None:
        with self._alone:
            if self._db.write(starts.begin, row.consumer, row.event_id) > starts.MAX_STARTS:
                self._put_back(row, starts.killer())
            else:
                self._run(row)

    def _run(self, row: Any) -> None:
        try:
            read = self._by_consumer.get(row.consumer)
            if read is None:
                raise UnknownConsumer(row.consumer)
            event = parse_event(row.body)
            if (event.source, event.type) not in read:
                raise Undecodable(f"{event.type} of {event.source} does not belong here")
            self._endpoint.handle(read[event.source, event.type], event, partial(strike_off, row))
        except Exception as error:
            self._put_back(row, error)

    def _put_back(self, row: Any, error: Exception) -> None:
        self._db.write(put_back, row, error, self._clock())
        facts = {"consumer": row.consumer, "event_id": row.event_id, "attempt": row.attempt + 1}
        log.warning("delivery_failed", extra={"facts": facts}, exc_info=error)


def due(session: Session, now: datetime) -> Sequence[Any]:
    delivery = tables.delivery
    ready = select(delivery).where(delivery.c.parked.is_(None), delivery.c.not_before <= now)
    return session.execute(ready.order_by(delivery.c.seq).limit(BATCH)).all()


def next_due(session: Session) -> datetime | None:
    delivery = tables.delivery
    earliest: datetime | None = session.scalar(
        select(func.min(delivery.c.not_before)).where(delivery.c.parked.is_(None))
    )
    return earliest


def waiting(session: Session) -> frozenset[tuple[str, str]]:
    delivery = tables.delivery.c
    rows = session.execute(select(delivery.consumer, delivery.event_id).where(delivery.parked.is_(None)))
    return frozenset((row.consumer, row.event_id) for row in rows)


def strike_off(row: Any, session: Session) -> None:
    """The delivery is done."""
    session.execute(delete(tables.delivery).where(tables.delivery.c.seq == row.seq))
    starts.forget(session, row.consumer, row.event_id)


def put_back(session: Session, row: Any, error: Exception, now: datetime) -> None:
    """Wait on the next rung, or park."""
    reason = reason_to_park(row.attempt, error)
    values: dict[str, Any] = {"attempt": row.attempt + 1, "error": note(row, error, reason, now)}
    if reason:
        values["parked"] = now
    else:
        values["not_before"] = now + LADDER[row.attempt]
    session.execute(update(tables.delivery).where(tables.delivery.c.seq == row.seq).values(values))
    starts.forget(session, row.consumer, row.event_id)


def reason_to_park(earlier: int, error: Exception) -> str:
    """Why no further try can help, after this many earlier ones; empty while one may."""
    if earlier >= len(LADDER):
        return "retries exhausted"
    return next((reason for kind, reason in HOPELESS.items() if isinstance(error, kind)), "")


def note(row: Any, error: Exception, reason: str, now: datetime) -> str:
    """JSON: the headers that the message would carry on the broker (`runtime.deliveries`)."""
    told = {
        "x-attempt": row.attempt + 1,
        "x-reason": reason,
        "x-error": f"{type(error).__name__}: {error}"[:500],
        "x-first-failed": noted(row).get("x-first-failed") or int(now.timestamp()),
        "x-traceback": "".join(traceback.format_exception(error))[-4000:],
    }
    return json.dumps(told)


def noted(row: Any) -> dict[str, Any]:
    """What `note` wrote last; an earlier version wrote the error's text alone."""
    try:
        return dict(json.loads(row.error or "{}"))
    except ValueError:
        return {"x-error": row.error}
