"""Questions to the gateway as a careful program asks them, and an account of the answers."""

import http.client
import json
import threading
import time
from collections import Counter
from dataclasses import dataclass, field
from typing import Any

REQUEST_TIMEOUT = 10.0  # seconds; the gateway's setting, by which each request must be answered
MARGIN = 20.0  # seconds that a busy machine of two cores may be late while it starts a dozen processes
HANGS_UP = 45.0
STALE = "200, marked as stale"


@dataclass(frozen=True)
class Answer:
    """What came back; status 0 when nothing did. Names of headers are in lower case."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: Any = None

    @property
    def kind(self) -> str:
        """The class that it is counted in."""
        if self.status == 503:
            return f"503 {'with' if self.headers.get('retry-after') else 'without'} Retry-After"
        if self.status == 200 and self.headers.get("warning"):
            return STALE
        return str(self.status) if self.status else "no answer"

    @property
    def pause(self) -> float:
        """Seconds after which one may ask again."""
        return float(self.headers.get("retry-after") or 1) if self.status else 0.3


@dataclass
class Account:
    """All answers by kind, and those that must not be."""

    kinds: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    late: list[str] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)


class Gateway:
    """Asks, and keeps account. `allowed`: the kinds of answers that the product may give."""

    def __init__(self, port: int, *allowed: str):
        self._port, self._allowed = port, {*allowed, "503 with Retry-After", "no answer"}
        self._lock = threading.Lock()
        self.account = Account()

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Answer:
        begun = time.monotonic()
        answer = self._ask(method, path, body, headers)
        self._note(answer, time.monotonic() - begun)
        return answer

    def _ask(self, method: str, path: str, body: Any, headers: dict[str, str]) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self._port, timeout=HANGS_UP)
        try:
            content = None if body is None else json.dumps(body)
            connection.request(method, path, content, {"Content-Type": "application/json", **headers})
            response = connection.getresponse()
            told = {name.lower(): value for name, value in response.getheaders()}
            return Answer(response.status, told, json.loads(response.read()))
        except (OSError, http.client.HTTPException, ValueError):
            return Answer()  # the other end died
        finally:
            connection.close()

    def _note(self, answer: Answer, seconds: float) -> None:
        with self._lock:
            self.account.kinds[answer.kind] += 1
            self.account.longest = max(self.account.longest, seconds)
            if seconds > REQUEST_TIMEOUT + MARGIN:
                self.account.late.append(f"{answer.kind} after {seconds:.1f} s")
            if answer.kind not in self._allowed:
                self.account.unexpected.append(f"{answer.kind}: {str(answer.body)[:300]}")
