"""What the staff of a practice entered: addresses and words."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import bindparam, select
from sqlalchemy.dialects import postgresql, sqlite

from notify.models import Base, ChannelSettings, TemplateOverride
from notify.store.statements import dialect, table
from runtime.db import Session
from runtime.errors import Permanent

CALENDARS, PRACTICES, TEMPLATES = table("channel_settings"), table("practices"), table("templates")
KNOWN, RULES = table("calendars"), table("reminder_rules")
CHANNELS = select(CALENDARS).where(CALENDARS.c.calendar_id == bindparam("calendar"))


def _one(column: Any, whose: Any) -> Any:
    return select(column).where(whose).scalar_subquery()


OF_CALENDAR, OF_PRACTICE = CALENDARS.c.calendar_id == bindparam("calendar"), PRACTICES.c.id == bindparam("practice")
ADDRESSES = select(
    _one(KNOWN.c.practice_id, KNOWN.c.id == bindparam("calendar")),
    _one(CALENDARS.c.email, OF_CALENDAR),
    _one(PRACTICES.c.data["copy_to"].as_string(), OF_PRACTICE),
    _one(CALENDARS.c.copy_to, OF_CALENDAR),
    _one(CALENDARS.c.phone, OF_CALENDAR),
    _one(PRACTICES.c.data["plan"].as_string(), OF_PRACTICE),
    _one(PRACTICES.c.data["country"].as_string(), OF_PRACTICE),
    _one(RULES.c.rules, RULES.c.practice_id == bindparam("practice")),
    _one(RULES.c.version, RULES.c.practice_id == bindparam("practice")),
)
LETTERHEADS = (
    select(PRACTICES.c.id, PRACTICES.c.data, *(column for column in TEMPLATES.c if column.name != "practice_id"))
    .outerjoin(TEMPLATES, TEMPLATES.c.practice_id == PRACTICES.c.id)
    .where(PRACTICES.c.id.in_(bindparam("ids", expanding=True)))
)


@dataclass(frozen=True)
class Contacts:
    """Where the practice wants to hear of a calendar's appointments, its plan, its country for numbers, and when its
    customers are reminded (None: it has entered no rules)."""

    practitioner: str
    copies: tuple[str, ...]
    phone: str
    plan: str
    country: str
    rules: list[dict[str, Any]] | None = None
    rules_version: int = 0


@dataclass(frozen=True)
class Letterhead:
    """What a practice's mails say about it, and its own words by language and template."""

    practice: dict[str, Any]
    own: dict[str, dict[str, Any]]


def _insert(session: Session, model: type[Base]) -> Any:
    kind: Any = sqlite if dialect(session) == "sqlite" else postgresql
    return kind.insert(model)


def channel_settings(session: Session, calendar_id: str) -> dict[str, Any]:
    """The calendar's addresses by column name; empty when none were ever entered."""
    found: Any = session.execute(CHANNELS, {"calendar": calendar_id}).mappings().first()
    return dict(found or {})


def every_channel(session: Session, practice_id: str) -> list[dict[str, Any]]:
    """The addresses of all the practice's calendars that have some."""
    found = session.execute(select(CALENDARS).where(CALENDARS.c.practice_id == practice_id))
    return [dict(row) for row in found.mappings()]


def contacts(session: Session, practice_id: str, calendar_id: str) -> Contacts:
    """Where the practice wants to hear of this calendar's appointments. Raises Permanent for another practice's."""
    asked = {"practice": practice_id, "calendar": calendar_id}
    owner, practitioner, ours, theirs, phone, plan, country, *rules = session.execute(ADDRESSES, asked).one()
    if owner not in (None, practice_id):
        raise Permanent("a calendar of another practice")
    copies = tuple(copy for copy in (ours, theirs) if copy)
    return Contacts(practitioner or "", copies, phone or "", plan or "", country or "DE", rules[0], rules[1] or 0)


def save_channel_settings(session: Session, row: dict[str, Any]) -> None:
    statement = _insert(session, ChannelSettings).values(**row)
    session.execute(statement.on_conflict_do_update(index_elements=["calendar_id"], set_=row))


def overrides(session: Session, practice_id: str, locale: str) -> dict[str, TemplateOverride]:
    """The practice's own words in this language, by template name."""
    query = select(TemplateOverride).where(
        TemplateOverride.practice_id == practice_id, TemplateOverride.locale == locale
    )
    fresh = query.execution_options(populate_existing=True)  # it may have been changed since it was read
    return {row.name: row for row in session.orm.scalars(fresh)}


def letterheads(session: Session, practices: Iterable[str]) -> dict[str, Letterhead]:
    """What mails of these practices look like; a practice that we have not heard of yet is left out."""
    found: dict[str, Letterhead] = {}
    for row in session.execute(LETTERHEADS, {"ids": list(practices)}):
        head = found.setdefault(row.id, Letterhead(row.data, {}))
        if row.name:
            head.own.setdefault(row.locale, {})[row.name] = row
    return found


def save_override(session: Session, practice_id: str, name: str, locale: str, changes: dict[str, str | None]) -> None:
    key = {"practice_id": practice_id, "name": name, "locale": locale}
    statement = _insert(session, TemplateOverride).values(**key, **changes)
    session.execute(statement.on_conflict_do_update(index_elements=list(key), set_=changes or key))
