"""Customers' records, and the appointments that they are linked to."""

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Uuid, and_, case, func, insert, literal, not_, or_, select, tuple_, update

from booking.domain import customers as domain
from booking.domain.appointment import ACTIVE, CANCELLED, COMPLETED, DECLINED, MISSED, Appointment
from booking.domain.customers import Customer, Wanted
from booking.models import appointments, customers
from booking.store.appointments import COLUMNS as APPOINTMENT
from booking.store.appointments import contact_words, email_key
from runtime.db import Session

COLUMNS = [customers.c[field.name] for field in fields(Customer)]
c, a = customers.c, appointments.c
INSERT = insert(customers).inline()
NAMESAKES_AT_MOST = 500  # of those with the same initials so many are compared
HAPPENED = (*ACTIVE, COMPLETED)
Position = tuple[str, str, str]  # last key, first key, id


def insert_new(session: Session, customer: Customer) -> None:
    session.execute(INSERT, _values(customer))


def save(session: Session, customer: Customer) -> None:
    """Store the next version of a record locked before."""
    session.execute(update(customers).where(c.id == customer.id).values(_values(customer)))


def _values(customer: Customer) -> dict[str, Any]:
    first, last = domain.name_key(customer.first_name), domain.name_key(customer.last_name)
    return {
        **vars(customer),
        "email_key": email_key(customer.email),
        "first_key": first,
        "last_key": last,
        "initials": domain.initials(customer.first_name, customer.last_name),
        "search": domain.search_text(customer),
    }


def by_id(session: Session, practice_id: str, id: str, *, lock: bool = False) -> Customer | None:
    """The practice's customer; with `lock` nobody else can change the record until the transaction ends. Customers
    are locked before appointments, several of them in the order of their ids."""
    query = select(*COLUMNS).where(c.id == id, c.practice_id == practice_id)
    return next(iter(_many(session, query.with_for_update() if lock else query)), None)


def search(session: Session, practice_id: str, words: str, limit: int, after: Position | None) -> list[Customer]:
    """One more than `limit` customers in the order of their names; each word must be found in what is known."""
    query = _living(practice_id)
    for term in domain.terms(words):
        query = query.where(c.search.contains(term, autoescape=True))
    if after:
        *names, id = after
        behind = tuple_(*map(literal, names), literal(id, Uuid(as_uuid=False)))
        query = query.where(tuple_(c.last_key, c.first_key, c.id) > behind)
    return _many(session, query.order_by(c.last_key, c.first_key, c.id).limit(limit + 1))


def position(customer: Customer) -> Position:
    """Where a list that ended with this customer goes on."""
    return domain.name_key(customer.last_name), domain.name_key(customer.first_name), customer.id


def _living(practice_id: str) -> Select[Any]:
    return select(*COLUMNS).where(c.practice_id == practice_id, c.merged_into.is_(None))


def _many(session: Session, query: Select[Any]) -> list[Customer]:
    return [Customer(**row) for row in session.execute(query).mappings()]


def suggestions(session: Session, practice_id: str, wanted: Wanted, most: int) -> list[domain.Suggestion]:
    """Customers who may be meant, the likeliest first. Three look-ups by index, however many customers there are."""
    rates = domain.alike(wanted, _namesakes(session, practice_id, wanted))
    best = sorted(rates, key=rates.__getitem__, reverse=True)[:most]
    same = [
        column == value for column, value in ((c.email_key, email_key(wanted.email)), (c.phone, wanted.phone)) if value
    ]
    found = _many(session, _living(practice_id).where(or_(c.id.in_(best), *same)).limit(most * 10))
    made = (domain.suggestion(wanted, customer, rates.get(customer.id, 0.0)) for customer in found)
    return domain.ranked(made, most)


def _namesakes(session: Session, practice_id: str, wanted: Wanted) -> list[tuple[str, str, str]]:
    letters = domain.initials(wanted.first_name, wanted.last_name)
    query = select(c.id, c.first_key, c.last_key).where(
        c.practice_id == practice_id, c.initials.in_({letters, letters[::-1]}), c.merged_into.is_(None)
    )
    return [tuple(row) for row in session.execute(query.limit(NAMESAKES_AT_MOST))]


def counts(session: Session, ids: Sequence[str], practice_id: str, now: datetime) -> dict[str, dict[str, Any]]:
    """How often each of these customers booked, cancelled, came and did not come, and when next and last."""
    ahead, behind = a.starts > now, a.starts <= now
    query = (
        select(
            a.customer_id,
            func.count().label("booked"),
            *(_number(status).label(status) for status in (CANCELLED, DECLINED, MISSED, COMPLETED)),
            func.sum(case((ahead & a.status.in_(ACTIVE), 1), else_=0)).label("coming"),
            func.min(case((ahead & a.status.in_(ACTIVE), a.starts))).label("next_start"),
            func.max(case((behind & a.status.in_(HAPPENED), a.starts))).label("last_start"),
        )
        .where(a.practice_id == practice_id, a.customer_id.in_(ids))
        .group_by(a.customer_id)
    )
    return {row["customer_id"]: dict(row) for row in session.execute(query).mappings()}


def _number(status: str) -> Any:
    return func.sum(case((a.status == status, 1), else_=0))


def lock_coming(session: Session, practice_id: str, customer_id: str, now: datetime) -> list[Appointment]:
    """The customer's appointments that are not over, locked in the order of their ids."""
    query = select(*APPOINTMENT).where(a.practice_id == practice_id, a.customer_id == customer_id, _coming(now))
    rows = session.execute(query.order_by(a.id).with_for_update()).mappings()
    return [Appointment(**row) for row in rows]


def _coming(now: datetime) -> Any:
    return and_(a.status.in_(ACTIVE), a.ends > now)


def readdress_others(session: Session, practice_id: str, former: str, customer: Customer, now: datetime) -> int:
    """Give what is not among `lock_coming` of the record `former` this customer's contact. It gets no new version:
    nobody needs to hear of it. How many there were."""
    contact = {name: getattr(customer, name) for name in domain.CONTACT if name != "time_zone"}
    more = {"customer_id": customer.id, "email_key": email_key(customer.email), "search": contact_words(customer)}
    change = update(appointments).where(a.practice_id == practice_id, a.customer_id == former, not_(_coming(now)))
    return session.rowcount(change.values(contact | more))


def forward(session: Session, practice_id: str, former: str, survivor: str) -> None:
    """Records that were merged into `former` before lead to the survivor now."""
    chain = update(customers).where(c.practice_id == practice_id, c.merged_into == former)
    session.execute(chain.values(merged_into=survivor))
