"""The turns of a message: taken from the queue, sent or put back, told to the others."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from notify import metrics, words
from notify.domain.decide import Channel
from notify.domain.delivery import Outcome, State, failure, rank, retry, wait
from notify.domain.templates import Template
from notify.store import projections, queue, settings, texting
from notify.store.settings import Letterhead
from notify.usecases import invitations
from notify.usecases.channels import valid_email
from notify.usecases.events import supersede
from notify.usecases.templates import template
from runtime.db import Session
from runtime.outbox import emit

PLAIN = Letterhead({}, {})  # of a practice that we have not heard of yet


@dataclass(frozen=True, kw_only=True)
class Turn:
    """One attempt, the `attempt`th, at one message; `head` as it was when it began."""

    id: str
    practice_id: str
    appointment_id: str | None
    invitation_id: str | None
    purpose: str
    role: str
    channel: str
    recipient: str
    snapshot: dict[str, Any]
    attempt: int
    round: int
    traceparent: str
    head: Letterhead


def claim(session: Session, now: datetime, limit: int, lease: timedelta, channel: str = Channel.EMAIL) -> list[Turn]:
    """Begin a turn for up to `limit` due messages of this channel. Messages too old to help anybody expire instead;
    what a customer should have heard of an appointment that is not over fails."""
    touched = queue.begin_turns(session, now, limit, now + lease, channel)
    metrics.count_each((row.channel, row.state) for row in touched if row.state == State.EXPIRED)
    for row in touched:
        if row.state == State.FAILED:
            ended(session, row, failure("late"), now)
        elif row.state == State.EXPIRED and row.invitation_id:  # somebody waits to hear whether the guest was reached
            _tell(session, row, failure("late"), now)
    rows = [row for row in touched if row.state == State.SENDING]
    if not rows:
        return []
    heads = settings.letterheads(session, {row.practice_id for row in rows})
    return [_turn(row, heads.get(row.practice_id, PLAIN)) for row in rows]


def _turn(row: Any, head: Letterhead) -> Turn:
    return Turn(
        id=row.id,
        practice_id=row.practice_id,
        appointment_id=row.appointment_id,
        invitation_id=row.invitation_id,
        purpose=row.purpose,
        role=row.role,
        channel=row.channel,
        recipient=row.recipient,
        snapshot=row.snapshot,
        attempt=row.attempt,
        round=row.round,
        traceparent=row.traceparent,
        head=head,
    )


@dataclass(frozen=True)
class Material:
    """What a message is written from, besides its own snapshot."""

    practice: dict[str, Any]
    template: Template
    attachment: Template
    locale: str


def material(turn: Turn) -> Material:
    """The practice and the words for this message, in its reader's language."""
    practice = _presentable(turn.head.practice)
    locale = words.locale_for(turn.role, turn.snapshot["customer"].get("locale"), practice)
    own = turn.head.own.get(locale, {})
    return Material(practice, template(own, turn.purpose, locale), template(own, "calendar_attachment", locale), locale)


def recover(session: Session, now: datetime) -> None:
    """Put messages back whose sender died. They go out under the same Message-ID, unless overtaken meanwhile."""
    for row in queue.recover(session, now):
        queued_again(session, row, retry("interrupted"), now)


def forget(session: Session, now: datetime) -> None:
    """Empty what is left of appointments that are over."""
    queue.forget(session, now)


def finish(session: Session, now: datetime, message_id: str, attempt: int, outcome: Outcome, base: timedelta) -> None:
    """Note how the turn ended and tell it. Does nothing when the turn was lost and another has begun."""
    outcome, again = next_try(session, now, message_id, attempt, outcome, base)
    row = queue.end_turn(session, message_id, attempt, outcome, now, again)
    if row is None:
        return
    if outcome.temporary:
        queued_again(session, row, outcome, now)
    else:
        ended(session, row, outcome, now)


def next_try(
    session: Session, now: datetime, message_id: str, attempt: int, outcome: Outcome, base: timedelta
) -> tuple[Outcome, datetime]:
    """When to try again after this outcome; a failure where the message would help nobody then. A message that staff
    have sent again waits as a new one does."""
    pace = queue.pace(session, message_id, attempt) if outcome.temporary else None
    if pace is None:
        return outcome, now
    again = now + wait(attempt - pace.round_began, base)
    return (replace(outcome, state=State.FAILED) if again >= pace.useful_until else outcome), again


@dataclass(frozen=True)
class FileMaterial:
    """What a calendar file is written from, besides booking's answer. `version`: the newest that notify has seen."""

    practice: dict[str, Any]
    attachment: Template
    locale: str
    version: int


def for_calendar_file(session: Session, view: dict[str, Any], reader: str) -> FileMaterial:
    """The practice and words for the customer's appointment as booking answered it."""
    practice = _presentable(projections.practice(session, view["practice_id"]))
    locale = words.locale_for("customer", (view.get("customer") or {}).get("locale") or reader, practice)
    own = settings.overrides(session, view["practice_id"], locale)
    seen = projections.seen(session, view["id"])
    return FileMaterial(practice, template(own, "calendar_attachment", locale), locale, seen.version if seen else 0)


def _presentable(practice: dict[str, Any] | None) -> dict[str, Any]:
    """The practice without an address that no header may hold: a typing error there must not stop its mails."""
    found = practice or {}
    return found if valid_email(found.get("email") or "") else {**found, "email": ""}


def queued_again(session: Session, row: Any, outcome: Outcome, now: datetime) -> None:
    """Keep how the turn ended, and see whether another one still makes sense."""
    how = {"state": outcome.state, "reason": outcome.reason, "detail": outcome.detail, "recipient": row.recipient}
    queue.add_attempt(session, {"message_id": row.id, "number": row.attempt, "at": now, **how})
    if row.appointment_id:
        supersede(session, row.appointment_id, now)
    elif row.invitation_id:
        invitations.supersede(session, row.invitation_id, row.practice_id, now)


def ended(session: Session, row: Any, outcome: Outcome, now: datetime) -> None:
    """Count and tell what became of the turn; remember who wants no SMS, whoever has told us."""
    metrics.count_each([(row.channel, outcome.state)])
    if outcome.reason == "opted_out":
        texting.opt_out(session, row.practice_id, row.recipient, now)
    _tell(session, row, outcome, now)


def _tell(session: Session, row: Any, outcome: Outcome, now: datetime) -> None:
    reason = None
    if outcome.reason:
        practice = projections.practice(session, row.practice_id) or {}
        reason = words.reason(outcome.reason, words.choose(practice.get("locale")))
    emit(
        session,
        "notify",
        f"{row.channel}.{outcome.state}",
        subject=row.id,
        practice_id=row.practice_id,
        version=rank(row.attempt, outcome.state),
        now=now,
        data={
            "message": row.id,
            "purpose": row.purpose,
            "appointment": row.appointment_id,
            "invitation": row.invitation_id,
            "invitation_attempt": row.version if row.invitation_id else None,
            "role": row.role,
            "attempt": row.attempt,
            "reason": reason,
        },
        mandatory=False,
    )
