"""The turns of a message: taken from the queue, sent or put back, told to the others."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy.orm import Session

from notify import store, words
from notify.domain.delivery import Outcome, State, retry, wait
from notify.domain.templates import Template
from notify.models import Attempt, Message
from notify.usecases.channels import valid_email
from notify.usecases.events import supersede
from notify.usecases.templates import template
from runtime.outbox import emit


@dataclass(frozen=True)
class Material:
    """What a message is written from, besides its own snapshot."""

    practice: dict[str, Any]
    template: Template
    attachment: Template
    locale: str


def claim(session: Session, now: datetime, limit: int, lease: timedelta) -> Sequence[Message]:
    """Begin a turn for up to `limit` due messages. Messages too old to help anybody expire instead."""
    _recover(session, now)
    begun = []
    for message in store.due(session, now, limit):
        message.changed_at = now
        if message.useful_until <= now:
            message.state, message.reason = State.EXPIRED, "too_late"
            continue
        message.state, message.attempt, message.lease_until = State.SENDING, message.attempt + 1, now + lease
        begun.append(message)
    return begun


def _recover(session: Session, now: datetime) -> None:
    """Put messages back whose sender died. They go out under the same Message-ID, unless overtaken meanwhile."""
    for message in store.lost_turns(session, now):
        _note(session, message, retry("interrupted"), now)
        message.state, message.not_before, message.lease_until = State.QUEUED, now, None
        session.flush()
        _drop_if_overtaken(session, message, now)


def finish(session: Session, now: datetime, message_id: str, attempt: int, outcome: Outcome, base: timedelta) -> None:
    """Note how the turn ended and tell it. Does nothing when the turn was lost and another has begun."""
    message = store.my_turn(session, message_id, attempt)
    if message is None:
        return
    next_try = now + wait(attempt, base)
    if outcome.temporary and next_try >= message.useful_until:
        outcome = replace(outcome, state=State.FAILED)
    _note(session, message, outcome, now)
    message.state, message.reason, message.detail = outcome.state, outcome.reason, outcome.detail
    message.changed_at, message.lease_until = now, None
    if outcome.temporary:
        message.not_before = next_try
        session.flush()
        _drop_if_overtaken(session, message, now)
    else:
        _tell(session, message, now)


def material(session: Session, message: Message) -> Material:
    """The practice and the words for this message, in its reader's language."""
    practice = _presentable(store.practice(session, message.practice_id))
    locale = words.locale_for(message.role, message.snapshot["customer"].get("locale"), practice)
    own = store.overrides(session, message.practice_id, locale)
    return Material(
        practice, template(own, message.purpose, locale), template(own, "calendar_attachment", locale), locale
    )


@dataclass(frozen=True)
class FileMaterial:
    """What a calendar file is written from, besides booking's answer. `version`: the newest that notify has seen."""

    practice: dict[str, Any]
    attachment: Template
    locale: str
    version: int


def for_calendar_file(session: Session, view: dict[str, Any], reader: str) -> FileMaterial:
    """The practice and words for the customer's appointment as booking answered it."""
    practice = _presentable(store.practice(session, view["practice_id"]))
    locale = words.locale_for("customer", (view.get("customer") or {}).get("locale") or reader, practice)
    own = store.overrides(session, view["practice_id"], locale)
    seen = store.seen(session, view["id"])
    return FileMaterial(practice, template(own, "calendar_attachment", locale), locale, seen.version if seen else 0)


def _presentable(practice: dict[str, Any] | None) -> dict[str, Any]:
    """The practice without an address that no header may hold: a typing error there must not stop its mails."""
    found = practice or {}
    return found if valid_email(found.get("email") or "") else {**found, "email": ""}


def _drop_if_overtaken(session: Session, message: Message, now: datetime) -> None:
    if message.appointment_id:
        supersede(session, message.appointment_id, now)


def _note(session: Session, message: Message, outcome: Outcome, now: datetime) -> None:
    session.add(
        Attempt(
            message_id=message.id,
            number=message.attempt,
            at=now,
            state=outcome.state,
            reason=outcome.reason,
            detail=outcome.detail,
        )
    )


def _tell(session: Session, message: Message, now: datetime) -> None:
    reason = None
    if message.reason:
        practice = store.practice(session, message.practice_id) or {}
        reason = words.reason(message.reason, words.choose(practice.get("locale")))
    emit(
        session,
        "notify",
        "email.sent" if message.state == State.SENT else "email.failed",
        subject=message.id,
        practice_id=message.practice_id,
        version=message.attempt,
        now=now,
        data={
            "message": message.id,
            "purpose": message.purpose,
            "appointment": message.appointment_id,
            "invitation": message.invitation_id,
            "role": message.role,
            "attempt": message.attempt,
            "reason": reason,
        },
    )
