"""What was paid, and the sums of it."""

from dataclasses import fields
from typing import Any

from sqlalchemy import delete, insert, select, update

from booking.domain.payments import Payment
from booking.models import payments
from runtime.db import Session

p = payments.c
COLUMNS = [p[field.name] for field in fields(Payment)]


def of(session: Session, appointment_id: str) -> list[Payment]:
    """The appointment's payments, oldest first."""
    query = select(*COLUMNS).where(p.appointment_id == appointment_id).order_by(p.paid_at, p.id)
    return [Payment(**row) for row in session.execute(query).mappings()]


def one(session: Session, appointment_id: str, id: str) -> Payment | None:
    """This payment of the appointment. Requires the appointment's lock where it is to be changed."""
    row = session.execute(select(*COLUMNS).where(p.id == id, p.appointment_id == appointment_id)).mappings().first()
    return Payment(**row) if row else None


def add(session: Session, payment: Payment) -> None:
    session.execute(insert(payments), vars(payment))


def save(session: Session, payment: Payment) -> None:
    """Store the corrected payment."""
    values: dict[str, Any] = {name: getattr(payment, name) for name in ("amount", "currency", "method", "note")}
    session.execute(update(payments).where(p.id == payment.id).values(values))


def remove(session: Session, id: str) -> None:
    session.execute(delete(payments).where(p.id == id))
