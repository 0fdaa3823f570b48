"""An invitation as it goes over the wire: to staff, to the guest, in events. The link's token is in no event."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from invitations.domain import rules
from invitations.domain.invitation import Call, Delivery, Invitation, Join
from runtime.clock import iso


def delivery(each: Delivery) -> dict[str, Any]:
    """One attempt."""
    return {
        "channel": each.channel,
        "attempt": each.attempt,
        "purpose": each.purpose,
        "address": each.address,
        "state": each.state,
        "at": iso(each.at),
        "reason": each.reason,
    }


def _common(invitation: Invitation) -> dict[str, Any]:
    host = {
        "calendar": invitation.calendar_id,
        "nickname": invitation.nickname,
        "time_zone": invitation.time_zone,
    }
    same = ("id", "status", "version", "first_name", "last_name", "email", "phone", "channels", "mark", "locale")
    return {
        **{name: getattr(invitation, name) for name in same},
        "host": host,
        "start": iso(invitation.starts),
        "end": iso(invitation.ends),
        "duration_minutes": invitation.minutes,
        "time_zone": invitation.guest_zone,
        "valid_until": iso(invitation.valid_until),
        "created_at": iso(invitation.created_at),
    }


def staff(invitation: Invitation, deliveries: Sequence[Delivery], token: str, now: datetime) -> dict[str, Any]:
    """Everything that staff may see. `state` is what the link is good for now."""
    consent = {
        "at": iso(invitation.consent_at),
        "user": invitation.consent_by,
        "text": invitation.consent_text,
    }
    return {
        **_common(invitation),
        "state": rules.join_state(invitation, now),
        "call": invitation.call,
        "consent": consent,
        "changed_at": iso(invitation.changed_at),
        "called": _called(invitation, deliveries),
        "delivery": [delivery(each) for each in deliveries],
        "join_token": token,
    }


def _called(invitation: Invitation, deliveries: Sequence[Delivery]) -> dict[str, Any] | None:
    if invitation.called_at is None or not rules.was_called(invitation, deliveries):
        return None
    return {"at": iso(invitation.called_at), "by": invitation.called_name or ""}


def guest(invitation: Invitation, now: datetime) -> dict[str, Any]:
    """What the link shows to whoever opens it: of the guest the name alone, and only while the link is good."""
    state = rules.join_state(invitation, now)
    usable = state in (Join.OPEN, Join.WAITING)
    return {
        "state": state,
        "admitted": usable and invitation.call == Call.ADMITTED,
        "practice_id": invitation.practice_id,
        "host": {"nickname": invitation.nickname, "time_zone": invitation.time_zone},
        "guest": f"{invitation.first_name} {invitation.last_name}" if usable else None,
        "start": iso(invitation.starts),
        "end": iso(invitation.ends),
        "time_zone": invitation.guest_zone or invitation.time_zone,
        "locale": invitation.locale,
        "valid_until": iso(invitation.valid_until),
    }


def call(
    invitation: Invitation, now: datetime, items: Sequence[dict[str, Any]], after: int, *, replaced: bool, other: bool
) -> dict[str, Any]:
    """What is new in a call, for one side's browser."""
    state = rules.join_state(invitation, now)
    return {
        "invitation": invitation.id,
        "state": state,
        "waiting": state == Join.WAITING,
        "admitted": state == Join.OPEN and invitation.call == Call.ADMITTED,
        "replaced": replaced,
        "other": other,
        "items": [{name: each[name] for name in ("id", "peer", "kind", "data")} for each in items],
        "last": items[-1]["id"] if items else after,
    }


def event(
    invitation: Invitation,
    deliveries: Iterable[Delivery],
    send: Iterable[Delivery],
    before: Invitation | None,
) -> dict[str, Any]:
    """Data of every `invitation.*` event. `send` are the messages that this change asks for."""
    moved = before if before and before.starts != invitation.starts else None
    return {
        **_common(invitation),
        "call": invitation.call,
        "delivery": [delivery(each) for each in rules.current(deliveries).values()],
        "send": [{name: getattr(each, name) for name in ("channel", "attempt", "purpose", "address")} for each in send],
        "previous_start": iso(moved.starts) if moved else None,
        "previous_end": iso(moved.ends) if moved else None,
    }
