"""Decisions without a database: how long a link is valid, what it is good for, what the mark shows."""

import calendar
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from invitations.domain.errors import InvalidTransition, PlanRequired, PreconditionFailed
from invitations.domain.invitation import (
    ACTIVE,
    DELETED,
    SMS,
    Call,
    Delivery,
    Invitation,
    Join,
    Mark,
    Practice,
    Purpose,
)

MONTHS_VALID = 3
DAY = timedelta(hours=24)
PLANS_WITH_SMS = ("standard", "premium")
QUEUED, EXPIRED, SENT, DELIVERED, FAILED = "queued", "expired", "sent", "delivered", "failed"
STATES = (QUEUED, EXPIRED, SENT, DELIVERED, FAILED)
RANK = {state: rank for rank, state in enumerate(STATES)}  # within one try the later one holds, in whatever order
ARRIVED = (SENT, DELIVERED)


def allows_sms(plan: str) -> bool:
    """Whether a practice on this plan may send SMS (V2)."""
    return plan in PLANS_WITH_SMS


def check_plan(practice: Practice, channels: Iterable[str]) -> None:
    """Raises PlanRequired when one of the channels is not in the plan."""
    if SMS in channels and not allows_sms(practice.plan):
        raise PlanRequired(plan=PLANS_WITH_SMS[0])


def three_months_after(end: datetime, zone: str) -> datetime:
    """The same wall time three calendar months later in this zone, at the month's last day if it has no such day.

    A time that the clocks skip moves forward, of one that comes twice the first is taken.
    """
    place = ZoneInfo(zone)
    wall = end.astimezone(place).replace(tzinfo=None, fold=0)
    years, month = divmod(wall.month - 1 + MONTHS_VALID, 12)
    year, month = wall.year + years, month + 1
    day = min(wall.day, calendar.monthrange(year, month)[1])
    return wall.replace(year=year, month=month, day=day, tzinfo=place).astimezone(UTC)


def valid_until(end: datetime, zone: str, before: datetime | None = None) -> datetime:
    """How long the link works (decision 16): a move never shortens it."""
    until = three_months_after(end, zone)
    return max(until, before) if before else until


def join_state(invitation: Invitation, now: datetime) -> Join:
    """What the link is good for now (decision 17). Start and duration are a guide only (V3)."""
    if invitation.status == DELETED:
        return Join.VOID
    if now >= invitation.valid_until:
        return Join.EXPIRED
    return Join.WAITING if invitation.call == Call.WAITING else Join.OPEN


def check_usable(invitation: Invitation, action: str, now: datetime) -> None:
    """Raises InvalidTransition when the link is void or expired."""
    state = join_state(invitation, now)
    if state in (Join.VOID, Join.EXPIRED):
        raise InvalidTransition(status=str(state), action=action)


def check_active(invitation: Invitation, action: str) -> None:
    """Raises InvalidTransition when it is deleted."""
    if invitation.status != ACTIVE:
        raise InvalidTransition(status=invitation.status, action=action)


def check_version(invitation: Invitation, expected: int | None) -> None:
    """Raises PreconditionFailed when somebody changed it since the caller read version `expected`."""
    if expected is not None and expected != invitation.version:
        raise PreconditionFailed(version=invitation.version)


def current(deliveries: Iterable[Delivery]) -> dict[str, Delivery]:
    """The newest attempt of each channel."""
    return {each.channel: each for each in sorted(deliveries, key=lambda each: each.attempt)}


def mark(channels: Sequence[str], deliveries: Iterable[Delivery]) -> Mark:
    """Tick or exclamation mark (decision 15): only the current attempt of each chosen channel counts."""
    newest = current(deliveries)
    states = [newest[channel].state if channel in newest else QUEUED for channel in channels]
    if any(state in (FAILED, EXPIRED) for state in states):
        return Mark.FAILED
    return Mark.DELIVERED if states and all(state in ARRIVED for state in states) else Mark.PENDING


def not_reached(channels: Sequence[str], deliveries: Iterable[Delivery]) -> list[Delivery]:
    """The current attempts of the chosen channels that failed."""
    newest = current(deliveries)
    known = [newest[channel] for channel in channels if channel in newest]
    return [each for each in known if each.state in (FAILED, EXPIRED)]


def to_be_called(invitation: Invitation, deliveries: Iterable[Delivery], now: datetime) -> list[Delivery]:
    """The failures because of which somebody has to call the guest: none once the meeting is over or deleted."""
    coming = invitation.status == ACTIVE and now < invitation.ends
    return not_reached(invitation.channels, deliveries) if coming else []


def was_called(invitation: Invitation, deliveries: Iterable[Delivery]) -> bool:
    """Whether staff have called the guest about all that failed: something newer that fails asks for another call."""
    about = invitation.called_for
    if about is None:
        return False
    failed = not_reached(invitation.channels, deliveries)
    return all(each.attempt <= about.get(each.channel, 0) for each in failed)


def learned(delivery: Delivery, state: str, turn: int, reason: str | None, at: datetime) -> Delivery | None:
    """The attempt after news of its message; None when the news are older than what is known.

    News may come in any order and more than once: the last try counts, and of one try the later state.
    """
    if (turn, RANK[state]) <= (delivery.turn, RANK[delivery.state]):
        return None
    return replace(delivery, state=state, turn=turn, reason=reason if state == FAILED else None, at=at)


def to_repeat(invitation: Invitation, deliveries: Iterable[Delivery]) -> list[str]:
    """The channels that "send again" uses: those whose message did not arrive or whose address is another now; if all
    is well, all of them."""
    newest = current(deliveries)
    wanting = [channel for channel in invitation.channels if not _well(invitation, newest.get(channel))]
    return wanting or list(invitation.channels)


def _well(invitation: Invitation, delivery: Delivery | None) -> bool:
    return (
        delivery is not None and delivery.state in ARRIVED and delivery.address == invitation.address(delivery.channel)
    )


def to_call_off(invitation: Invitation, deliveries: Iterable[Delivery], now: datetime) -> list[str]:
    """The channels that tell the guest of the deletion: where an invitation may have arrived, while it matters."""
    if now >= invitation.ends:
        return []
    reached = {each.channel for each in deliveries if each.state not in (FAILED, EXPIRED)}
    return [channel for channel in invitation.channels if channel in reached]


def attempts(
    invitation: Invitation, deliveries: Sequence[Delivery], channels: Iterable[str], purpose: Purpose, now: datetime
) -> list[Delivery]:
    """The next attempt of each of these channels."""
    newest = current(deliveries)
    return [
        Delivery(
            invitation_id=invitation.id,
            channel=channel,
            attempt=newest[channel].attempt + 1 if channel in newest else 1,
            practice_id=invitation.practice_id,
            purpose=purpose,
            address=invitation.address(channel),
            state=QUEUED,
            reason=None,
            turn=0,
            at=now,
            created_at=now,
        )
        for channel in channels
    ]


def overtaken(
    invitation: Invitation, deliveries: Iterable[Delivery], sent: Iterable[Delivery], now: datetime
) -> list[Delivery]:
    """Attempts that never began and that a newer one replaces, or the deletion: they will not go out any more."""
    replaced = {each.channel for each in sent}
    return [
        replace(each, state=EXPIRED, at=now)
        for each in deliveries
        if each.state == QUEUED and (invitation.status == DELETED or each.channel in replaced)
    ]
