"""How times, money and lengths of time are written on a page, in the reader's language (CLDR through Babel)."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_skeleton, format_time, format_timedelta
from babel.numbers import format_currency
from babel.units import format_unit

from runtime.i18n import city
from runtime.i18n import when as _when

YEARS = range(1970, 2200)  # in which instants can be shown by every zone's clock, and days be counted from them


def instant(text: str) -> datetime:
    """The aware instant that the wire's ISO 8601 text means. Raises ValueError, also for one without an offset, and for
    one at the ends of time."""
    value = datetime.fromisoformat(text)
    if value.tzinfo is None or value.year not in YEARS:
        raise ValueError("an instant needs an offset, and a year of our time")
    return value


def weekday(day: date, locale: str) -> str:
    """ "Mo", as it stands alone over a column."""
    return format_date(day, "ccc", locale=locale)


def day_month(day: date, locale: str) -> str:
    """ "29. März"."""
    return format_skeleton("MMMMd", day, locale=locale)


def day_and_month(day: date, locale: str) -> str:
    """ "29. Nov.", where there is little room."""
    return format_skeleton("MMMd", day, locale=locale)


def long_day(day: date, locale: str) -> str:
    """ "Montag, 29. März". CLDR has no such pattern with both words in full; only French does without the comma."""
    comma = "" if locale == "fr" else ","
    return f"{format_date(day, 'EEEE', locale=locale)}{comma} {day_month(day, locale)}"


def full_day(text: str, locale: str) -> str:
    """ "Donnerstag, 4. Juni 2026" for an ISO date."""
    return format_date(date.fromisoformat(text), "full", locale=locale)


def between(start: datetime, end: datetime, zone: str, locale: str) -> str:
    """When somebody is away: whole days by their dates, else with times; one date where both ends are on the same."""
    first, last = start.astimezone(ZoneInfo(zone)), end.astimezone(ZoneInfo(zone))
    if first.time() == last.time() == time():
        days = [full_day(each.isoformat(), locale) for each in (first.date(), last.date() - timedelta(days=1))]
        return days[0] if days[0] == days[1] else " – ".join(days)
    if first.date() == last.date():
        return when(start, end, zone, locale)
    return " – ".join(f"{full_day(one.date().isoformat(), locale)}, {clock(one, locale)}" for one in (first, last))


def full_date(day: date, locale: str) -> str:
    """ "29. März 2027"."""
    return format_date(day, "long", locale=locale)


def clock(moment: datetime, locale: str) -> str:
    """ "15:30", in the zone that the moment carries."""
    return _clock(moment.hour, moment.minute, locale)


@lru_cache(maxsize=8_192)  # a page may show hundreds of times, and they are always the same few
def _clock(hour: int, minute: int, locale: str) -> str:
    return format_time(time(hour, minute), "short", locale=locale)


def short_when(moment: datetime, zone: str, locale: str) -> str:
    """ "Di 6. April, 09:00" in `zone`."""
    local = moment.astimezone(ZoneInfo(zone))
    return f"{weekday(local, locale)} {day_month(local, locale)}, {clock(local, locale)}"


def when(start: datetime, end: datetime, zone: str, locale: str) -> str:
    """ "Mittwoch, 24. Oktober 2018, 15:30 – 17:00" in `zone`."""
    return _when(start, end, zone, locale)


def money(price: dict[str, Any] | None, locale: str) -> str:
    """ "49,00 €"; empty for no price."""
    return format_currency(Decimal(price["amount"]), price["currency"], locale=locale) if price else ""


def minutes(count: int, locale: str) -> str:
    """ "30 Minuten", "1 Stunde 30 Minuten", in the right plural form."""
    hours, rest = divmod(count, 60)
    parts = [format_unit(hours, "duration-hour", "long", locale=locale)] if hours else []
    parts += [format_unit(rest, "duration-minute", "long", locale=locale)] if rest or not hours else []
    return " ".join(parts)


def lead(count: int, locale: str) -> str:
    """Minutes as somebody says how long before: "2 Tage", "90 Minuten", "3 Stunden"."""
    size, unit = next(each for each in ((1440, "day"), (60, "hour"), (1, "minute")) if count % each[0] == 0)
    return str(format_unit(count // size, f"duration-{unit}", "long", locale=locale))


def in_minutes(count: int, locale: str) -> str:
    """ "90 Minuten", also above an hour: what follows "every"."""
    return str(format_unit(count, "duration-minute", "long", locale=locale))


def ago(length: timedelta, locale: str) -> str:
    """ "vor 2 Stunden"."""
    return format_timedelta(-length, add_direction=True, locale=locale)


def zone_name(zone: str, locale: str) -> str:
    """The place that people know the zone by: "Berlin", "New York"."""
    return city(zone, locale)


def same_clock(zone: str, other: str, moment: datetime) -> bool:
    """Whether clocks in both zones show the same at this moment."""
    return moment.astimezone(ZoneInfo(zone)).utcoffset() == moment.astimezone(ZoneInfo(other)).utcoffset()


def local(moment: datetime, zone: str) -> datetime:
    """The same instant, carrying `zone`."""
    return moment.astimezone(ZoneInfo(zone))
