"""Whom no message reached, and who was called."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import and_, bindparam, delete, exists, func, or_, select, text
from sqlalchemy.dialects import postgresql, sqlite

from notify.domain.appointments import GONE, Status
from notify.domain.decide import BESIDE, ENDINGS, Role
from notify.domain.delivery import State
from notify.models import UNADDRESSED
from notify.store.statements import dialect, table
from runtime.db import Session

MESSAGES, APPOINTMENTS, CALLS = table("messages"), table("appointments"), table("calls")
FAILED, OTHER = MESSAGES.alias("failed"), MESSAGES.alias("other")
AWAITED = (State.QUEUED, State.SENDING, State.SENT, State.DELIVERED)
ACTIVE, ENDED = (Status.PENDING, Status.ACCEPTED), tuple(GONE)


def _coming(told: Any) -> Any:
    """It would begin later than now; one that was called off counts while `told` says that just that is not known."""
    ending = told.in_([purpose.value for purpose in ENDINGS])
    status = APPOINTMENTS.c.status
    return and_(
        APPOINTMENTS.c.practice_id == bindparam("practice"),
        APPOINTMENTS.c.starts > bindparam("now"),
        or_(status.in_(ACTIVE), and_(status.in_(ENDED), ending)),
    )


def _customers(message: Any) -> Any:
    """This appointment's messages to the customer that tell how it stands."""
    told = message.c.purpose.not_in([purpose.value for purpose in BESIDE])
    return and_(message.c.appointment_id == APPOINTMENTS.c.id, message.c.role == Role.CUSTOMER, told)


# The newest that failed while no other of the same or a later version may still arrive, or has.
NOT_REACHED = (
    select(
        APPOINTMENTS.c.id,
        APPOINTMENTS.c.starts,
        FAILED.c.version,
        FAILED.c.id.label("message"),
        *(FAILED.c[name] for name in ("channel", "recipient", "purpose", "reason", "detail", "changed_at", "snapshot")),
        CALLS.c.at.label("called_at"),
        CALLS.c.user_name,
        CALLS.c.version.label("called_version"),
    )
    .join(FAILED, and_(_customers(FAILED), FAILED.c.practice_id == APPOINTMENTS.c.practice_id))
    .outerjoin(CALLS, CALLS.c.appointment_id == APPOINTMENTS.c.id)
    .where(_coming(FAILED.c.purpose), FAILED.c.state == State.FAILED)
    .where(
        ~exists().where(
            _customers(OTHER),
            OTHER.c.id != FAILED.c.id,
            ((OTHER.c.version >= FAILED.c.version) & OTHER.c.state.in_(AWAITED))
            | ((OTHER.c.version > FAILED.c.version) & (OTHER.c.state == State.FAILED)),
        )
    )
    .order_by(APPOINTMENTS.c.starts, APPOINTMENTS.c.id, FAILED.c.id)
    .limit(bindparam("most"))
)
# Nothing was sent, for there is no address: an appointment that staff made for somebody with a phone only.
SINCE = func.coalesce(APPOINTMENTS.c.untold_version, APPOINTMENTS.c.version)
_NO_ADDRESS = (
    select(
        APPOINTMENTS.c.id,
        APPOINTMENTS.c.starts,
        SINCE.label("version"),
        APPOINTMENTS.c.status,
        APPOINTMENTS.c.untold,
        APPOINTMENTS.c.snapshot,
        CALLS.c.at.label("called_at"),
        CALLS.c.user_name,
        CALLS.c.version.label("called_version"),
    )
    .outerjoin(CALLS, CALLS.c.appointment_id == APPOINTMENTS.c.id)
    .where(_coming(APPOINTMENTS.c.untold))
    .where(
        ~exists().where(
            _customers(OTHER),
            OTHER.c.state != State.EXPIRED,
            OTHER.c.version >= func.coalesce(APPOINTMENTS.c.untold_version, 0),
        )
    )
    .order_by(APPOINTMENTS.c.starts, APPOINTMENTS.c.id)
    .limit(bindparam("most"))
)
NO_ADDRESS = {kind: _NO_ADDRESS.where(text(condition)) for kind, condition in UNADDRESSED.items()}


def not_reached(session: Session, practice_id: str, now: datetime, most: int) -> Sequence[Any]:
    """Coming appointments whose customer's newest message failed, the soonest first."""
    return session.execute(NOT_REACHED, {"practice": practice_id, "now": now, "most": most}).all()


def without_address(session: Session, practice_id: str, now: datetime, most: int) -> Sequence[Any]:
    """Coming appointments of whose customer nothing but a phone number is known, the soonest first."""
    return session.execute(NO_ADDRESS[dialect(session)], {"practice": practice_id, "now": now, "most": most}).all()


def mark(session: Session, row: dict[str, Any]) -> None:
    kind: Any = sqlite if dialect(session) == "sqlite" else postgresql
    statement = kind.insert(CALLS).values(**row)
    session.execute(statement.on_conflict_do_update(index_elements=["appointment_id"], set_=row))


def unmark(session: Session, practice_id: str, appointment_id: str) -> None:
    session.execute(delete(CALLS).where(CALLS.c.practice_id == practice_id, CALLS.c.appointment_id == appointment_id))
