"""Customers' records: search, create, change, merge; link them to appointments and unlink them.

The order of locks: customers, by id; then appointments, by id. Every query is scoped by the practice.
"""

from dataclasses import fields, replace
from datetime import datetime
from typing import Any

from booking.contracts import customers as wire
from booking.domain import customers as domain
from booking.domain.appointment import Appointment, Contact
from booking.domain.commands import Book, Entries, Offer
from booking.domain.customers import Customer, Wanted
from booking.domain.errors import CustomerMerged, NotFound
from booking.store import customers as rows
from booking.store import occupancies, practice
from booking.usecases.book import answered_before, book
from booking.usecases.common import edit, tell_linked
from booking.usecases.staff import details, same_version, seek
from runtime.db import Session
from runtime.ids import new_id

SUGGESTED = 5
Json = dict[str, Any]


def customer_page(session: Session, now: datetime, practice_id: str, request: Json) -> Json:
    """A page of the practice's customers in the order of their names."""
    limit = request["limit"]
    found = rows.search(session, practice_id, request["q"] or "", limit, request["cursor"])
    shown = found[:limit]
    items = _records(session, now, practice_id, shown)
    return {"items": items, "next": wire.cursor(rows.position(shown[-1])) if len(found) > limit else None}


def _records(session: Session, now: datetime, practice_id: str, found: list[Customer]) -> list[Json]:
    counts = rows.counts(session, [customer.id for customer in found], practice_id, now) if found else {}
    return [wire.record(customer, counts.get(customer.id)) for customer in found]


def customer_record(session: Session, now: datetime, practice_id: str, id: str) -> Json:
    """One customer, also one merged into another. Raises NotFound."""
    return _record(session, now, _known(rows.by_id(session, practice_id, id)))


def _record(session: Session, now: datetime, found: Customer) -> Json:
    return _records(session, now, found.practice_id, [found])[0]


def _known(found: Customer | None) -> Customer:
    if found is None:
        raise NotFound()
    return found


def seek_customer(session: Session, practice_id: str, id: str, *, lock: bool = False) -> Customer:
    """The practice's customer. Raises NotFound, CustomerMerged."""
    found = _known(rows.by_id(session, practice_id, id, lock=lock))
    if found.merged_into:
        raise CustomerMerged(customer=found.merged_into)
    return found


def create_customer(session: Session, now: datetime, practice_id: str, entries: Entries) -> Json:
    """A new record; a repeat under the same idempotency key answers the same. Raises IdempotencyConflict."""
    if entries.once:
        occupancies.lock(session, [practice.lock_name(practice_id, entries.once)])
    if known := practice.recall(session, practice_id, entries.once, now):
        return known
    answer = wire.record(_create(session, now, practice_id, entries.given), None)
    practice.remember(session, practice_id, entries.once, answer, now)
    return answer


def _create(session: Session, now: datetime, practice_id: str, values: Json) -> Customer:
    unknown: Json = {"email": None, "phone": None, "phone_typed": None, "locale": "de", "time_zone": None, "note": ""}
    kept: Json = {"id": new_id(), "practice_id": practice_id, "version": 1, "merged_into": None}
    made = Customer(**{**unknown, **values}, **kept, created_at=now, changed_at=now)
    rows.insert_new(session, made)
    return made


def update_customer(
    session: Session,
    now: datetime,
    practice_id: str,
    user_id: str | None,
    *,
    id: str,
    if_version: int | None,
    entries: Entries,
) -> Json:
    """Change what was given; later messages about the customer's appointments go to the new contact. Raises NotFound,
    CustomerMerged, PreconditionFailed, Invalid."""
    before = seek_customer(session, practice_id, id, lock=True)
    same_version(before, if_version)
    domain.entered(vars(before), entries.given)
    after = before.changed(now, **entries.given)
    rows.save(session, after)
    if any(getattr(before, name) != getattr(after, name) for name in domain.CONTACT):
        _readdress(session, now, before.id, after, user_id)
    return _record(session, now, after)


def _readdress(session: Session, now: datetime, former: str, to: Customer, user_id: str | None) -> int:
    """Give the appointments of the record `former` this customer's contact: how many there were. Events tell of those
    that are not over, and nobody is notified."""
    coming = rows.lock_coming(session, to.practice_id, former, now)
    for appointment in coming:
        _link(session, now, appointment, to, user_id)
    return len(coming) + rows.readdress_others(session, to.practice_id, former, to, now)


def _link(
    session: Session, now: datetime, before: Appointment, to: Customer | None, user_id: str | None
) -> Appointment:
    """Nobody is notified; the history says whose the appointment was and is, or how the contact changed."""
    previous = before.customer_id
    step = domain.relinked(before, to)
    after = edit(session, now, before, user_id, changed=step, **domain.link(before, to))
    if after.customer_id != previous:
        tell_linked(session, after, previous, now)
    return after


def merge_customers(
    session: Session,
    now: datetime,
    practice_id: str,
    user_id: str | None,
    *,
    id: str,
    duplicate: str,
    if_version: int | None,
    preview: bool,
) -> Json:
    """Let the duplicate go up in the customer: its appointments, and what only its record knew. With `preview` nothing
    changes. Raises NotFound, CustomerMerged, PreconditionFailed."""
    found = {each: seek_customer(session, practice_id, each, lock=not preview) for each in sorted((id, duplicate))}
    before, other = found[id], found[duplicate]
    same_version(before, if_version)
    after = domain.merged(before, other, now)
    counts = rows.counts(session, [other.id], practice_id, now).get(other.id)
    moved = int(counts["booked"]) if counts else 0
    if not preview:
        _merge(session, now, before, other, after, user_id)
    return {"customer": _record(session, now, after), "duplicate": wire.record(other, counts), "moved": moved}


def _merge(
    session: Session, now: datetime, before: Customer, other: Customer, after: Customer, user_id: str | None
) -> None:
    rows.save(session, after)
    rows.save(session, other.changed(now, merged_into=after.id))
    rows.forward(session, after.practice_id, other.id, after.id)
    if any(getattr(before, name) != getattr(after, name) for name in domain.CONTACT):
        _readdress(session, now, before.id, after, user_id)
    _readdress(session, now, other.id, after, user_id)


def customer_suggestions(
    session: Session, now: datetime, practice_id: str, id: str | None, customer: str | None
) -> Json:
    """Who may be meant by an appointment's booked contact, or be the same person as a customer. Raises NotFound."""
    if customer is not None:
        known = _known(rows.by_id(session, practice_id, customer))
        wanted = Wanted(known.first_name, known.last_name, known.email, known.phone)
    else:
        assert id is not None
        booked = domain.as_booked(seek(session, practice_id, id))
        wanted = Wanted(*(booked[name] for name in ("first_name", "last_name", "email", "phone")))
    found = rows.suggestions(session, practice_id, wanted, SUGGESTED + 1)
    shown = [one for one in found if one.customer.id != customer][:SUGGESTED]
    counts = rows.counts(session, [one.customer.id for one in shown], practice_id, now) if shown else {}
    return {"items": [wire.suggested(one, counts.get(one.customer.id)) for one in shown]}


def link_customer(
    session: Session,
    now: datetime,
    practice_id: str,
    user_id: str | None,
    *,
    id: str,
    customer_id: str | None,
    create: Entries | None,
    if_version: int | None,
) -> Json:
    """Link an appointment to a customer, or to a new record made of its booked contact; a repeat answers the same.
    Raises NotFound, CustomerMerged, PreconditionFailed, Invalid."""
    to = seek_customer(session, practice_id, customer_id, lock=True) if customer_id else None
    before = seek(session, practice_id, id, lock=True)
    values = domain.entered(domain.as_booked(before), create.given) if create else {}
    repeated = before.customer_id == to.id if to else _is(session, before, values)
    if repeated:
        return details(session, now, before)
    same_version(before, if_version)
    to = to or _create(session, now, practice_id, values)
    return details(session, now, _link(session, now, before, to, user_id))


def _is(session: Session, appointment: Appointment, values: Json) -> bool:
    """Whether the appointment's customer is known by these very entries."""
    if appointment.customer_id is None:
        return False
    known = _known(rows.by_id(session, appointment.practice_id, appointment.customer_id))
    return all(getattr(known, name) == value for name, value in values.items())


def book_for_customer(session: Session, now: datetime, wish: Book, offer: Offer, key: bytes) -> Json:
    """Book in the name of a customer's record: its contact, language and zone. Raises NotFound, CustomerMerged and what
    `book` raises."""
    if known := answered_before(session, now, wish, key):
        return known
    assert wish.customer_id is not None
    known_as = seek_customer(session, wish.practice_id, wish.customer_id, lock=True)
    contact = Contact(**{field.name: getattr(known_as, field.name) for field in fields(Contact)})
    own = replace(wish, contact=contact, locale=known_as.locale, zone=known_as.time_zone or wish.zone)
    return book(session, now, own, offer, key)


def unlink_customer(
    session: Session, now: datetime, practice_id: str, user_id: str | None, *, id: str, if_version: int | None
) -> Json:
    """Give the appointment its booked contact back; a repeat answers the same. Raises NotFound, PreconditionFailed."""
    before = seek(session, practice_id, id, lock=True)
    if before.customer_id is None:
        return details(session, now, before)
    same_version(before, if_version)
    return details(session, now, _link(session, now, before, None, user_id))
