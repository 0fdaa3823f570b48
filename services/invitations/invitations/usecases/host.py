"""What staff do with invitations. Every query is scoped by the practice."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from marshmallow import ValidationError

from invitations import store
from invitations.contracts import phones, views
from invitations.domain import rules
from invitations.domain.errors import IdempotencyConflict, Invalid
from invitations.domain.invitation import (
    ACTIVE,
    CONSENT_TEXT,
    DELETED,
    EMAIL,
    SMS,
    Call,
    Host,
    Invitation,
    Mark,
    Practice,
    Purpose,
)
from invitations.usecases.common import Limits, change, check_limits, join_token, seek, shown, tell
from runtime.db import Session
from runtime.fields import REQUIRED, cursor_at
from runtime.ids import stable_id
from runtime.links import fingerprint

PAST = "This time has passed."
MOVING = ("starts", "ends")


def create(
    session: Session,
    now: datetime,
    practice: Practice,
    host: Host,
    user_id: str | None,
    wish: dict[str, Any],
    limits: Limits,
    key: bytes,
) -> dict[str, Any]:
    """Invite a guest; a repeat under the same idempotency key answers the same invitation.

    Raises IdempotencyConflict, PlanRequired, Invalid, TooManyInvitations.
    """
    store.lock(session, practice.id)
    id = stable_id("invitation", practice.id, wish["idempotency_key"])
    if known := store.by_id(session, practice.id, id):
        if known.digest != wish["digest"]:
            raise IdempotencyConflict()
        return shown(session, now, known, key)
    rules.check_plan(practice, wish["channels"])
    invitation = _new(id, now, practice, host, user_id, wish, key)
    _check_reach(invitation)
    if invitation.ends <= now:
        raise Invalid(errors={"start": [PAST]})
    send = rules.attempts(invitation, [], invitation.channels, Purpose.INVITATION, now)
    check_limits(session, now, practice.id, [each.address for each in send], limits)
    store.insert_new(session, invitation)
    store.add_deliveries(session, send)
    tell(session, "invitation.created", invitation, now, views.event(invitation, send, send, None))
    return shown(session, now, invitation, key)


def _new(
    id: str, now: datetime, practice: Practice, host: Host, user_id: str | None, wish: dict[str, Any], key: bytes
) -> Invitation:
    ends = wish["start"] + timedelta(minutes=wish["duration_minutes"])
    return Invitation(
        id=id,
        practice_id=practice.id,
        version=1,
        told=1,
        status=ACTIVE,
        calendar_id=host.calendar_id,
        nickname=host.nickname,
        time_zone=host.time_zone,
        host_id=user_id,
        first_name=wish["first_name"],
        last_name=wish["last_name"],
        email=wish["email"],
        phone=_phone(wish["phone"], practice) if wish["phone"] else None,
        channels=wish["channels"],
        starts=wish["start"],
        ends=ends,
        valid_until=rules.valid_until(ends, host.time_zone),
        locale=wish["locale"] or practice.locale,
        guest_zone=wish["time_zone"],
        consent_at=now,
        consent_by=user_id,
        consent_text=CONSENT_TEXT,
        token_hash=fingerprint(join_token(key, id)),
        token_generation=1,
        mark=Mark.PENDING,
        call=Call.IDLE,
        digest=wish["digest"],
        last_key=None,
        created_at=now,
        changed_at=now,
    )


def _phone(typed: str, practice: Practice) -> str:
    try:
        return phones.normal_phone(typed, practice.country)
    except ValidationError as error:
        raise Invalid(errors={"phone": error.messages}) from None


def _check_reach(invitation: Invitation) -> None:
    """Raises Invalid when a chosen channel has no address, or one that it cannot reach."""
    errors = {
        field: [REQUIRED]
        for channel, field in ((EMAIL, "email"), (SMS, "phone"))
        if channel in invitation.channels and not invitation.address(channel)
    }
    if SMS in invitation.channels and invitation.phone and not phones.can_get_sms(invitation.phone):
        errors["phone"] = [phones.NO_MOBILE]
    if errors:
        raise Invalid(errors=errors)


def page(
    session: Session,
    now: datetime,
    practice_id: str,
    *,
    scope: str | None,
    mark: str | None,
    limit: int,
    cursor: Any,
    key: bytes,
) -> dict[str, Any]:
    """A page of the practice's invitations, each with every attempt."""
    found = store.search(session, practice_id, now, scope=scope, mark=mark, limit=limit, cursor=cursor)
    listed = found[:limit]
    attempts = store.deliveries_of(session, [each.id for each in listed])
    last = listed[-1] if len(found) > limit else None
    return {
        "items": [
            views.staff(each, attempts[each.id], join_token(key, each.id, each.token_generation), now)
            for each in listed
        ],
        "next": cursor_at(last.starts if scope else last.created_at, last.id) if last else None,
    }


def show(session: Session, now: datetime, practice_id: str, id: str, key: bytes) -> dict[str, Any]:
    """One invitation with every attempt. Raises NotFound."""
    return shown(session, now, seek(session, practice_id, id), key)


def edit(
    session: Session, now: datetime, practice_id: str, id: str, wish: dict[str, Any], limits: Limits, key: bytes
) -> dict[str, Any]:
    """Move it, change its length or the guest's name, language or zone; the guest hears of another time. Nothing
    happens if all is so already.

    Raises NotFound, InvalidTransition, PreconditionFailed, Invalid, TooManyInvitations.
    """
    before = seek(session, practice_id, id, lock=True)
    rules.check_active(before, "change")
    rules.check_version(before, wish.get("if_version"))
    values = _edited(before, wish)
    changed = {name for name, value in values.items() if value != getattr(before, name)}
    if not changed:
        return shown(session, now, before, key)
    if changed & set(MOVING) and values["ends"] <= now:
        raise Invalid(errors={"start": [PAST]})
    after = before.changed(now, **values)
    channels = before.channels if changed & set(MOVING) else []
    after = change(
        session,
        before,
        after,
        type="changed",
        now=now,
        channels=channels,
        purpose=Purpose.MOVED,
        limits=limits,
    )
    return shown(session, now, after, key)


def _edited(before: Invitation, wish: dict[str, Any]) -> dict[str, Any]:
    starts = wish.get("start", before.starts)
    ends = starts + timedelta(minutes=wish.get("duration_minutes", before.minutes))
    return {
        "first_name": wish.get("first_name", before.first_name),
        "last_name": wish.get("last_name", before.last_name),
        "locale": wish.get("locale", before.locale),
        "guest_zone": wish.get("time_zone", before.guest_zone),
        "starts": starts,
        "ends": ends,
        "valid_until": rules.valid_until(ends, before.time_zone, before.valid_until),
    }


def delete(
    session: Session, now: datetime, practice_id: str, id: str, if_version: int | None, key: bytes
) -> dict[str, Any]:
    """Call it off: its link is void, and the guest hears of it. A repeat answers the same.

    Raises NotFound, PreconditionFailed.
    """
    before = seek(session, practice_id, id, lock=True)
    if before.status == DELETED:
        return shown(session, now, before, key)
    rules.check_version(before, if_version)
    after = before.changed(now, status=DELETED, call=Call.IDLE)
    channels = rules.to_call_off(before, store.deliveries_of(session, [id])[id], now)
    after = change(session, before, after, type="deleted", now=now, channels=channels, purpose=Purpose.CANCELLED)
    return shown(session, now, after, key)


def resend(
    session: Session,
    now: datetime,
    practice: Practice,
    id: str,
    wish: dict[str, Any],
    limits: Limits,
    key: bytes,
) -> dict[str, Any]:
    """Send it again with the same link, to a corrected address if there is one. A repeat under the same idempotency
    key sends nothing more.

    Raises NotFound, InvalidTransition, PreconditionFailed, PlanRequired, Invalid, TooManyInvitations.
    """
    before = seek(session, practice.id, id, lock=True)
    once = wish.get("idempotency_key")
    if once and before.last_key == once:
        return shown(session, now, before, key)
    rules.check_usable(before, "resend", now)
    rules.check_version(before, wish.get("if_version"))
    after = before.changed(now, **_corrected(before, wish, practice), last_key=once)
    rules.check_plan(practice, after.channels)
    _check_reach(after)
    channels = rules.to_repeat(after, store.deliveries_of(session, [id])[id])
    after = change(session, before, after, type="resent", now=now, channels=channels, limits=limits)
    return shown(session, now, after, key)


def _corrected(before: Invitation, wish: dict[str, Any], practice: Practice) -> dict[str, Any]:
    phone = wish.get("phone")
    return {
        "email": wish.get("email", before.email),
        "phone": _phone(phone, practice) if phone else before.phone,
        "channels": wish.get("channels", before.channels),
    }


def admit(
    session: Session, now: datetime, practice_id: str, id: str, if_version: int | None, key: bytes
) -> dict[str, Any]:
    """Let the guest in; a repeat answers the same. Raises NotFound, InvalidTransition, PreconditionFailed."""
    return _call(session, now, practice_id, id, if_version, Call.ADMITTED, "admit", key)


def end(
    session: Session, now: datetime, practice_id: str, id: str, if_version: int | None, key: bytes
) -> dict[str, Any]:
    """End the call; the guest has to knock again. Raises NotFound, InvalidTransition, PreconditionFailed."""
    return _call(session, now, practice_id, id, if_version, Call.IDLE, "end", key)


def _call(
    session: Session,
    now: datetime,
    practice_id: str,
    id: str,
    if_version: int | None,
    call: Call,
    action: str,
    key: bytes,
) -> dict[str, Any]:
    before = seek(session, practice_id, id, lock=True)
    rules.check_usable(before, action, now)
    rules.check_version(before, if_version)
    after = before
    if before.call != call:
        after = change(session, before, replace(before, call=call), type="changed", now=now)
    return shown(session, now, after, key)
