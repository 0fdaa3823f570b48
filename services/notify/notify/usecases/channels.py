"""Where a calendar's practitioner hears of online bookings (D5)."""

import re
from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, validate

from notify import words
from notify.domain.decide import Channel
from notify.domain.errors import Invalid, NotFound, PlanRequired, PreconditionFailed, SmsUnavailable
from notify.domain.plan import allows_sms
from notify.store import projections, settings
from notify.usecases.numbers import e164, for_sms
from runtime.db import Session
from runtime.versions import content_version, one_at_a_time

SPAM_FOLDER_HOSTS = frozenset({"hotmail.com", "outlook.com", "live.com"})
_EMAIL = validate.Email()
_LOCAL = re.compile(r"^[^\s\x00-\x1f\x7f<>\"(),;:@\[\]\\]{1,64}$")


def notification_settings(session: Session, practice_id: str, calendar: str) -> dict[str, Any]:
    """The addresses of one calendar. Raises NotFound for another practice's calendar."""
    if not projections.owns_calendar(session, practice_id, calendar):
        raise NotFound(calendar=calendar)
    return _shown(settings.channel_settings(session, calendar))


def all_notification_settings(session: Session, practice_id: str) -> dict[str, Any]:
    """The addresses of every calendar for which some were ever entered."""
    return {
        "items": [
            {"calendar": row["calendar_id"], **_shown(row)} for row in settings.every_channel(session, practice_id)
        ]
    }


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {name: row.get(name) for name in ("email", "phone", "copy_to")}
    found["version"] = content_version(found)
    return {**found, "hint": "spam_folder"} if may_land_in_spam(found["email"]) else found


def update_notification_settings(
    session: Session,
    practice_id: str,
    calendar: str,
    changes: dict[str, str | None],
    reader: str,
    if_version: int | None = None,
) -> dict[str, Any]:
    """Change addresses; null or an empty text switches one off. Raises NotFound, Invalid, PreconditionFailed."""
    one_at_a_time(session, f"channels|{calendar}")
    now = notification_settings(session, practice_id, calendar)
    if if_version not in (None, now["version"]):
        raise PreconditionFailed(version=now["version"])
    country = (projections.practice(session, practice_id) or {}).get("country") or "DE"
    checked = _check({name: (value or "").strip() or None for name, value in changes.items()}, country, reader)
    kept = {name: now[name] for name in ("email", "phone", "copy_to")}
    row = {"calendar_id": calendar, "practice_id": practice_id, **kept, **checked}
    settings.save_channel_settings(session, row)
    return notification_settings(session, practice_id, calendar)


def ways(session: Session, practice_id: str, provided: bool, phone: str | None = None) -> dict[str, Any]:
    """By which channels the practice can send, and why not by others. `provided`: there is a provider of SMS. With
    `phone`: whether it can reach this number, too."""
    practice = projections.practice(session, practice_id) or {}
    reason = "no_mobile" if phone and not for_sms(phone, practice.get("country") or "DE") else None
    if not provided:
        reason = "sms_unavailable"
    if not allows_sms(practice):
        reason = "plan_required"
    return {"email": {"possible": True, "reason": None}, "sms": {"possible": reason is None, "reason": reason}}


def require(session: Session, practice_id: str, channels: list[str], provided: bool) -> dict[str, Any]:
    """The same. Raises PlanRequired, SmsUnavailable when one of these channels is not possible."""
    found = ways(session, practice_id, provided)
    if Channel.SMS in channels and not found["sms"]["possible"]:
        raise PlanRequired() if found["sms"]["reason"] == "plan_required" else SmsUnavailable()
    return found


def may_land_in_spam(email: str | None) -> bool:
    """True for hosts that are known to sort such messages out."""
    return bool(email) and str(email).rpartition("@")[2].lower() in SPAM_FOLDER_HOSTS


def valid_email(address: str) -> bool:
    """True for an address that may stand in a header and an envelope; umlauts are welcome, control characters never."""
    local, at, host = address.rpartition("@")
    if not at or not _LOCAL.match(local) or len(address) > 254:
        return False
    try:
        _EMAIL(f"x@{host.encode('idna').decode()}")
    except (ValidationError, UnicodeError):
        return False
    return True


def _check(changes: dict[str, str | None], country: str, reader: str) -> dict[str, str | None]:
    errors = {}
    for name, value in changes.items():
        if value is None:
            continue
        if name == "phone":
            changes[name] = e164(value, country)
        if (name == "phone" and changes[name] is None) or (name != "phone" and not valid_email(value)):
            errors[name] = [words.problem("phone" if name == "phone" else "email", "", reader)]
    if errors:
        raise Invalid(errors=errors)
    return changes
