"""Wall clock and instants. Instants are epoch seconds, days are proleptic ordinals (`date.toordinal`).

All functions are pure (a zone's rules do not change within a process), so results are kept.
"""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

EPOCH = date(1970, 1, 1).toordinal()
DAY = 86_400
MINUTE = 60
# Nobody works outside these years; inside them every zone's offset is whole minutes, as RFC 3339 wants it.
FIRST_DAY = date(1980, 1, 1).toordinal()
LAST_DAY = date(2200, 1, 1).toordinal()


@lru_cache(maxsize=16_384)
def instant(zone: str, day: int, minute: int) -> int:
    """The instant at which the wall clock of `zone` shows `minute` of `day` (1440: the next midnight).

    A time in a gap moves forward by the gap's length; a time that comes twice is the first of both.
    """
    wall = datetime.fromordinal(day) + timedelta(minutes=minute)
    return int(wall.replace(tzinfo=ZoneInfo(zone), fold=0).timestamp())


def day_of(zone: str, at: int) -> int:
    """The day that the wall clock of `zone` shows at the instant."""
    guess = at // DAY + EPOCH
    for day in (guess - 1, guess, guess + 1):
        if at < instant(zone, day, 1440):
            return day
    return guess + 1


def monday_of(day: int) -> int:
    """The first day of the ISO week."""
    return day - (day - 1) % 7


@lru_cache(maxsize=32_768)
def text(zone: str, at: int) -> str:
    """The instant as RFC 3339 with the offset that holds in `zone` then."""
    return datetime.fromtimestamp(at, ZoneInfo(zone)).isoformat()


def as_datetime(at: int) -> datetime:
    """The instant, aware, in UTC."""
    return datetime.fromtimestamp(at, UTC)
