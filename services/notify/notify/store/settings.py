"""What the staff of a practice entered: addresses and words."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from notify.models import Base, ChannelSettings, TemplateOverride
from notify.store.statements import dialect, table

CHANNELS = select(table("channel_settings")).where(table("channel_settings").c.calendar_id == bindparam("calendar"))
TEMPLATES = table("templates")
TEMPLATES_OF = select(TEMPLATES).where(TEMPLATES.c.practice_id.in_(bindparam("ids", expanding=True)))


def _insert(session: Session, model: type[Base]) -> Any:
    kind: Any = sqlite if dialect(session) == "sqlite" else postgresql
    return kind.insert(model)


def channel_settings(session: Session, calendar_id: str) -> dict[str, Any]:
    """The calendar's addresses by column name; empty when none were ever entered."""
    found: Any = session.execute(CHANNELS, {"calendar": calendar_id}).mappings().first()
    return dict(found or {})


def save_channel_settings(session: Session, row: dict[str, Any]) -> None:
    statement = _insert(session, ChannelSettings).values(**row)
    session.execute(statement.on_conflict_do_update(index_elements=["calendar_id"], set_=row))


def overrides(session: Session, practice_id: str, locale: str) -> dict[str, TemplateOverride]:
    """The practice's own words in this language, by template name."""
    query = select(TemplateOverride).where(
        TemplateOverride.practice_id == practice_id, TemplateOverride.locale == locale
    )
    return {row.name: row for row in session.scalars(query)}


def overrides_of(session: Session, practices: Iterable[str]) -> dict[tuple[str, str], dict[str, Any]]:
    """These practices' own words: by practice and language, then by template name."""
    found = defaultdict[tuple[str, str], dict[str, Any]](dict)
    for row in session.execute(TEMPLATES_OF, {"ids": list(practices)}):
        found[row.practice_id, row.locale][row.name] = row
    return found


def save_override(session: Session, practice_id: str, name: str, locale: str, changes: dict[str, str | None]) -> None:
    key = {"practice_id": practice_id, "name": name, "locale": locale}
    statement = _insert(session, TemplateOverride).values(**key, **changes)
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changes or key))
