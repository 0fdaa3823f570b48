"""The cache of rendered slot answers.

Only `slots.changed` invalidates, and only answers that it can touch: same practice, service and calendar, and a time
between the first day asked for and the last instant that the answer speaks of (its last day, or its `next_free`). An
answer is stored only if nothing that touches it was told while it was being asked for. A gap in the events clears all,
a time to live bounds the rest. What became invalid is kept aside for when availability is away.
"""

import time
from collections import OrderedDict, deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from threading import Lock
from weakref import WeakValueDictionary

from runtime.messages import Event

MOST = 5_000  # answers in a process
MOST_BYTES = 48 * 1024 * 1024  # of all answers together: two months of a large practice have half a megabyte
ALIASES = 20_000
REMEMBERED = 256  # changes per practice that a running question is checked against
RECENT = 60.0  # seconds that they are remembered: no question runs longer, and there may be thousands of practices
LONGEST_STALE = 3600.0  # seconds that an answer may be used after its end while availability is away
MARGIN = timedelta(days=1)  # a change at the edge of a day can touch slots beyond it: buffers, other zones
FOREVER = datetime.max.replace(tzinfo=UTC)
EVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Key:
    """What a slot answer depends on. `since` is the first day's midnight, as UTC; zones are covered by MARGIN.

    `minutes` is the length of an appointment that is to be moved, where that is not what everybody books: only pages of
    such an appointment may name it, never a visitor, whose wishes could fill the cache.
    """

    practice: str
    service: str
    calendar: str | None
    since: datetime
    days: int
    zone: str
    minutes: int | None = None


@dataclass(frozen=True)
class Change:
    """What `slots.changed` says; None means all."""

    services: frozenset[str] | None
    calendars: frozenset[str] | None
    since: datetime
    until: datetime

    def touches(self, key: Key, until: datetime) -> bool:
        """Can this change alter the answer for `key` that speaks of times before `until`?"""
        if self.services is not None and key.service not in self.services:
            return False
        if self.calendars is not None and key.calendar is not None and key.calendar not in self.calendars:
            return False
        return self.since < until and key.since - MARGIN < self.until


@dataclass(slots=True, weakref_slot=True)
class Entry:
    """One rendered answer. `alive` is false once something may have changed it."""

    key: Key
    body: bytes
    etag: str
    until: datetime
    expires: float
    alive: bool = True


@dataclass
class _Practice:
    """The cached answers of one practice by calendar (None: any professional), and what it was told last."""

    generation: int = 0
    changes: deque[tuple[int, float, Change]] = field(default_factory=lambda: deque(maxlen=REMEMBERED))
    entries: dict[str | None, dict[Key, Entry]] = field(default_factory=dict)

    def note(self, change: Change, now: float) -> None:
        """Remember the change for a while."""
        self.generation += 1
        self.changes.append((self.generation, now, change))
        while self.changes[0][1] < now - RECENT:
            self.changes.popleft()

    def touched(self, change: Change) -> list[Entry]:
        """The answers that this change can alter."""
        calendars = self.entries if change.calendars is None else (None, *change.calendars)
        near = (entry for calendar in calendars for entry in self.entries.get(calendar, {}).values())
        return [entry for entry in near if change.touches(entry.key, entry.until)]


def change_of(event: Event) -> Change:
    """Read `slots.changed`. A field that cannot be read counts as "all"."""
    return Change(
        services=_ids(event.data.get("services")),
        calendars=_ids(event.data.get("calendars")),
        since=_instant(event.data.get("from"), EVER),
        until=_instant(event.data.get("until"), FOREVER),
    )


def _ids(values: object) -> frozenset[str] | None:
    return frozenset(map(str, values)) if isinstance(values, list) else None


def _instant(text: object, otherwise: datetime) -> datetime:
    try:
        return datetime.fromisoformat(str(text)).astimezone(UTC)
    except (ValueError, OverflowError):
        return otherwise


class SlotCache:
    """Rendered answers by key, and by the raw request that asked for them. Safe under threads."""

    def __init__(self, life: float, now: Callable[[], float] = time.monotonic):
        self._life = life
        self._now = now
        self._entries: OrderedDict[Key, Entry] = OrderedDict()
        self._stale: OrderedDict[Key, Entry] = OrderedDict()
        self._aliases = WeakValueDictionary[tuple[str, bytes], Entry]()
        self._practices: dict[str, _Practice] = {}
        self._lock = Lock()
        self._epoch = 0
        self._bytes = 0

    def by_request(self, slug: str, query: bytes) -> Entry | None:
        """The answer that the same raw request got, if it still holds. Takes no lock: one look-up, two comparisons."""
        entry = self._aliases.get((slug, query))
        if entry is not None and entry.alive and self._now() < entry.expires:
            return entry
        return None

    def by_key(self, key: Key) -> Entry | None:
        """The answer for this key, if it still holds."""
        entry = self._entries.get(key)
        if entry is not None and entry.alive and self._now() < entry.expires:
            return entry
        return None

    def generation(self, practice: str) -> tuple[int, int]:
        """What to read before asking availability, and to hand to `store`."""
        known = self._practices.get(practice)
        return self._epoch, known.generation if known else 0

    def store(self, key: Key, body: bytes, read_at: tuple[int, int]) -> Entry:
        """The entry for this answer; kept, unless something told since `read_at` can have changed it."""
        entry = Entry(key, body, etag_of(body), _until(key, body), self._now() + self._life)
        with self._lock:
            if self._overtaken(entry, read_at):
                entry.alive = False
                return entry
            self._keep(entry)
        return entry

    def _overtaken(self, entry: Entry, read_at: tuple[int, int]) -> bool:
        epoch, generation = read_at
        if epoch != self._epoch:
            return True
        known = self._practices.get(entry.key.practice)
        if known is None or known.generation == generation:
            return False
        if known.changes[0][0] > generation + 1:
            return True  # more changes than remembered
        return any(n > generation and change.touches(entry.key, entry.until) for n, _at, change in known.changes)

    def _keep(self, entry: Entry) -> None:
        """Every entry is among the stale ones, too, for as long as it is kept at all."""
        self._let_go(entry.key)
        self._entries[entry.key] = self._stale[entry.key] = entry
        self._bytes += len(entry.body)
        known = self._practices.setdefault(entry.key.practice, _Practice())
        known.entries.setdefault(entry.key.calendar, {})[entry.key] = entry
        while len(self._stale) > MOST or self._bytes > MOST_BYTES:
            self._let_go(next(iter(self._stale)))

    def _let_go(self, key: Key) -> None:
        if key in self._entries:
            self._drop(key)
        if entry := self._stale.pop(key, None):
            self._bytes -= len(entry.body)

    def _drop(self, key: Key) -> None:
        if entry := self._entries.pop(key, None):
            entry.alive = False
        self._practices[key.practice].entries[key.calendar].pop(key, None)

    def alias(self, slug: str, query: bytes, entry: Entry) -> None:
        """The next identical request finds this entry by `by_request`."""
        if entry.alive:
            if len(self._aliases) >= ALIASES:
                self._aliases.clear()
            self._aliases[slug, query] = entry

    def stale(self, key: Key) -> Entry | None:
        """The last known answer, perhaps outdated: for when availability is away."""
        entry = self._stale.get(key)
        return entry if entry and self._now() < entry.expires + LONGEST_STALE else None

    def changed(self, practice: str, change: Change) -> None:
        """Forget the answers of this practice that the change touches."""
        with self._lock:
            known = self._practices.setdefault(practice, _Practice())
            known.note(change, self._now())
            for entry in known.touched(change):
                self._drop(entry.key)

    def clear(self) -> None:
        """Something may have been missed: forget every answer."""
        with self._lock:
            self._epoch += 1
            for entry in self._entries.values():
                entry.alive = False
            self._entries.clear()
            self._aliases.clear()
            self._practices.clear()


def etag_of(body: bytes) -> str:
    """A strong entity tag of these bytes, with its quotes."""
    return f'"{blake2b(body, digest_size=12).hexdigest()}"'


def _until(key: Key, body: bytes) -> datetime:
    """The end of the time that the answer speaks of: its last day or its `next_free`, whichever is later.

    `next_free` is read off the end of the text, since parsing a month of slots costs more than everything else here.
    No free slot at all means: any change, however late, can make one.
    """
    last_day = key.since + timedelta(days=key.days)
    _, found, tail = body.rpartition(b'"next_free":')
    value = tail.strip().strip(b"}").strip().strip(b'"').decode()
    if not found or value == "null":
        return FOREVER
    return max(last_day, _instant(value, FOREVER - MARGIN)) + MARGIN
