"""Token buckets per kind and key, in this process's memory: with N workers, N times the limit at most."""

import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

PERIODS = {"s": 1, "m": 60, "h": 3600}
KINDS = "read|write|webhook|sign_in|register|practice|hold"
LIMIT = re.compile(rf"(?P<kind>{KINDS})=(?P<number>[1-9][0-9]{{0,8}})/(?P<period>[smh])")
MOST_KEYS = 50_000


@dataclass(frozen=True)
class Limit:
    """`number` requests at once, refilled evenly within `period` seconds."""

    number: int
    period: int


def parse(text: str) -> dict[str, Limit]:
    """ "read=3000/m,write=60/s" as limits by kind. Raises ValueError."""
    limits = {}
    for part in filter(None, (p.strip() for p in text.split(","))):
        found = LIMIT.fullmatch(part)
        if found is None:
            raise ValueError(f"{part!r} is no limit such as read=3000/m")
        limits[found["kind"]] = Limit(int(found["number"]), PERIODS[found["period"]])
    return limits


def network(address: str, groups: int = 4) -> str:
    """An IPv6 customer has a whole /64 (`groups` of 16 bits): count it as one. Other keys stay as they are."""
    if address.count(":") < 2 or "." in address:
        return address
    head, gap, _ = address.partition("::")
    known = head.split(":") if head else []
    return ":".join((known + ["0"] * groups if gap else known)[:groups])


class Limiter:
    """Counts requests. One dictionary look-up a request; buckets that are full again are forgotten now and then."""

    def __init__(self, limits: dict[str, Limit], now: Callable[[], float] = time.monotonic):
        self._limits = limits
        self._now = now
        self._buckets: dict[tuple[str, str], tuple[float, float]] = {}
        self._lock = Lock()

    def take(self, kind: str, key: str) -> float:
        """0 if this request is within the limit, else the seconds after which the next one will be."""
        limit = self._limits.get(kind)
        if limit is None:
            return 0
        now = self._now()
        rate = limit.number / limit.period
        with self._lock:
            tokens, at = self._buckets.get((kind, key), (float(limit.number), now))
            tokens = min(limit.number, tokens + (now - at) * rate)
            if tokens < 1:
                return (1 - tokens) / rate
            self._buckets[kind, key] = (tokens - 1, now)
            if len(self._buckets) > MOST_KEYS:
                self._forget(now)
        return 0

    def _forget(self, now: float) -> None:
        """Drop every bucket that has had the time to fill up."""
        full = [name for name, (_, at) in self._buckets.items() if now - at >= self._limits[name[0]].period]
        for name in full:
            del self._buckets[name]
        if not full:
            self._buckets.clear()
