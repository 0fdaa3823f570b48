"""What limits SMS: numbers that want none, and the day's costs."""

from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, union

from notify.store.statements import DIALECTS, count, dialect, table, unless_there
from runtime.db import Session

OPT_OUTS, DAYS, MESSAGES, ATTEMPTS = table("opt_outs"), table("sms_days"), table("messages"), table("attempts")
OPTED_OUT = select(OPT_OUTS.c.at).where(
    OPT_OUTS.c.practice_id == bindparam("practice"), OPT_OUTS.c.number == bindparam("phone")
)
TEXTED = union(  # a message that was sent once more, elsewhere, has its earlier number in its attempts
    select(MESSAGES.c.practice_id).where(MESSAGES.c.channel == "sms", MESSAGES.c.recipient == bindparam("phone")),
    select(MESSAGES.c.practice_id)
    .join(ATTEMPTS, ATTEMPTS.c.message_id == MESSAGES.c.id)
    .where(ATTEMPTS.c.recipient == bindparam("phone"), ATTEMPTS.c.recipient != ""),
)


def _spend(kind: Any) -> Any:
    row = kind.insert(DAYS).inline()
    parts = DAYS.c.parts + row.excluded.parts
    return row.on_conflict_do_update(
        index_elements=["practice_id", "day"], set_={"parts": parts}, where=parts <= bindparam("most")
    )


SPEND = {kind.dialect.name: _spend(kind) for kind in DIALECTS}
OPT_OUT = unless_there("opt_outs")


def opted_out(session: Session, practice_id: str, number: str) -> bool:
    return session.scalar(OPTED_OUT, {"practice": practice_id, "phone": number}) is not None


def spend(session: Session, practice_id: str, now: datetime, parts: int, most: int) -> bool:
    """Count these parts towards the practice's day; False when that would be more than `most`."""
    row = {"practice_id": practice_id, "day": now.date(), "parts": parts, "most": most}
    return parts <= most and count(session.execute(SPEND[dialect(session)], row)) == 1


def texted_by(session: Session, number: str) -> set[str]:
    """The practices that have sent an SMS to this number."""
    return set(session.scalars(TEXTED, {"phone": number}))


def opt_out(session: Session, practice_id: str, number: str, now: datetime) -> None:
    session.execute(OPT_OUT[dialect(session)], {"practice_id": practice_id, "number": number, "at": now})


def opt_in(session: Session, number: str) -> None:
    """Every practice may write again."""
    session.execute(delete(OPT_OUTS).where(OPT_OUTS.c.number == number))
