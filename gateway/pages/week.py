"""Reading the week grid that a request asks for: `from`, `before`, `calendar`, `tz`."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

from flask import request

from gateway import present
from gateway.api.fields import ZONES as KNOWN_ZONES
from gateway.pages import backend, grid
from gateway.pages.backend import Json

# Zones offered without asking the browser; any other can come by the address, or from the visitor's own clock.
ZONES = [
    "Europe/Berlin",
    "Europe/London",
    "Europe/Lisbon",
    "Europe/Paris",
    "Europe/Athens",
    "Europe/Helsinki",
    "Europe/Kyiv",
    "Europe/Istanbul",
    "Europe/Moscow",
    "Asia/Yekaterinburg",
    "Asia/Almaty",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Bangkok",
    "Asia/Shanghai",
    "Asia/Tokyo",
    "Asia/Vladivostok",
    "Australia/Sydney",
    "Pacific/Auckland",
    "America/Sao_Paulo",
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
]


@dataclass(frozen=True)
class Week:
    """A grid with what a template needs around it; `stale` when it may be outdated, since availability is away."""

    grid: grid.Grid
    service: Json
    calendars: list[Json]
    calendar: Json | None
    zone: str
    home_zone: str
    stale: bool

    @property
    def other_zone(self) -> bool:
        """Whether the times shown are not those on the practice's wall."""
        return not present.same_clock(self.zone, self.home_zone, backend.now())

    @property
    def zones(self) -> list[str]:
        """Zones to choose from, the practice's first."""
        return list(dict.fromkeys([self.home_zone, self.zone, *ZONES]))

    @property
    def where_next(self) -> date | None:
        """The day of the next free appointment, as a page to jump to."""
        following = self.grid.next_free
        return present.instant(following).astimezone(ZoneInfo(self.zone)).date() if following else None


def zone_asked(home: str) -> str:
    """The zone in the address, or the practice's own."""
    asked = request.values.get("tz", "")
    return asked if asked in KNOWN_ZONES else home


def day_asked(name: str) -> date | None:
    """A day in the address; None when there is none, or it is no day of our time."""
    try:
        day = date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None
    return day if day.year in present.YEARS else None


def week(
    practice: Json, service: Json, calendars: list[Json], calendar: Json | None, minutes: int | None = None
) -> Week:
    """The page of the grid that this request asks for; `minutes`: of an appointment that is to be moved."""
    zone = zone_asked(practice["time_zone"])
    today = backend.now().astimezone(ZoneInfo(zone)).date()

    stale = set[bool]()

    def ask(first: date, days: int) -> dict[str, Any]:
        whose, most = calendar["id"] if calendar else None, min(days, grid.REACH)
        answer = backend.slots(practice["id"], service["id"], whose, first, most, zone, minutes)
        stale.add(answer["stale"])
        return answer

    if before := day_asked("before"):
        page = grid.backward(ask, before, today)
    else:
        page = grid.forward(ask, day_asked("from") or today, today)
    return Week(page, service, calendars, calendar, zone, practice["time_zone"], True in stale)
