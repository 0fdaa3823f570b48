"""Versions of what keeps no count of its changes: made of the content, for `ETag` and `If-Match`."""

import hashlib
import json
from typing import Any

from sqlalchemy import func, select

from runtime.db import Session

MOST = 10**9  # what `If-Match` takes has nine digits


def content_version(content: Any) -> int:
    """A number that tells one content from another; the same content has the same, whenever and wherever."""
    written = json.dumps(content, sort_keys=True, ensure_ascii=True).encode()
    return int.from_bytes(hashlib.sha256(written).digest()[:8]) % (MOST - 1) + 1


def one_at_a_time(session: Session, key: str) -> None:
    """Who asks with the same key waits for the end of this transaction: between comparing a version and writing nobody
    else writes. (SQLite's writes are serial anyway.)"""
    if session.dialect == "postgresql":
        session.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(key, 0))))
