"""Rows of calls: who is in them, and the signals that wait to be fetched. Never commits."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, func, insert, select, update

from invitations.domain.call import GONE, Participant, Signal
from invitations.models import participants as people
from invitations.models import signals
from runtime.db import Session

p, s = people.c, signals.c
OF = select(people).where(p.invitation_id == bindparam("id"))
MINE = and_(p.invitation_id == bindparam("id"), p.side == bindparam("at_side"))
ENTER = insert(people).inline()
AGAIN = update(people).where(MINE).values(peer=bindparam("by"), seen_at=bindparam("now"))
TOUCH = update(people).where(MINE, p.peer == bindparam("by"), p.seen_at > GONE).values(seen_at=bindparam("now"))
ADD = insert(signals).inline()
NEWEST = select(func.coalesce(func.max(s.id), 0)).where(s.invitation_id == bindparam("id"))
AFTER = (
    select(s.id, s.peer, s.kind, s.data)
    .where(s.invitation_id == bindparam("id"), s.to_side == bindparam("side"), s.id > bindparam("after"))
    .order_by(s.id)
    .limit(100)
)


def participants(session: Session, invitation_id: str) -> dict[str, Participant]:
    """The browser of each side that is or was in the call."""
    rows = session.execute(OF, {"id": invitation_id}).mappings()
    return {row["side"]: Participant(**row) for row in rows}


def keep_participant(session: Session, who: Participant, *, known: bool) -> None:
    """This browser is its side's from now on; `known`: the side had one before."""
    if known:
        session.execute(AGAIN, _values(who))
    else:
        session.execute(ENTER, vars(who))


def touch(session: Session, who: Participant) -> None:
    """It is still there; nothing happens if another took its place, or to a question that it asked before it left."""
    session.execute(TOUCH, _values(who))


def leave(session: Session, who: Participant) -> None:
    """It has said farewell; it stays known, to be let in again if it comes back."""
    session.execute(AGAIN, _values(replace(who, seen_at=GONE)))


def _values(who: Participant) -> dict[str, Any]:
    return {"id": who.invitation_id, "at_side": who.side, "by": who.peer, "now": who.seen_at}


def add(session: Session, now: datetime, invitation_id: str, to: str, peer: str, said: Sequence[Signal]) -> int:
    """Store what was said, in its order; the number of the last of it."""
    same = {"invitation_id": invitation_id, "to_side": to, "peer": peer, "created_at": now}
    for each in said:
        session.execute(ADD, {**same, "kind": each.kind, "data": each.data})
    return newest(session, invitation_id)


def newest(session: Session, invitation_id: str) -> int:
    """The number of the call's last signal; 0 for none."""
    return int(session.execute(NEWEST, {"id": invitation_id}).scalar_one())


def after(session: Session, invitation_id: str, side: str, number: int) -> list[dict[str, Any]]:
    """What was said to this side after that number, in order."""
    rows = session.execute(AFTER, {"id": invitation_id, "side": side, "after": number}).mappings()
    return [dict(row) for row in rows]


def forget(session: Session, before: datetime) -> None:
    """Drop what nobody has fetched for so long, of all calls: addresses of people's networks are in it."""
    session.execute(delete(signals).where(s.created_at < before))
