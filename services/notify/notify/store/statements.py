"""Parts that the statements of several modules share."""

from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import CursorResult

from notify.models import Base
from runtime.db import Session

DIALECTS = (postgresql, sqlite)


def table(name: str) -> Table:
    return Base.metadata.tables[name]


def unless_there(name: str) -> dict[str, Any]:
    """By dialect: an insert that leaves a row alone which is there already."""
    return {d.dialect.name: d.insert(table(name)).inline().on_conflict_do_nothing() for d in DIALECTS}


def dialect(session: Session) -> str:
    return session.dialect


def count(result: Any) -> int:
    """How many rows the statement changed."""
    assert isinstance(result, CursorResult)
    return int(result.rowcount)
