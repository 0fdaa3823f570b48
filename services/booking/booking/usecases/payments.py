"""Price and payments of an appointment, before it and after it. The appointment's lock makes its sum right."""

from dataclasses import replace
from datetime import datetime
from typing import Any

from booking.contracts import answers, events
from booking.domain import payments as rules
from booking.domain.appointment import Appointment
from booking.domain.commands import Once
from booking.domain.errors import NotFound
from booking.domain.money import Money
from booking.domain.payments import Payment
from booking.store import occupancies, practice
from booking.store import payments as rows
from booking.usecases.common import edit, tell_payment
from booking.usecases.staff import details, for_change, seek
from runtime.db import Session
from runtime.ids import new_id

Json = dict[str, Any]


def payments(session: Session, practice_id: str, id: str) -> Json:
    """Price, payments and what is open. Raises NotFound."""
    found = seek(session, practice_id, id)
    return answers.account(found, rows.of(session, found.id))


def set_price(
    session: Session,
    now: datetime,
    practice_id: str,
    id: str,
    price: Money | None,
    *,
    user_id: str | None,
    if_version: int | None = None,
) -> Json:
    """Another price, or none. Raises NotFound, PreconditionFailed, Overpaid, Invalid."""
    before = for_change(session, practice_id, id, if_version)
    if price == before.price:
        return details(session, now, before)
    after = edit(session, now, before, user_id, service=rules.priced(before, price))
    return details(session, now, after)


def add_payment(
    session: Session,
    now: datetime,
    practice_id: str,
    id: str,
    *,
    amount: Money,
    method: str | None,
    note: str | None,
    once: Once | None,
    user_id: str | None,
    if_version: int | None = None,
) -> Json:
    """Note what came in; a repeat under the same key gets the same answer. Raises NotFound, PreconditionFailed,
    Overpaid, Invalid, IdempotencyConflict."""
    before = seek(session, practice_id, id, lock=True)
    if once:
        occupancies.lock(session, [practice.lock_name(practice_id, once)])
        if known := practice.recall(session, practice_id, once, now):
            return known
    for_change(session, practice_id, id, if_version, before)
    whole, paid = rules.paid_in(before, amount)
    made = Payment(
        id=new_id(),
        practice_id=practice_id,
        appointment_id=id,
        amount=whole,
        currency=amount["currency"],
        method=method,
        note=note or None,
        paid_at=now,
        user_id=user_id,
    )
    rows.add(session, made)
    answer = _noted(session, now, before, paid, user_id, None, made) | {"payment": made.id}
    practice.remember(session, practice_id, once, answer, now)
    return answer


def change_payment(
    session: Session,
    now: datetime,
    practice_id: str,
    id: str,
    payment: str,
    *,
    user_id: str | None,
    if_version: int | None = None,
    **wanted: Any,
) -> Json:
    """Correct it; what is not `wanted` stays. Raises NotFound, PreconditionFailed, Overpaid, Invalid."""
    before = for_change(session, practice_id, id, if_version)
    known = _known(session, id, payment)
    whole, paid = rules.paid_in(before, wanted.pop("amount", known.money), known.amount)
    after = replace(known, amount=whole, **wanted)
    if after == known:
        return answers.account(before, rows.of(session, id))
    rows.save(session, after)
    return _noted(session, now, before, paid, user_id, known, after)


def remove_payment(
    session: Session,
    now: datetime,
    practice_id: str,
    id: str,
    payment: str,
    *,
    user_id: str | None,
    if_version: int | None = None,
) -> Json:
    """It never came in. The history keeps what it was. Raises NotFound, PreconditionFailed."""
    before = for_change(session, practice_id, id, if_version)
    known = _known(session, id, payment)
    rows.remove(session, payment)
    return _noted(session, now, before, before.paid - known.amount, user_id, known, None)


def _known(session: Session, appointment_id: str, id: str) -> Payment:
    found = rows.one(session, appointment_id, id)
    if found is None:
        raise NotFound()
    return found


def _noted(
    session: Session,
    now: datetime,
    before: Appointment,
    paid: int,
    user_id: str | None,
    old: Payment | None,
    new: Payment | None,
) -> Json:
    """The account after the appointment's sum, history and events have followed the payment."""
    changed = {"payment": {"from": old and old.told, "to": new and new.told}}
    after = edit(session, now, before, user_id, changed=changed, paid=paid)
    what = "changed" if old and new else "added" if new else "removed"
    told = new or old
    assert told is not None
    tell_payment(session, after, events.payment(after, told, what), now)
    return answers.account(after, rows.of(session, after.id))
