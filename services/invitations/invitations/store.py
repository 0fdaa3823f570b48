"""Rows to domain and back: invitations and the attempts to deliver them. Never commits."""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Uuid, and_, bindparam, func, insert, literal, or_, select, text, tuple_, update

from invitations.domain.invitation import ACTIVE, DELETED, Delivery, Invitation
from invitations.models import deliveries, invitations
from runtime.db import Session, UtcDateTime

COLUMNS = [invitations.c[field.name] for field in fields(Invitation)]
i, d = invitations.c, deliveries.c
INSERT, ADD = insert(invitations).inline(), insert(deliveries).inline()
GENERATIONS = select(i.id, i.token_generation).where(i.id.in_(bindparam("ids", expanding=True)))
OF = (
    select(deliveries)
    .where(d.invitation_id.in_(bindparam("ids", expanding=True)))
    .order_by(d.created_at, d.attempt, d.channel)
)
KEY = ("invitation_id", "channel", "attempt")
PROGRESS = (
    update(deliveries)
    .where(*(d[name] == bindparam(f"of_{name}") for name in KEY))
    .values(state=bindparam("to_state"), reason=bindparam("to_reason"), turn=bindparam("to_turn"), at=bindparam("when"))
)
MESSAGES = select(func.count()).where(d.practice_id == bindparam("practice"), d.created_at > bindparam("since"))
LOCK = text("select pg_advisory_xact_lock(hashtextextended(:name, 0))")


def lock(session: Session, practice_id: str) -> None:
    """One sender of invitations per practice at a time, until the transaction ends: limits are counted, then used."""
    if session.dialect == "postgresql":  # SQLite's writers wait for each other anyway
        session.execute(LOCK, {"name": f"invitations|{practice_id}"})


def insert_new(session: Session, invitation: Invitation) -> None:
    session.execute(INSERT, vars(invitation))


def save(session: Session, invitation: Invitation, before: Invitation) -> None:
    """Store what differs from `before`, the row as it was locked."""
    old, new = vars(before), vars(invitation)
    changed = {name: value for name, value in new.items() if value != old[name]}
    if changed:
        session.execute(update(invitations).where(i.id == invitation.id).values(changed))


def by_id(session: Session, practice_id: str, id: str, *, lock: bool = False) -> Invitation | None:
    """The practice's invitation; with `lock` nobody else can change it until the transaction ends."""
    return _one(session, select(*COLUMNS).where(i.id == id, i.practice_id == practice_id), lock)


def anywhere(session: Session, id: str) -> Invitation | None:
    """An invitation of whatever practice, locked: for events, which say whose it should be."""
    return _one(session, select(*COLUMNS).where(i.id == id), True)


def by_token(session: Session, token_hash: str, *, lock: bool = False) -> Invitation | None:
    """The invitation that a join link stands for."""
    return _one(session, select(*COLUMNS).where(i.token_hash == token_hash), lock)


def _one(session: Session, query: Select[Any], lock: bool) -> Invitation | None:
    row = session.execute(query.with_for_update() if lock else query).mappings().first()
    return Invitation(**row) if row else None


def token_generations(session: Session, ids: Sequence[str]) -> dict[str, int]:
    """Which join link of each invitation is the valid one, whatever its practice: for other services only."""
    return {row.id: row.token_generation for row in session.execute(GENERATIONS, {"ids": ids})}


def search(
    session: Session,
    practice_id: str,
    now: datetime,
    *,
    scope: str | None,
    mark: str | None,
    limit: int,
    cursor: tuple[datetime, str] | None,
) -> list[Invitation]:
    """One more than `limit` invitations: those to come by start, those of the past by start, latest first, or all,
    the newest first."""
    at = i.starts if scope else i.created_at
    query = select(*COLUMNS).where(i.practice_id == practice_id)
    if scope == "upcoming":
        query = query.where(i.status == ACTIVE, i.ends > now)
    elif scope == "past":
        query = query.where(or_(i.status == DELETED, i.ends <= now))
    if mark:
        query = query.where(and_(i.mark == mark, i.status == ACTIVE))
    key, forward = tuple_(at, i.id), scope == "upcoming"
    if cursor:
        behind: Any = tuple_(literal(cursor[0], UtcDateTime()), literal(cursor[1], Uuid(as_uuid=False)))
        query = query.where(key > behind if forward else key < behind)
    order = (at, i.id) if forward else (at.desc(), i.id.desc())
    return [Invitation(**row) for row in session.execute(query.order_by(*order).limit(limit + 1)).mappings()]


def deliveries_of(session: Session, ids: Sequence[str]) -> dict[str, list[Delivery]]:
    """The attempts of these invitations, oldest first."""
    found: dict[str, list[Delivery]] = {id: [] for id in ids}
    for row in session.execute(OF, {"ids": list(ids)}).mappings():
        found[row["invitation_id"]].append(Delivery(**row))
    return found


def add_deliveries(session: Session, new: Iterable[Delivery]) -> None:
    if rows := [vars(each) for each in new]:
        session.execute(ADD, rows)


def progress(session: Session, changed: Iterable[Delivery]) -> None:
    """Store state, reason and time of these attempts."""
    for each in changed:
        key = {f"of_{name}": getattr(each, name) for name in KEY}
        values = {"to_state": each.state, "to_reason": each.reason, "to_turn": each.turn, "when": each.at}
        session.execute(PROGRESS, {**key, **values})


def messages_since(session: Session, practice_id: str, since: datetime, addresses: Sequence[str] = ()) -> int:
    """How many messages to guests the practice has caused since then, to these addresses if any are named."""
    query = MESSAGES.where(d.address.in_(list(addresses))) if addresses else MESSAGES
    return int(session.execute(query, {"practice": practice_id, "since": since}).scalar_one())
