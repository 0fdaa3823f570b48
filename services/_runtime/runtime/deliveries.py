"""What becomes of one delivered event: handled, to be tried again later, or parked. Knows the broker, not nameko.

A failure waits on the next step of the ladder; after the last step, or on an error that no repetition can help, the
message goes to the parking queue with the reason in its headers. Both moves are confirmed before the delivery is
acknowledged. A message that the broker had to take back twice is a *suspect* of killing its process: suspects run one
at a time and their starts are counted in the database, so that the killer is parked and its neighbours are not.
"""

import logging
import time
import traceback
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, Protocol

from runtime import starts
from runtime.db import AWAY, is_away
from runtime.discretion import discreet
from runtime.edge import Endpoint, Subscription
from runtime.errors import Permanent
from runtime.messages import CONTENT_TYPE, Event, Undecodable
from runtime.topology import LADDER_MS, PARKING, retry_exchange

log = logging.getLogger(__name__)
WHILE_AWAY = 2  # the ladder's step on which events wait for the database
SUSPECT_AFTER = 2  # deliveries that the broker took back


class HandlerTimeout(Exception):
    """The handler ran over its time limit."""


class Handling(Enum):
    """FINISHED: acknowledge. UNSETTLED: it could not even be handed on; keep it, and handle it anew."""

    FINISHED = 1
    UNSETTLED = 2


@dataclass(frozen=True)
class Delivery:
    """A message as it came: bytes nobody has looked into yet."""

    subscription: Subscription
    body: bytes
    headers: dict[str, Any]
    message_id: str | None
    came: float = field(default_factory=time.monotonic)

    @property
    def attempt(self) -> int:
        return int(self.headers.get("x-attempt", 0))

    @property
    def taken_back(self) -> int:
        return int(self.headers.get("x-delivery-count", 0))


class Publisher(Protocol):
    def publish(self, exchange: str, key: str, body: bytes, **properties: Any) -> None:
        """Return when the broker has confirmed; raise otherwise."""


class Deliveries:
    """Handles the deliveries of one service. `alone` is a lock for suspects, `limit` a context manager that raises
    HandlerTimeout inside a handler that takes too long."""

    def __init__(
        self, endpoint: Endpoint, publisher: Publisher, alone: Any, limit: Any, ladder: tuple[int, ...] = LADDER_MS
    ):
        self._endpoint, self._publisher = endpoint, publisher
        self._alone, self._limit, self._ladder = alone, limit, ladder

    def handle(self, delivery: Delivery) -> Handling:
        """Never raises: whatever happens, the answer says how to settle the delivery."""
        try:
            self._once(delivery)
            return Handling.FINISHED
        except Exception as error:
            return self._hand_on(delivery, error)

    def handle_together(self, deliveries: Sequence[Delivery]) -> list[Handling]:
        """The same for several at once: one transaction if all goes well, else each by itself."""
        if len(deliveries) > 1 and not any(delivery.taken_back >= SUSPECT_AFTER for delivery in deliveries):
            try:
                with self._limit():
                    self._endpoint.handle_together([(d.subscription, d.subscription.read(d.body)) for d in deliveries])
                return [Handling.FINISHED] * len(deliveries)
            except Exception as error:
                facts = {"deliveries": len(deliveries), "reason": discreet(f"{type(error).__name__}: {error}")[:200]}
                log.info("batch_taken_apart", extra={"facts": facts})
        return [self.handle(delivery) for delivery in deliveries]

    def _once(self, delivery: Delivery) -> None:
        event = delivery.subscription.read(delivery.body)
        if delivery.taken_back < SUSPECT_AFTER:
            self._run(delivery, event)
            return
        with self._alone:
            self._count_start(delivery, event)
            try:
                self._run(delivery, event)
            except Exception:  # its process lives
                with suppress(*AWAY):
                    self._forget_starts(delivery, event)
                raise
            self._forget_starts(delivery, event)

    def _run(self, delivery: Delivery, event: Event) -> None:
        with self._limit():
            self._endpoint.handle(delivery.subscription, event)

    def _count_start(self, delivery: Delivery, event: Event) -> None:
        count = self._endpoint.app.db.write(starts.begin, delivery.subscription.consumer, event.id)
        if count > starts.MAX_STARTS:
            self._forget_starts(delivery, event)  # a replay from the parking queue begins anew
            raise starts.killer()

    def _forget_starts(self, delivery: Delivery, event: Event) -> None:
        self._endpoint.app.db.write(starts.forget, delivery.subscription.consumer, event.id)

    def _hand_on(self, delivery: Delivery, error: Exception) -> Handling:
        attempt, pause = self._next_try(delivery, error)
        reason = self._reason_to_park(attempt, error)
        exchange = PARKING if reason else retry_exchange(delivery.subscription.service, pause)
        facts = {"queue": delivery.subscription.queue, "message": delivery.message_id, "attempt": attempt}
        log.log(
            logging.ERROR if reason else logging.WARNING,
            "event_parked" if reason else "event_failed",
            exc_info=error,
            extra={"facts": {**facts, "reason": reason}},
        )
        try:
            self._publisher.publish(
                exchange,
                delivery.subscription.queue,
                delivery.body,
                application_headers=_headers(delivery, attempt, reason, error),
                message_id=delivery.message_id,
                content_type=CONTENT_TYPE,
            )
            return Handling.FINISHED
        except Exception as failure:
            log.warning("event_not_handed_on", exc_info=failure, extra={"facts": facts})
            return Handling.UNSETTLED

    def _next_try(self, delivery: Delivery, error: Exception) -> tuple[int, int]:
        """Its number, and how long to wait for it (ms). While the database is away tries do not count: its return, not
        the number of tries, decides."""
        if is_away(error):
            return delivery.attempt, self._ladder[min(WHILE_AWAY, len(self._ladder) - 1)]
        attempt = delivery.attempt + 1
        return attempt, self._ladder[min(attempt, len(self._ladder)) - 1]

    def _reason_to_park(self, attempt: int, error: Exception) -> str:
        if isinstance(error, Undecodable):
            return "undecodable"
        if isinstance(error, Permanent):
            return "permanent"
        return "retries exhausted" if attempt > len(self._ladder) else ""


def _headers(delivery: Delivery, attempt: int, reason: str, error: Exception) -> dict[str, Any]:
    kept = {k: v for k, v in delivery.headers.items() if not k.startswith(("x-death", "x-first-death", "x-delivery"))}
    subscription = delivery.subscription
    told = {
        **kept,
        "x-attempt": attempt,
        "x-queue": subscription.queue,
        "x-source": subscription.source,
        "x-type": subscription.type,
        "x-error": f"{type(error).__name__}: {error}"[:500],
        "x-first-failed": kept.get("x-first-failed") or int(time.time()),
    }
    if reason:
        told["x-reason"] = reason
        told["x-traceback"] = "".join(traceback.format_exception(error))[-4000:]
    return told
