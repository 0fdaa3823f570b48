"""RPC answers, from rows (mappings with the names of the tables' columns)."""

from collections.abc import Mapping, Sequence
from datetime import UTC, date, datetime
from typing import Any

from availability.contracts.fields import cents
from availability.contracts.requests import WEEKDAYS

Row = Mapping[Any, Any]
SERVICE_FIELDS = (
    "id",
    "name",
    "duration_minutes",
    "description",
    "start_interval_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "min_notice_minutes",
    "cancel_notice_minutes",
    "move_notice_minutes",
    "window_days",
    "confirmation",
    "released",
)
CALENDAR_FIELDS = ("id", "name", "nickname", "time_zone", "start_interval_minutes", "active")
LIMITS = ("max_per_day", "max_per_week")


def items(views: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """A list that is short enough for one page."""
    return {"items": list(views), "next": None}


def price(row: Row) -> dict[str, str] | None:
    """The price on the wire; None is "no price"."""
    if row["price_cents"] is None:
        return None
    whole, part = divmod(row["price_cents"], 100)
    return {"amount": f"{whole}.{part:02}", "currency": row["price_currency"]}


def price_columns(money: Mapping[str, str] | None) -> dict[str, Any]:
    """The same the other way round."""
    if money is None:
        return {"price_cents": None, "price_currency": None}
    return {"price_cents": cents(money), "price_currency": money["currency"]}


def service(row: Row, calendars: Sequence[str]) -> dict[str, Any]:
    """Everything that staff see of a service."""
    return {**service_facts(row, calendars), "version": row["version"]}


def service_facts(row: Row, calendars: Sequence[str]) -> dict[str, Any]:
    """Everything that staff set of it."""
    return {**{name: row[name] for name in SERVICE_FIELDS}, "price": price(row), "calendars": list(calendars)}


def public_service(row: Row, calendars: Sequence[str]) -> dict[str, Any]:
    """What customers see of it."""
    shown = ("id", "name", "description", "duration_minutes", "confirmation")
    return {**{name: row[name] for name in shown}, "price": price(row), "calendars": list(calendars)}


def place(row: Row) -> dict[str, Any]:
    """A calendar's branch, from a row joined with it."""
    return {"id": row["place_id"], "name": row["place_name"], "address": row["place_address"]}


def calendar(row: Row) -> dict[str, Any]:
    """Everything that staff see of a calendar."""
    return {**calendar_facts(row), "version": row["version"]}


def calendar_facts(row: Row) -> dict[str, Any]:
    """Everything that staff set of it."""
    shown = {name: row[name] for name in (*CALENDAR_FIELDS, *LIMITS)}
    return {**shown, "place": place(row)}


def public_calendar(row: Row) -> dict[str, Any]:
    """What customers see: the nickname only, never the real name."""
    return {"id": row["id"], "nickname": row["nickname"], "time_zone": row["time_zone"], "place": place(row)}


def candidate(row: Row) -> dict[str, Any]:
    """A calendar of an offer."""
    return {**public_calendar(row), "max_per_day": row["max_per_day"], "max_per_week": row["max_per_week"]}


def offer(
    service: Row, duration_minutes: int, start: datetime, end: datetime, occupied: tuple[datetime, datetime]
) -> dict[str, Any]:
    """What booking stores and tells of an appointment, but its calendars: the caller adds `candidates`."""
    return {
        "service": {
            "id": service["id"],
            "name": service["name"],
            "duration_minutes": duration_minutes,
            "price": price(service),
            "confirmation": service["confirmation"],
        },
        "start": instant(start),
        "end": instant(end),
        "occupies_from": instant(occupied[0]),
        "occupies_until": instant(occupied[1]),
        "cancel_notice_minutes": service["cancel_notice_minutes"],
        "move_notice_minutes": service["move_notice_minutes"],
    }


def hours(calendar: str, version: int, week: Sequence[Sequence[tuple[str, str]]]) -> dict[str, Any]:
    """A calendar's working hours; all seven days are there."""
    days = zip(WEEKDAYS, week, strict=True)
    return {
        "calendar": calendar,
        "version": version,
        "hours": {day: [{"from": opens, "to": closes} for opens, closes in periods] for day, periods in days},
    }


def holiday(row: Row) -> dict[str, Any]:
    return {"id": row["id"], "date": row["first_day"].isoformat(), "name": row["name"]}


def public_holiday(day: date, name: str, present: bool) -> dict[str, Any]:
    return {"date": day.isoformat(), "name": name, "present": present}


def imported(row: Row) -> dict[str, Any]:
    return {**holiday(row), "calendar": row["calendar_id"]}


def vacation(row: Row) -> dict[str, Any]:
    return {"id": row["id"], "from": row["first_day"].isoformat(), "to": row["last_day"].isoformat()}


def absence(row: Row) -> dict[str, Any]:
    since, until = (datetime.fromtimestamp(row[name], UTC) for name in ("from_at", "until_at"))
    return {"id": row["id"], "from": instant(since), "to": instant(until), "reason": row["reason"]}


def span(since: int, until: int, keys: tuple[str, str] = ("from", "to")) -> dict[str, str]:
    """A stretch of time on the wire."""
    return dict(zip(keys, (seconds(since), seconds(until)), strict=True))


def planner_calendar(row: Row) -> dict[str, Any]:
    """A calendar as a column of the planner."""
    return {name: row[name] for name in ("id", "name", "nickname", "time_zone", "active")}


def day_off(row: Row, since: int, until: int) -> dict[str, Any]:
    """A holiday or vacation, as the instants at which its days begin and end, too."""
    days = {"first_day": row["first_day"].isoformat(), "last_day": row["last_day"].isoformat()}
    return {
        "id": row["id"], "calendar": row["calendar_id"], "kind": row["kind"], "name": row["name"],
        **days, **span(since, until),
    }  # fmt: skip


def calendars_absence(row: Row) -> dict[str, Any]:
    """An absence in a list of several calendars."""
    return {"calendar": row["calendar_id"], **absence(row)}


def held(row: Row) -> dict[str, Any]:
    """A slot that is kept while a customer fills in the form."""
    return {
        "id": row["subject"], "calendar": row["calendar_id"], **span(row["start_at"], row["end_at"]),
        "expires_at": seconds(row["expires_at"]),
    }  # fmt: skip


INSTANTS, DAYS = ("from", "to", "expires_at"), ("first_day", "last_day")
PLAIN = ("text", "minutes", "days", "before", "after", "limit", "count", "appointment")


def reason(code: str, staff: bool, facts: Mapping[str, Any]) -> dict[str, Any]:
    """A reason with all its facts; what it does not have is null."""
    instants = {name: facts.get(name) for name in INSTANTS}
    days = {name: facts.get(name) for name in DAYS}
    return {
        "code": code,
        "staff": staff,
        **{name: None if at is None else seconds(at) for name, at in instants.items()},
        **{name: None if day is None else date.fromordinal(day).isoformat() for name, day in days.items()},
        "periods": [span(*period) for period in facts.get("periods", ())],
        **{name: facts.get(name) for name in PLAIN},
    }


def seconds(at: int) -> str:
    """Epoch seconds as RFC 3339 in UTC."""
    return instant(datetime.fromtimestamp(at, UTC))


def instant(at: datetime) -> str:
    """RFC 3339 in UTC."""
    return at.astimezone(UTC).isoformat()
