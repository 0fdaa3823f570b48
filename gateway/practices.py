"""Slug -> practice, remembered until `practice.changed`, for a minute at most."""

import time
from collections.abc import Callable
from threading import Lock

from gateway.clients import Json, Practice
from runtime.errors import Unavailable

LIFE = 60.0  # seconds; bounds what a lost event can do
MOST = 10_000


class Practices:
    """Practices by slug, asked once. While `practice` is away, what was known last is answered."""

    def __init__(self, client: Practice, now: Callable[[], float] = time.monotonic):
        self._client = client
        self._now = now
        self._known: dict[str, tuple[float, Json]] = {}
        self._generation = 0
        self._lock = Lock()

    def by_slug(self, slug: str) -> Json:
        """The whole practice (not for the public as it is). Raises Refused `not_found`, Unavailable."""
        expires, practice = self._known.get(slug, (0.0, {}))
        if self._now() < expires:
            return practice
        generation = self._generation
        try:
            fresh = self._client.by_slug(slug)
        except Unavailable:
            if practice:
                return practice
            raise
        self._store(slug, fresh, generation)
        return fresh

    def _store(self, slug: str, practice: Json, generation: int) -> None:
        with self._lock:
            if generation != self._generation:
                return  # it changed while we asked
            if len(self._known) >= MOST:
                self._known.clear()
            self._known[slug] = (self._now() + LIFE, practice)

    def forget(self, practice_id: str) -> None:
        """This practice changed: ask again."""
        with self._lock:
            self._generation += 1
            for slug in [s for s, (_, practice) in self._known.items() if practice.get("id") == practice_id]:
                del self._known[slug]

    def forget_all(self) -> None:
        """Something may have been missed: ask again for every practice."""
        with self._lock:
            self._generation += 1
            self._known.clear()
