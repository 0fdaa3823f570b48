"""Reminders on a schedule (X9): made from events, worked off when their time comes, each once."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from notify import contracts, metrics
from notify.domain.appointments import Appointment, Status
from notify.domain.decide import Channel, Draft, Purpose, Role
from notify.domain.delivery import State
from notify.domain.errors import PreconditionFailed
from notify.domain.reminders import DEFAULT, Rule, ahead, at_once, in_order
from notify.store import projections, queue
from notify.store import reminders as kept
from notify.store.settings import Contacts
from notify.usecases.messages import row
from notify.usecases.numbers import reach
from runtime.db import Session

TOLD = ("booked", "accepted", "rescheduled")  # changes after which a customer may hear at once
BATCH = 100
GRACE = timedelta(minutes=2)  # longer than any transaction lasts: until then an event may have seen the rules of before


def show_rules(session: Session, practice_id: str) -> dict[str, Any]:
    """The rules that hold, in order, and their version."""
    own = kept.rules(session, practice_id)
    rules = read(own.rules) if own else DEFAULT
    return {"version": own.version if own else 0, "rules": [written(rule) for rule in in_order(rules)]}


def save_rules(
    session: Session, practice_id: str, wanted: Iterable[Mapping[str, Any]], if_version: int | None, now: datetime
) -> dict[str, Any]:
    """Replace the rules; the schedule follows shortly. Raises PreconditionFailed."""
    before = kept.rules(session, practice_id)
    version = before.version if before else 0
    if if_version is not None and if_version != version:
        raise PreconditionFailed(version=version)
    rules = [written(rule) for rule in in_order(read(wanted))]
    changed = {"version": version + 1, "rules": rules, "changed_at": now, "settled": False}
    kept.save_rules(session, {"practice_id": practice_id, **changed})
    return {"version": version + 1, "rules": rules}


def read(rules: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    return tuple(Rule(Channel(rule["channel"]), int(rule["before"])) for rule in rules)


def written(rule: Rule) -> dict[str, Any]:
    return {"channel": rule.channel, "before": rule.before}


def follow(session: Session, change: Appointment, rules: Sequence[Rule]) -> None:
    """Schedule the reminders of an appointment whose newest version this is: of what was called off none, of what was
    moved those of the new time. Those whose time had passed at the change are left out, but for one SMS at once."""
    if change.status is not Status.ACCEPTED:
        if change.version > 1:
            kept.drop(session, change.id)
        return
    if change.version > 1:
        kept.drop(session, change.id, but_of=change.start)
    wanted = ahead(rules, change.start, change.at)
    if _hears_at_once(change):
        missed = at_once(rules, change.start, change.at)
        wanted += [(missed, change.at)] if missed else []
    _schedule(session, change.id, change.practice_id, change.start, wanted)


def _hears_at_once(change: Appointment) -> bool:
    """Whether an SMS may follow on this change: staff did not wish for silence, and the confirmation has not just gone
    by SMS, by their choice or for want of an address."""
    by_mail = bool(change.customer.email) and Channel.SMS not in (change.channels or ())
    return change.change in TOLD and change.notify and change.start > change.at and by_mail


def _schedule(
    session: Session, appointment: str, practice: str, start: datetime, wanted: Iterable[tuple[Rule, datetime]]
) -> None:
    whose = {"appointment_id": appointment, "practice_id": practice, "starts": start, "done_at": None}
    kept.add(session, [{**whose, "rule": r.key, "channel": r.channel, "due_at": at} for r, at in wanted])


def follow_rules(session: Session, now: datetime) -> int:
    """Schedule up to BATCH coming appointments anew whose practice has changed its rules; how many that were. What
    the new rules would have told before they were made is not told any more."""
    found = kept.to_follow(session, now, BATCH)
    for one in found:
        rules = read(one.rules)
        kept.drop_of_other_rules(session, one.id, [rule.key for rule in rules])
        wanted = ahead(rules, one.starts, one.changed_at)
        _schedule(session, one.id, one.practice_id, one.starts, wanted)
        kept.followed(session, one.id, one.version)
    if len(found) < BATCH:
        kept.settle(session, now - GRACE)
    return len(found)


def work_off(session: Session, now: datetime, sms: bool) -> int:
    """Make messages of up to BATCH reminders whose time has come; how many reminders that were. All in one
    transaction: whenever it dies, either a reminder is a message and done, or neither. `sms`: SMS can leave the
    house."""
    found = kept.due(session, now, BATCH)
    if not found:
        return 0
    appointments = kept.known(session, list({one.appointment_id for one in found}))
    practices = projections.practices(session, {one.practice_id for one in found})
    rows = [
        message
        for one in found
        if (message := _message(one, appointments.get(one.appointment_id), practices.get(one.practice_id), now, sms))
    ]
    queue.add_messages(session, rows)
    metrics.count_each((message["channel"], State.QUEUED) for message in rows)
    kept.done(session, [(one.appointment_id, one.rule) for one in found], now)
    return len(found)


def _message(one: Any, known: Any, practice: dict[str, Any] | None, now: datetime, sms: bool) -> dict[str, Any] | None:
    """The reminder as a message; None when there is nothing to remind of, or no way to the customer."""
    if known is None or not known.snapshot or known.status != Status.ACCEPTED or known.starts != one.starts:
        return None
    snapshot = contracts.reminding(known.snapshot)
    change = contracts.appointment(snapshot)
    recipient = change.customer.email if one.channel == Channel.EMAIL else _number(change, practice, sms)
    if not recipient or change.start <= now or change.version != known.version:
        return None
    draft = Draft(Purpose.REMINDER, Role.CUSTOMER, recipient, Channel(one.channel))
    return row(change, draft, snapshot, now, occasion=f"{one.rule}@{one.starts.isoformat()}")


def _number(change: Appointment, practice: dict[str, Any] | None, sms: bool) -> str:
    found = practice or {}
    contacts = Contacts("", (), "", found.get("plan") or "", found.get("country") or "DE")
    return reach(contacts, change.customer.phone, sms).customer_phone
