"""Sessions that ended before their access tokens did."""

from datetime import datetime
from threading import Lock

from runtime.identity import USER_TOKEN_LIFE


class Revoked:
    """Session ids by `session.revoked`, each for as long as an access token signed before can live."""

    def __init__(self) -> None:
        self._until: dict[str, datetime] = {}
        self._lock = Lock()

    def __len__(self) -> int:
        return len(self._until)

    def add(self, session_id: str, at: datetime) -> None:
        """This session ended at that moment. Whatever ended a token's life earlier is forgotten."""
        with self._lock:
            self._until[session_id] = at + USER_TOKEN_LIFE
            for old in [id for id, until in self._until.items() if until <= at]:
                del self._until[old]

    def has(self, session_id: str | None, now: datetime) -> bool:
        """Whether tokens of this session are to be refused now."""
        until = self._until.get(session_id or "")
        return until is not None and now < until
