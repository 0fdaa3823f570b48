"""The messages on their way: queued, begun, ended."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, and_, bindparam, case, exists, func, insert, literal, null, select, update

from notify.domain.decide import Purpose, Role
from notify.domain.delivery import Outcome, State
from notify.store.statements import count, dialect, table, unless_there
from runtime.db import Session

MESSAGES = table("messages")
MESSAGE = MESSAGES.c
ADD_MESSAGE = unless_there("messages")
ADD_ATTEMPT = insert(table("attempts"))

TURN = MESSAGE[
    *("id", "practice_id", "appointment_id", "invitation_id", "version", "purpose", "role", "channel", "recipient"),
    *("attempt", "round"),
]
NOTHING = literal({}, JSON)  # left of the snapshot when the message has ended: it is full of people's data
UNDER_WAY = MESSAGES.alias("under_way")


def _under_way(of: Any, mine: Any) -> Any:
    """Another message of the same thing to the same reader is being sent."""
    return exists().where(
        of == mine,
        UNDER_WAY.c.role == MESSAGE.role,
        UNDER_WAY.c.recipient == MESSAGE.recipient,
        UNDER_WAY.c.state == State.SENDING,
    )


# two questions, each with an index of its own: one with an `or` looks through all that are being sent, for each row
FREE = (
    ~_under_way(UNDER_WAY.c.appointment_id, MESSAGE.appointment_id),
    ~_under_way(UNDER_WAY.c.invitation_id, MESSAGE.invitation_id),
)
DUE = (
    select(MESSAGE.id)
    .where(
        MESSAGE.state == State.QUEUED,
        MESSAGE.channel == bindparam("by"),
        MESSAGE.not_before <= bindparam("now"),
        *FREE,
    )
    .order_by(MESSAGE.priority, MESSAGE.not_before)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=MESSAGES)
    .cte("due")  # a common table expression is computed once: never more rows than the limit
)
TOO_LATE = MESSAGE.useful_until <= bindparam("now")
TO_COME = MESSAGE.forget_at > bindparam("now")  # what it tells of is not over yet
# Somebody has to know that the customer did not hear of it. A reminder tells nothing new; of guests invitations hears.
MISSED = and_(
    *(TOO_LATE, TO_COME, MESSAGE.appointment_id.is_not(None)),
    *(MESSAGE.role == Role.CUSTOMER, MESSAGE.purpose != Purpose.REMINDER),
)
BEGIN = (
    update(MESSAGES)
    .where(MESSAGE.id == DUE.c.id)
    .values(
        state=case((MISSED, State.FAILED), (TOO_LATE, State.EXPIRED), else_=State.SENDING),
        reason=case((and_(TOO_LATE, TO_COME), "late"), (TOO_LATE, "too_late"), else_=MESSAGE.reason),
        detail=case((TOO_LATE, ""), else_=MESSAGE.detail),
        snapshot=case((MISSED, MESSAGE.snapshot), (TOO_LATE, NOTHING), else_=MESSAGE.snapshot),
        forget_at=case((MISSED, MESSAGE.forget_at), (TOO_LATE, null()), else_=MESSAGE.forget_at),
        attempt=MESSAGE.attempt + case((MISSED, 1), (TOO_LATE, 0), else_=1),
        changed_at=bindparam("now"),
        lease_until=bindparam("lease"),
    )
    .returning(*TURN, MESSAGE.snapshot, MESSAGE.state, MESSAGE.traceparent)
)
LOST = (
    select(MESSAGE.id)
    .where(MESSAGE.state == State.SENDING, MESSAGE.lease_until < bindparam("now"))
    .with_for_update(skip_locked=True)
)
RECOVER = (
    update(MESSAGES)
    .where(MESSAGE.id.in_(LOST))
    .values(state=State.QUEUED, not_before=bindparam("now"), lease_until=null())
    .returning(*TURN)
)
END = (
    update(MESSAGES)
    .where(MESSAGE.id == bindparam("message"), MESSAGE.state == State.SENDING, MESSAGE.attempt == bindparam("number"))
    .values(
        state=bindparam("outcome"),
        reason=bindparam("why"),
        detail=bindparam("answer"),
        reference=bindparam("known_as"),
        changed_at=bindparam("now"),
        not_before=bindparam("again"),
        lease_until=null(),
    )
    .returning(*TURN)
)
REPORT = (
    update(MESSAGES)
    .where(
        MESSAGE.id == bindparam("message"),
        MESSAGE.attempt == bindparam("number"),
        MESSAGE.state.in_(bindparam("before", expanding=True)),
    )
    .values(
        state=bindparam("outcome"),
        reason=bindparam("why"),
        detail=bindparam("answer"),
        changed_at=bindparam("now"),
        not_before=bindparam("again"),
        lease_until=null(),
    )
    .returning(*TURN)
)
ATTEMPTS = table("attempts")
REPORT_OLD = (
    update(ATTEMPTS)
    .where(ATTEMPTS.c.message_id == bindparam("message"), ATTEMPTS.c.number == bindparam("turn"))
    .values(state=bindparam("outcome"), reason=bindparam("why"), detail=bindparam("answer"), at=bindparam("now"))
)
FORGET = (
    update(MESSAGES)
    .where(MESSAGE.forget_at <= bindparam("now"), MESSAGE.state.not_in((State.QUEUED, State.SENDING)))
    .values(snapshot=NOTHING, forget_at=null())
)
START = MESSAGE.snapshot["start"].as_string().label("start")
AGAIN = (
    update(MESSAGES)
    .where(MESSAGE.id == bindparam("message"))
    .values(state=State.QUEUED, reason="", detail="", reference="", priority=0, lease_until=null())
)
STATE_OF = select(MESSAGE.state).where(MESSAGE.id == bindparam("message"))
STANDING = (*MESSAGE["id", "version", "purpose", "role", "channel", "recipient", "state"], START)
MESSAGES_OF = select(*STANDING).where(MESSAGE.appointment_id == bindparam("appointment"))
MESSAGES_OF_INVITATION = select(*STANDING, MESSAGE.practice_id).where(MESSAGE.invitation_id == bindparam("invitation"))
EXPIRE = (
    update(MESSAGES)
    .where(MESSAGE.id.in_(bindparam("ids", expanding=True)), MESSAGE.state == State.QUEUED)
    .values(
        state=State.EXPIRED,
        reason=bindparam("why"),
        detail="",
        snapshot=NOTHING,
        forget_at=null(),
        changed_at=bindparam("now"),
    )
)
PACE = select(MESSAGE.useful_until, MESSAGE.round_began).where(
    MESSAGE.id == bindparam("message"), MESSAGE.attempt == bindparam("number")
)
NEXT_DUE = select(
    select(func.min(MESSAGE.not_before))
    .where(MESSAGE.state == State.QUEUED, MESSAGE.channel == bindparam("by"))
    .scalar_subquery(),
    select(func.min(MESSAGE.lease_until)).where(MESSAGE.state == State.SENDING).scalar_subquery(),
)


def add_messages(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Queue messages; one that already exists for the same event, address and channel stays as it is."""
    if rows:
        session.execute(ADD_MESSAGE[dialect(session)], rows if rows[1:] else rows[0])  # one alone is prepared


def messages_of(session: Session, appointment_id: str) -> Sequence[Any]:
    """Id, version, purpose, role, channel, recipient and state of each message of the appointment."""
    return session.execute(MESSAGES_OF, {"appointment": appointment_id}).all()


def messages_of_invitation(session: Session, invitation_id: str) -> Sequence[Any]:
    """The same of each message of the invitation; `version` is the attempt."""
    return session.execute(MESSAGES_OF_INVITATION, {"invitation": invitation_id}).all()


def expire(session: Session, ids: Iterable[str], reason: str, now: datetime) -> None:
    """Take messages that still wait out of the queue. One that is just being sent is left alone."""
    session.execute(EXPIRE, {"ids": list(ids), "why": reason, "now": now})


def next_due(session: Session, channel: str) -> datetime | None:
    """The instant at which there is something to do: a queued message's time, or a lost turn's end of lease."""
    return min((at for at in session.execute(NEXT_DUE, {"by": channel}).one() if at), default=None)


def recover(session: Session, now: datetime) -> Sequence[Any]:
    """Put the messages back into the queue whose sender did not come back in time. The TURN of each."""
    return session.execute(RECOVER, {"now": now}).all()


def begin_turns(session: Session, now: datetime, most: int, lease_until: datetime, channel: str) -> list[Any]:
    """Begin up to `most` messages of this channel that are due, never two of one appointment to one reader at the same
    time; those too old to help anybody expire instead, or fail where somebody should know. The TURN, snapshot, state
    and trace of each."""
    return list(session.execute(BEGIN, {"now": now, "most": most, "lease": lease_until, "by": channel}))


def end_turn(
    session: Session, message_id: str, attempt: int, outcome: Outcome, now: datetime, again: datetime
) -> Any | None:
    """Note the turn's outcome in its message; `again`: the time of the next try, if there is one. The TURN, or None
    when the message is no longer being sent under this number."""
    how = {"outcome": outcome.state, "why": outcome.reason, "answer": outcome.detail, "known_as": outcome.reference}
    return session.execute(END, {"message": message_id, "number": attempt, "now": now, "again": again, **how}).first()


def report(
    session: Session,
    message_id: str,
    attempt: int,
    before: Iterable[str],
    outcome: Outcome,
    now: datetime,
    again: datetime,
) -> Any | None:
    """Note what is told of the present turn, if the message is in one of the states `before`. The TURN, or None."""
    how = {"outcome": outcome.state, "why": outcome.reason, "answer": outcome.detail, "now": now, "again": again}
    return session.execute(REPORT, {"message": message_id, "number": attempt, "before": list(before), **how}).first()


def report_old(session: Session, message_id: str, attempt: int, outcome: Outcome, now: datetime) -> bool:
    """Note what is told of an earlier turn, in its own row. False when there is no such turn."""
    how = {"outcome": outcome.state, "why": outcome.reason, "answer": outcome.detail, "now": now}
    return count(session.execute(REPORT_OLD, {"message": message_id, "turn": attempt, **how})) == 1


def queue_again(session: Session, message_id: str, changes: dict[str, Any], now: datetime) -> None:
    """Queue the message once more, changed so; nobody has waited longer for it to be sent."""
    began = {"changed_at": now, "not_before": now, "round_began": MESSAGE.attempt}
    session.execute(AGAIN.values(**changes, **began), {"message": message_id})


def state_of(session: Session, message_id: str) -> str:
    state: str = session.execute(STATE_OF, {"message": message_id}).scalar_one()
    return state


def forget(session: Session, now: datetime) -> None:
    """Empty the snapshots that nobody needs any more."""
    session.execute(FORGET, {"now": now})


def pace(session: Session, message_id: str, attempt: int) -> Any | None:
    """The last instant at which the message helps its reader, and after how many turns staff sent it again. None when
    this is not its present turn."""
    return session.execute(PACE, {"message": message_id, "number": attempt}).first()


def add_attempt(session: Session, row: dict[str, Any]) -> None:
    """Keep how a turn ended that another will follow."""
    session.execute(ADD_ATTEMPT, row)
