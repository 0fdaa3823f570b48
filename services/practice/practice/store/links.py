"""The links that people without a session get by mail, and with them the registrations that wait for theirs."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import delete, func, select, update

from practice.domain import Link, LinkKind
from practice.models import LinkRow
from runtime.db import Session


def add_link(session: Session, link: Link, fingerprint: str | None) -> None:
    session.orm.add(LinkRow(**asdict(link), fingerprint=fingerprint))
    session.orm.flush()


def link_by_fingerprint(session: Session, fingerprint: str) -> Link | None:
    row = session.orm.scalar(select(LinkRow).where(LinkRow.fingerprint == fingerprint))
    return _link(row) if row else None


def good_links(session: Session, now: datetime, ids: Sequence[str]) -> set[str]:
    """Which of these links can still be used."""
    good = (LinkRow.id.in_(ids), LinkRow.fingerprint.is_not(None), LinkRow.used.is_(None), LinkRow.expires > now)
    return set(session.scalars(select(LinkRow.id).where(*good)))


def written_since(session: Session, email: str, since: datetime) -> int:
    """How many letters went, or would have gone, to this address."""
    count = select(func.count()).select_from(LinkRow)
    return int(session.scalar(count.where(LinkRow.email == email, LinkRow.created > since)))


def use(session: Session, link: Link, now: datetime) -> bool:
    """Use it up, and forget what it held; False when somebody has, or its time has passed."""
    good = (LinkRow.id == link.id, LinkRow.used.is_(None), LinkRow.expires > now)
    return session.rowcount(update(LinkRow).where(*good).values(used=now, data={})) == 1


def void_links_of(session: Session, user_id: str, now: datetime) -> None:
    """No link that this user has got works any more."""
    session.execute(update(LinkRow).where(LinkRow.user_id == user_id, LinkRow.expires > now).values(expires=now))


def forget_links(session: Session, expired_before: datetime) -> None:
    session.execute(delete(LinkRow).where(LinkRow.expires < expired_before))


def _link(row: LinkRow) -> Link:
    names = ("id", "practice_id", "user_id", "email", "created", "expires", "used", "data")
    return Link(kind=LinkKind(row.kind), **{name: getattr(row, name) for name in names})
