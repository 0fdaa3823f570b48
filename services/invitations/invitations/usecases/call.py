"""Entering a call, and what the two browsers tell each other until they talk directly.

Each side has one browser in the call (V7: one-on-one); another one of the same side may take its place. Everything here
runs under the invitation's lock, so that signals become visible in the order of their numbers.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from invitations import store_calls
from invitations.contracts import views
from invitations.domain import rules
from invitations.domain.call import BYE, KEPT, Participant, Side, Signal, stays_in
from invitations.domain.errors import AlreadyJoined, InvalidTransition
from invitations.domain.invitation import Call, Invitation
from invitations.usecases.common import change, seek
from invitations.usecases.guest import by_token
from runtime.db import Session
from runtime.outbox import emit


def enter_as_guest(session: Session, now: datetime, token: str, peer: str, take_over: bool) -> dict[str, Any]:
    """Knock, and be the guest's browser from now on. Raises NotFound, InvalidTransition, AlreadyJoined.

    Whoever was let in stays so in the same browser while the host is there. Otherwise the host decides anew: the link
    may be in other hands, and nobody walks into a call that the host left without ending it.
    """
    found = by_token(session, token, lock=True)
    rules.check_usable(found, "knock", now)
    known = store_calls.participants(session, found.id)
    _check_free(known.get(Side.GUEST), now, peer, take_over)
    if found.call == Call.IDLE or (found.call == Call.ADMITTED and not stays_in(known, peer, now)):
        found = change(session, found, replace(found, call=Call.WAITING), type="changed", now=now)
    return _enter(session, now, found, Side.GUEST, peer, known)


def enter_as_host(
    session: Session, now: datetime, practice_id: str, id: str, peer: str, take_over: bool
) -> dict[str, Any]:
    """Be the host's browser from now on. Raises NotFound, InvalidTransition, AlreadyJoined."""
    found = seek(session, practice_id, id, lock=True)
    rules.check_usable(found, "enter", now)
    known = store_calls.participants(session, found.id)
    _check_free(known.get(Side.HOST), now, peer, take_over)
    return _enter(session, now, found, Side.HOST, peer, known)


def _check_free(mine: Participant | None, now: datetime, peer: str, take_over: bool) -> None:
    if mine and mine.peer != peer and mine.there(now) and not take_over:
        raise AlreadyJoined()


def _enter(
    session: Session, now: datetime, invitation: Invitation, side: Side, peer: str, known: dict[str, Participant]
) -> dict[str, Any]:
    store_calls.keep_participant(session, Participant(invitation.id, side, peer, now), known=side in known)
    _wake(session, now, invitation, store_calls.newest(session, invitation.id))
    return _news(session, now, invitation, side, peer, store_calls.newest(session, invitation.id))


def tell_as_guest(session: Session, now: datetime, token: str, peer: str, said: Sequence[Signal]) -> dict[str, Any]:
    """Tell the host's browser. Raises NotFound, InvalidTransition while the guest is not let in, but for a farewell."""
    found = by_token(session, token, lock=True)
    if found.call != Call.ADMITTED and any(each.kind != BYE for each in said):
        raise InvalidTransition(status=found.call, action="signal")
    if found.call == Call.WAITING:
        found = change(session, found, replace(found, call=Call.IDLE), type="changed", now=now)
    return _tell(session, now, found, Side.GUEST, peer, said)


def tell_as_host(
    session: Session, now: datetime, practice_id: str, id: str, peer: str, said: Sequence[Signal]
) -> dict[str, Any]:
    """Tell the guest's browser. Raises NotFound, InvalidTransition."""
    found = seek(session, practice_id, id, lock=True)
    return _tell(session, now, found, Side.HOST, peer, said)


def _tell(
    session: Session, now: datetime, invitation: Invitation, side: Side, peer: str, said: Sequence[Signal]
) -> dict[str, Any]:
    rules.check_usable(invitation, "signal", now)
    mine = store_calls.participants(session, invitation.id).get(side)
    if mine is None or mine.peer != peer:
        raise AlreadyJoined()
    if any(each.kind == BYE for each in said):
        store_calls.leave(session, mine)
    last = store_calls.add(session, now, invitation.id, side.other, peer, said)
    store_calls.forget(session, now - KEPT)  # not before: SQLite would give the highest number a second time
    _wake(session, now, invitation, last)
    return {"last": last}


def heard_by_guest(session: Session, now: datetime, token: str, peer: str, after: int) -> dict[str, Any]:
    """What is new for the guest's browser. Raises NotFound."""
    return _heard(session, now, by_token(session, token), Side.GUEST, peer, after)


def heard_by_host(session: Session, now: datetime, practice_id: str, id: str, peer: str, after: int) -> dict[str, Any]:
    """What is new for the host's browser. Raises NotFound."""
    return _heard(session, now, seek(session, practice_id, id), Side.HOST, peer, after)


def _heard(
    session: Session, now: datetime, invitation: Invitation, side: Side, peer: str, after: int
) -> dict[str, Any]:
    store_calls.touch(session, Participant(invitation.id, side, peer, now))
    return _news(session, now, invitation, side, peer, after)


def _news(session: Session, now: datetime, invitation: Invitation, side: Side, peer: str, after: int) -> dict[str, Any]:
    known = store_calls.participants(session, invitation.id)
    mine, other = known.get(side), known.get(side.other)
    here = mine is not None and mine.peer == peer
    # The guest's waiting room: nothing that the host's browser says gets through before the host has let the guest in.
    open_ = here and (side is Side.HOST or invitation.call == Call.ADMITTED)
    items = store_calls.after(session, invitation.id, side, after) if open_ else []
    return views.call(invitation, now, items, after, replaced=not here, other=other is not None and other.there(now))


def _wake(session: Session, now: datetime, invitation: Invitation, version: int) -> None:
    """Tell the gateways that somebody's question has an answer now; what was said is not in it."""
    emit(
        session,
        "invitations",
        "call.signalled",
        subject=invitation.id,
        practice_id=invitation.practice_id,
        version=max(version, 1),
        now=now,
        data={"invitation": invitation.id},
        mandatory=False,
    )
