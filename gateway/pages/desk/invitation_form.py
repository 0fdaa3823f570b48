"""What is typed about an invitation: read, judged, turned into a wish; and what the service says of it."""

from collections.abc import Mapping
from datetime import UTC, date, datetime, time
from typing import Any
from zoneinfo import ZoneInfo

from gateway import present, problems
from gateway.context import locale
from gateway.pages.backend import Json
from gateway.pages.fields import EMAIL, Entries
from gateway.pages.typed import whole
from gateway.pages.week import ZONES
from gateway.pages.words import _
from runtime.clock import iso
from runtime.errors import Refused

GUEST = ("first_name", "last_name", "email", "phone")
WHEN = ("date", "time", "duration")
TICKS = ("by_email", "by_sms", "consent")
HEARS = ("locale", "time_zone")  # how the guest hears of it
CHOICES = ("calendar", *HEARS)
ALL = (*GUEST, *WHEN, *TICKS, *CHOICES)
LONGEST_MEETING = 24 * 60  # minutes
LONGEST = {"first_name": 100, "last_name": 100, "email": 254, "phone": 40}
INPUTS = {"start": "date", "duration_minutes": "duration", "channels": "by_email"}  # the service's name -> the input's


def read(form: Mapping[str, str], names: tuple[str, ...] = ALL) -> Entries:
    """What was typed, trimmed; nothing is judged yet."""
    return Entries({name: form.get(name, "").strip() for name in names}, [])


def wish(entries: Entries, zone: str) -> Json:
    """The invitation that was asked for; `zone` is the host's, in which date and time are meant.

    What a person can see to be wrong stands in `entries.errors` afterwards.
    """
    _judge_guest(entries)
    _judge_ways(entries)
    start, minutes = when(entries, zone)
    if not entries["consent"]:
        entries.errors["consent"] = _("Please confirm that the guest has agreed.")
    found = {name: entries[name] for name in (*GUEST, *CHOICES) if entries[name]}
    channels = [way for way in ("email", "sms") if entries[f"by_{way}"]]
    return {**found, "channels": channels, "start": start, "duration_minutes": minutes, "consent": True}


def zones(entries: Entries, own: list[str]) -> list[tuple[str, str]]:
    """The guest's zones to choose from; `own` are the calendars', one of which holds unless another one is chosen."""
    if len(own) > 1:
        same = _("As in the chosen calendar")
    else:
        same = _("As the practice (%(zone)s)", zone=present.zone_name(own[0], locale()))
    known = dict.fromkeys(zone for zone in (entries["time_zone"], *own, *ZONES) if zone)
    return [("", same), *((zone, present.zone_name(zone, locale())) for zone in known)]


def change(entries: Entries, zone: str) -> Json:
    """A new time, length, name, language or zone of the guest."""
    _judge_names(entries)
    start, minutes = when(entries, zone)
    names = {name: entries[name] for name in ("first_name", "last_name")}
    guest = {name: entries[name] or None for name in HEARS if name in entries.values}
    return {**names, **guest, "start": start, "duration_minutes": minutes}


def when(entries: Entries, zone: str) -> tuple[str, int]:
    """The instant and the minutes that were typed."""
    day = _parsed(date.fromisoformat, entries["date"])
    clock = _parsed(time.fromisoformat, entries["time"])
    minutes = whole(entries["duration"]) or 0
    if day is None:
        entries.errors["date"] = _("Please enter the day of the appointment.")
    if clock is None:
        entries.errors["time"] = _("Please enter a time, such as 14:30.")
    if not 1 <= minutes <= LONGEST_MEETING:
        entries.errors["duration"] = _("Please enter the length in minutes, such as 30.")
    if day is None or clock is None:
        return "", minutes
    local = datetime.combine(day, clock.replace(tzinfo=None, fold=0), ZoneInfo(zone))
    return iso(local.astimezone(UTC)), minutes


def _parsed(parse: Any, text: str) -> Any:
    try:
        return parse(text)
    except ValueError:
        return None


def _judge_guest(entries: Entries) -> None:
    _judge_names(entries)
    for name, most in LONGEST.items():
        if len(entries[name]) > most:
            entries.errors[name] = _("Please enter at most %(most)s characters.", most=most)


def _judge_names(entries: Entries) -> None:
    if not entries["first_name"]:
        entries.errors["first_name"] = _("Please enter the guest's first name.")
    if not entries["last_name"]:
        entries.errors["last_name"] = _("Please enter the guest's last name.")


def _judge_ways(entries: Entries) -> None:
    if not entries["by_email"] and not entries["by_sms"]:
        entries.errors["by_email"] = _("Please choose how the invitation is sent.")
    if entries["by_email"] and not entries["email"]:
        entries.errors["email"] = _("Please enter the guest's e-mail address.")
    elif entries["email"] and not EMAIL.fullmatch(entries["email"]):
        entries.errors["email"] = _("Please enter a complete e-mail address, such as name@example.com.")
    if entries["by_sms"] and not entries["phone"]:
        entries.errors["phone"] = _("Please enter the guest's mobile number.")


def refused(entries: Entries, verdict: Refused) -> None:
    """Take over the service's own verdict: beside the field that it names, else beside the first."""
    document = problems.describe(verdict, locale()).document
    for name, texts in (document.get("errors") or {}).items():
        field = INPUTS.get(name, name)
        if field in entries.values:
            entries.errors.setdefault(field, str(texts[0] if isinstance(texts, list) else texts))
    if verdict.code == "plan_required":
        entries.errors.setdefault("by_sms", _("SMS need the Standard or Premium plan."))
    if verdict.code == "sms_unavailable":
        entries.errors.setdefault("by_sms", str(document["detail"]))
    if not entries.errors:
        entries.errors[next(iter(entries.values))] = str(document["detail"])


def entered(invitation: Json) -> Entries:
    """The entries of an invitation that is to be changed, by the host's clock."""
    start = datetime.fromisoformat(invitation["start"]).astimezone(ZoneInfo(invitation["host"]["time_zone"]))
    values = {
        "first_name": invitation["first_name"],
        "last_name": invitation["last_name"],
        "email": invitation["email"] or "",
        "phone": invitation["phone"] or "",
        "locale": invitation["locale"],
        "time_zone": invitation["time_zone"] or "",
        "date": start.date().isoformat(),
        "time": start.strftime("%H:%M"),
        "duration": str(invitation["duration_minutes"]),
    }
    return Entries(values, [])
