"""Practices by slug and by id, remembered until `practice.changed`, for a minute at most."""

import time
from collections.abc import Callable
from threading import Lock

from gateway.clients import Json, Practice
from runtime.errors import Unavailable

LIFE = 60.0  # seconds; bounds what a lost event can do
MOST = 10_000
Name = tuple[str, str]  # ("slug" or "id", which)


class Practices:
    """Practices, asked once. While `practice` is away, what was known last is answered."""

    def __init__(self, client: Practice, now: Callable[[], float] = time.monotonic):
        self._client = client
        self._now = now
        self._known: dict[Name, tuple[float, Json]] = {}
        self._generation = 0
        self._lock = Lock()

    def by_slug(self, slug: str) -> Json:
        """The whole practice (not for the public as it is). Raises Refused `not_found`, Unavailable."""
        return self._find(("slug", slug), self._client.by_slug)

    def by_id(self, id: str) -> Json:
        """The same by id."""
        return self._find(("id", id), self._client.by_id)

    def _find(self, name: Name, ask: Callable[[str], Json]) -> Json:
        expires, practice = self._known.get(name, (0.0, {}))
        if self._now() < expires:
            return practice
        generation = self._generation
        try:
            fresh = ask(name[1])
        except Unavailable:
            if practice:
                return practice
            raise
        self._store(fresh, generation)
        return fresh

    def _store(self, practice: Json, generation: int) -> None:
        with self._lock:
            if generation != self._generation:
                return  # it changed while we asked
            if len(self._known) >= 2 * MOST:
                self._known.clear()
            for kind in ("slug", "id"):
                self._known[kind, practice[kind]] = (self._now() + LIFE, practice)

    def forget(self, practice_id: str) -> None:
        """This practice changed: ask again."""
        with self._lock:
            self._generation += 1
            for name in [n for n, (_, practice) in self._known.items() if practice["id"] == practice_id]:
                del self._known[name]

    def forget_all(self) -> None:
        """Something may have been missed: ask again for every practice."""
        with self._lock:
            self._generation += 1
            self._known.clear()
