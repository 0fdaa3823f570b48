"""The slots of a week grid, for API and pages alike: from the cache, else from availability, asked once at a time.

Threads that miss the same answer at the same moment wait for the one that asks, but only if nothing about the practice
was told since that one began: a later request never gets an answer from before a change that it may know of.
"""

from contextlib import nullcontext
from dataclasses import dataclass, field
from threading import Event, Lock

from gateway.clients import Availability
from gateway.context import hurrying, time_left
from gateway.metrics import SLOTS
from gateway.slots import Entry, Key, SlotCache
from runtime.errors import Refused, Unavailable

Flight = tuple[Key, tuple[int, int]]  # what is asked, and the cache's generation when it was


@dataclass(frozen=True)
class Reading:
    """An answer; `stale` when availability is away and this is the last that was known."""

    entry: Entry
    stale: bool = False


@dataclass
class _Question:
    """One question on its way: answered, or failed, once `done` is set."""

    done: Event = field(default_factory=Event)
    entry: Entry | None = None
    error: Exception | None = None

    def result(self) -> Entry:
        """What the one who asked got, for one who waited."""
        if not self.done.wait(max(0.0, time_left())):
            raise Unavailable("the same question, asked by another request, was not answered in time")
        if self.entry is not None:
            return self.entry
        if isinstance(self.error, Refused):
            raise Refused(self.error.code, self.error.facts)
        raise Unavailable("the same question, asked by another request, failed") from self.error


class SlotReader:
    """Reads slots in the name of the current request. Safe under threads."""

    def __init__(self, cache: SlotCache, availability: Availability):
        self._cache = cache
        self._availability = availability
        self._flying: dict[Flight, _Question] = {}
        self._lock = Lock()

    def read(self, key: Key) -> Reading:
        """The answer for this key. Raises Refused `not_found`; Unavailable when none is known either."""
        if entry := self._cache.by_key(key):
            SLOTS("hit").inc()
            return Reading(entry)
        kept = self._cache.stale(key)
        try:
            with hurrying() if kept else nullcontext():
                entry = self._together(key)
            SLOTS("miss").inc()
            return Reading(entry)
        except Unavailable:
            if kept is None:
                raise
            SLOTS("stale").inc()
            return Reading(kept, stale=True)

    def _together(self, key: Key) -> Entry:
        flight = key, self._cache.generation(key.practice)
        with self._lock:
            known = self._flying.get(flight)
            question = known or self._flying.setdefault(flight, _Question())
        return question.result() if known else self._lead(flight, question)

    def _lead(self, flight: Flight, question: _Question) -> Entry:
        key, read_at = flight
        try:
            question.entry = self._cache.by_key(key) or self._ask(key, read_at)
            return question.entry
        except Exception as error:
            question.error = error
            raise
        finally:
            with self._lock:
                del self._flying[flight]
            question.done.set()

    def _ask(self, key: Key, read_at: tuple[int, int]) -> Entry:
        """Ask availability, and keep the answer if nothing that it depends on has changed since `read_at`."""
        question = {"service": key.service, "from": key.since.date().isoformat(), "days": key.days, "tz": key.zone}
        if key.calendar:
            question["calendar"] = key.calendar
        if key.minutes:
            question |= {"mode": "move", "duration_minutes": key.minutes}
        return self._cache.store(key, self._availability.slots(key.practice, question).encode(), read_at)
