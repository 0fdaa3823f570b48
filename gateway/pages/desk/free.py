"""Free times for staff: the days that have any, and the times of one of them. Without notice, window and limits."""

import json
import re
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from gateway.context import current_services
from gateway.pages import backend
from gateway.pages.backend import Json
from gateway.pages.desk.frame import signed_in, zone
from runtime.errors import Refused

SPAN = 21  # days looked at together


@dataclass(frozen=True)
class Free:
    """`days` with free times and how many, and the `times` (starts) of the chosen `day`, all by the reader's clock.

    They were looked for from `first` on; `earlier` and `later` are where the neighbouring days begin. `gone`: the
    service is offered no more.
    """

    days: list[tuple[date, int]]
    day: date | None
    times: list[str]
    first: date
    earlier: date | None
    later: date
    gone: bool = False


def free(service: str, calendar: str, *, day: date | None, first: date | None, minutes: int | None = None) -> Free:
    """The free times around this day; one question."""
    today = backend.now().astimezone(ZoneInfo(zone())).date()
    start = max(first or day or today, today)
    asked = {"service": service, "calendar": calendar, "from": start.isoformat(), "days": SPAN, "tz": zone()}
    asked |= {"mode": "staff"} | ({"duration_minutes": minutes} if minutes else {})
    try:
        answer = json.loads(current_services().availability.slots(signed_in()["practice"]["id"], asked))
    except Refused as refused:
        if refused.code not in ("not_found", "invalid"):
            raise
        return Free([], None, [], start, None, start + timedelta(days=SPAN), gone=True)
    times = {date.fromisoformat(each["date"]): _bookable(each) for each in answer["days"]}
    days = [(each, len(starts)) for each, starts in times.items() if starts]
    chosen = day if day and times.get(day) else (days[0][0] if days else None)
    earlier = max(today, start - timedelta(days=SPAN)) if start > today else None
    starts = times.get(chosen, []) if chosen else []
    return Free(days, chosen, starts, start, earlier, start + timedelta(days=SPAN))


def _bookable(day: Json) -> list[str]:
    return [slot["start"] for slot in day["slots"] if slot["bookable"]]


def typed(day: str, clock: str) -> str:
    """The instant of a day and a time typed by hand, by the reader's clock; empty when they are none."""
    found = re.fullmatch(r"([01]?[0-9]|2[0-3])[:.]([0-5][0-9])", clock.strip())
    try:
        on = date.fromisoformat(day)
    except ValueError:
        return ""
    if not found:
        return ""
    return datetime.combine(on, time(int(found[1]), int(found[2])), ZoneInfo(zone())).isoformat()
