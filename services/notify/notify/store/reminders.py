"""When customers are reminded: the practice's rules, and the schedule made from them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, delete, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from notify.domain.appointments import Status
from notify.models import ReminderRules
from notify.store.statements import dialect, table, unless_there
from runtime.db import Session

REMINDERS, RULES, APPOINTMENTS = table("reminders"), table("reminder_rules"), table("appointments")
REMINDER, APPOINTMENT = REMINDERS.c, APPOINTMENTS.c
ADD = unless_there("reminders")
OF_APPOINTMENT = REMINDER.appointment_id == bindparam("appointment")
DROP_ALL = delete(REMINDERS).where(OF_APPOINTMENT)
DROP_OF_OTHER_TIMES = delete(REMINDERS).where(OF_APPOINTMENT, REMINDER.starts != bindparam("start"))
DROP_OF_OTHER_RULES = delete(REMINDERS).where(
    OF_APPOINTMENT, REMINDER.done_at.is_(None), REMINDER.rule.not_in(bindparam("rules", expanding=True))
)
DUE = (
    select(*REMINDER["appointment_id", "rule", "practice_id", "channel", "starts"])
    .where(REMINDER.done_at.is_(None), REMINDER.due_at <= bindparam("now"))
    .order_by(REMINDER.due_at)
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True)
)
NEXT = select(REMINDER.due_at).where(REMINDER.done_at.is_(None)).order_by(REMINDER.due_at).limit(1)
KNOWN = select(*APPOINTMENT["id", "version", "status", "starts", "snapshot"]).where(
    APPOINTMENT.id.in_(bindparam("ids", expanding=True))
)
TO_FOLLOW = (
    select(*APPOINTMENT["id", "practice_id", "starts"], *RULES.c["version", "rules", "changed_at"])
    .join(RULES, RULES.c.practice_id == APPOINTMENT.practice_id)
    .where(
        RULES.c.settled.is_(False),
        APPOINTMENT.status == Status.ACCEPTED,
        APPOINTMENT.starts > bindparam("now"),
        APPOINTMENT.rules_version != RULES.c.version,
    )
    .limit(bindparam("most"))
    .with_for_update(skip_locked=True, of=APPOINTMENTS)
)
UNSETTLED = select(RULES.c.practice_id).where(RULES.c.settled.is_(False)).limit(1)
FOLLOWED = (
    update(APPOINTMENTS).where(APPOINTMENT.id == bindparam("appointment")).values(rules_version=bindparam("followed"))
)
SETTLE = update(RULES).where(RULES.c.settled.is_(False), RULES.c.changed_at < bindparam("before")).values(settled=True)
OVER = (
    update(APPOINTMENTS)
    .where(APPOINTMENT.ends < bindparam("now"), APPOINTMENT.snapshot.is_not(None))
    .values(snapshot=None)
)


def rules(session: Session, practice_id: str) -> ReminderRules | None:
    """The practice's own rules; None: it has entered none."""
    return session.orm.get(ReminderRules, practice_id)


def save_rules(session: Session, row: dict[str, Any]) -> None:
    kind: Any = sqlite if dialect(session) == "sqlite" else postgresql
    statement = kind.insert(ReminderRules).values(**row)
    session.execute(statement.on_conflict_do_update(index_elements=["practice_id"], set_=row))


def add(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Schedule; what is scheduled already, or was done, stays as it is."""
    if rows:
        session.execute(ADD[dialect(session)], rows)


def drop(session: Session, appointment_id: str, *, but_of: datetime | None = None) -> None:
    """Forget the appointment's reminders; those of its time `but_of` stay."""
    if but_of is None:
        session.execute(DROP_ALL, {"appointment": appointment_id})
    else:
        session.execute(DROP_OF_OTHER_TIMES, {"appointment": appointment_id, "start": but_of})


def drop_of_other_rules(session: Session, appointment_id: str, keys: Sequence[str]) -> None:
    """Forget what is still to come by rules that hold no longer."""
    session.execute(DROP_OF_OTHER_RULES, {"appointment": appointment_id, "rules": list(keys)})


def due(session: Session, now: datetime, most: int) -> list[Any]:
    """Up to `most` reminders whose time has come, locked: nobody else gets them meanwhile."""
    return list(session.execute(DUE, {"now": now, "most": most}))


def known(session: Session, ids: Sequence[str]) -> dict[str, Any]:
    """The newest that is known of these appointments."""
    return {row.id: row for row in session.execute(KNOWN, {"ids": list(ids)})}


def done(session: Session, keys: Sequence[tuple[str, str]], now: datetime) -> None:
    """These reminders, by appointment and rule, have been worked off."""
    which = tuple_(REMINDER.appointment_id, REMINDER.rule).in_(list(keys))
    session.execute(update(REMINDERS).where(which).values(done_at=now))


def next_due(session: Session) -> datetime | None:
    """The instant of the next reminder."""
    found: datetime | None = session.scalar(NEXT)
    return found


def unsettled(session: Session) -> bool:
    """Whether there are rules that the schedule may not have followed yet."""
    return session.scalar(UNSETTLED) is not None


def to_follow(session: Session, now: datetime, most: int) -> list[Any]:
    """Coming appointments that are still scheduled by rules of before, each with the rules of now; locked."""
    return list(session.execute(TO_FOLLOW, {"now": now, "most": most}))


def followed(session: Session, appointment_id: str, version: int) -> None:
    session.execute(FOLLOWED, {"appointment": appointment_id, "followed": version})


def settle(session: Session, before: datetime) -> None:
    """No appointment is scheduled by rules of before any more, where the change was made before this instant."""
    session.execute(SETTLE, {"before": before})


def forget_what_is_over(session: Session, now: datetime) -> None:
    """People's data are not kept longer than a reminder could need them."""
    session.execute(OVER, {"now": now})
