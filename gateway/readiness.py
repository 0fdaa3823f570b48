"""Which of the parts that this process needs answer right now, and whether it is fit to be sent people.

It is from its first answer on, whatever goes away later: all replicas share the same parts, so a replica that is taken
out when one is away takes all of them out, and nobody is left to show what is remembered, or a friendly page.
"""

from concurrent.futures import ThreadPoolExecutor
from threading import Lock
from typing import Any

from gateway.clients import NAMES
from runtime.errors import Refused, Unavailable
from runtime.service import Rpc

PATIENCE = 1.0  # seconds; all are asked at the same time


class Readiness:
    """Looks when it is asked, one at a time: whoever asks meanwhile gets what was seen last, and holds no thread. Its
    questions go past the circuits: they are few, and come at any time."""

    def __init__(self, rpc: Rpc):
        self._rpc = rpc
        self._met = False
        self._looking = Lock()
        self._seen: tuple[bool, dict[str, Any]] | None = None

    def look(self) -> tuple[bool, dict[str, Any]]:
        """Fit or not; `{"status", "parts": {name: "ok" or "away"}}` with status ok, degraded or starting."""
        if self._looking.acquire(blocking=False):
            try:
                self._seen = self._look()
            finally:
                self._looking.release()
        return self._seen or _state(False, {})

    def _look(self) -> tuple[bool, dict[str, Any]]:
        broker = bool(getattr(self._rpc, "ready", True))  # within one process there is none
        with ThreadPoolExecutor(len(NAMES)) as pool:
            answers = dict(zip(NAMES, pool.map(self._answers, NAMES), strict=True)) if broker else {}
        self._met = self._met or any(answers.values())
        return _state(self._met, {"broker": broker} | answers)

    def _answers(self, service: str) -> bool:
        """Any answer will do, also the refusal of a method that it does not know."""
        try:
            self._rpc.call(service, "ping", {}, {}, PATIENCE)
        except Refused:
            return True
        except Unavailable:
            return False
        return True


def _state(met: bool, answers: dict[str, bool]) -> tuple[bool, dict[str, Any]]:
    there = {name: answers.get(name, False) for name in ("broker", *NAMES)}
    status = "ok" if all(there.values()) else "degraded" if met else "starting"
    return met, {"status": status, "parts": {name: "ok" if up else "away" for name, up in there.items()}}
