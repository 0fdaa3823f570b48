"""What pages need of a practice again and again: itself, its catalogue, its booking form.

Each is asked for once and remembered until an event says that it has changed, for LIFE seconds at most. While the
service that knows it is away, what was known last is answered.
"""

import time
from collections.abc import Callable
from contextlib import nullcontext
from dataclasses import dataclass
from threading import Lock

from gateway.clients import Json, Services
from gateway.context import hurrying
from runtime.errors import Refused, Unavailable

LIFE = {"slug": 60.0, "id": 60.0, "catalogue": 60.0, "form": 10.0}  # seconds; no event tells of a form's change
PAUSE = 5.0  # seconds until a service that was away is asked again for what is known
MOST = 40_000
Name = tuple[str, str]  # a kind of LIFE, and which


@dataclass(slots=True)
class _Kept:
    practice: str
    value: Json
    until: float


class Practices:
    """Reads in the name of the current request. Safe under threads."""

    def __init__(self, services: Services, now: Callable[[], float] = time.monotonic):
        self._services = services
        self._now = now
        self._known: dict[Name, _Kept] = {}
        self._generation = 0
        self._lock = Lock()

    def by_slug(self, slug: str) -> Json:
        """The whole practice (not for the public as it is). Raises Refused `not_found`, Unavailable."""
        return self._read(("slug", slug), lambda: self._services.practice.by_slug(slug))

    def by_id(self, id: str) -> Json:
        """The same by id."""
        return self._read(("id", id), lambda: self._services.practice.by_id(id))

    def catalogue(self, id: str) -> Json:
        """Released services and active calendars. Raises Unavailable."""
        return self._read(("catalogue", id), lambda: self._services.availability.catalogue(id))

    def form(self, id: str) -> Json:
        """The booking form's own fields. Raises Unavailable."""
        return self._read(("form", id), lambda: self._services.booking.form(id))

    def _read(self, name: Name, ask: Callable[[], Json]) -> Json:
        kept = self._known.get(name)
        if kept and self._now() < kept.until:
            return kept.value
        generation = self._generation
        try:
            with hurrying() if kept else nullcontext():
                fresh = ask()
        except Refused:
            self._drop(name)
            raise
        except Unavailable:
            if kept is None:
                raise
            kept.until = self._now() + PAUSE
            return kept.value
        self._store(name, fresh, generation)
        return fresh

    def _store(self, name: Name, value: Json, generation: int) -> None:
        kind, which = name
        names = [("slug", value["slug"]), ("id", value["id"])] if kind in ("slug", "id") else [name]
        practice = value["id"] if kind in ("slug", "id") else which
        with self._lock:
            # What changed while it was asked for is good for an outage only.
            until = self._now() + LIFE[kind] if generation == self._generation else 0.0
            for each in names:
                self._known.pop(each, None)
                self._known[each] = _Kept(practice, value, until)
            while len(self._known) > MOST:
                del self._known[next(iter(self._known))]

    def _drop(self, name: Name) -> None:
        with self._lock:
            self._known.pop(name, None)

    def forget(self, practice: str, *kinds: str) -> None:
        """These kinds of answers about the practice may have changed: ask again."""
        self._outdate(lambda name, kept: kept.practice == practice and name[0] in kinds)

    def forget_all(self) -> None:
        """Something may have been missed: ask again for every practice."""
        self._outdate(lambda name, kept: True)

    def _outdate(self, which: Callable[[Name, _Kept], bool]) -> None:
        with self._lock:
            self._generation += 1
            for name, kept in self._known.items():
                if which(name, kept):
                    kept.until = 0.0
