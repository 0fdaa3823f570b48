"""Which days a view of the calendar shows, by the wall clock of a zone."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

VIEWS = ("day", "workweek", "week", "month")
FIRST, LAST = date(2000, 1, 8), date(2199, 11, 1)
WORKDAYS = 5
LONGEST = timedelta(days=45)  # that a script may ask for at once


@dataclass(frozen=True)
class Span:
    """Days [first, until) of a view, which the reader came to by `day`."""

    view: str
    day: date
    first: date
    until: date
    zone: str

    @property
    def starts(self) -> datetime:
        return midnight(self.first, self.zone)

    @property
    def ends(self) -> datetime:
        return midnight(self.until, self.zone)

    @property
    def days(self) -> list[date]:
        return [self.first + timedelta(days=n) for n in range((self.until - self.first).days)]

    @property
    def before(self) -> date:
        """A day of the stretch before."""
        if self.view == "month":
            return (self.day.replace(day=1) - timedelta(days=1)).replace(day=1)
        return self.day - timedelta(days=1 if self.view == "day" else 7)

    @property
    def after(self) -> date:
        """A day of the stretch behind."""
        if self.view == "month":
            return (self.day.replace(day=1) + timedelta(days=32)).replace(day=1)
        return self.day + timedelta(days=1 if self.view == "day" else 7)


def span(view: str, day: str, today: date, zone: str) -> Span:
    """What the address asks for; whatever makes no sense is today's week."""
    chosen = view if view in VIEWS else "week"
    shown = min(max(_date(day) or today, FIRST), LAST)
    monday = shown - timedelta(days=shown.weekday())
    if chosen == "day":
        return Span(chosen, shown, shown, shown + timedelta(days=1), zone)
    if chosen == "month":
        first = shown.replace(day=1)
        end = (first + timedelta(days=32)).replace(day=1)
        whole = end + timedelta(days=-end.weekday() % 7)
        return Span(chosen, shown, first - timedelta(days=first.weekday()), whole, zone)
    length = WORKDAYS if chosen == "workweek" else 7
    return Span(chosen, shown, monday, monday + timedelta(days=length), zone)


def asked(first: str, until: str, zone: str) -> Span | None:
    """The days that a script asks for, or None."""
    since, end = _date(first), _date(until)
    if since is None or end is None or not timedelta() < end - since <= LONGEST:
        return None
    return Span("week", since, since, end, zone)


def _date(text: str) -> date | None:
    try:
        found = date.fromisoformat(text[:10])
    except ValueError:
        return None
    return found if FIRST <= found <= LAST else None


def midnight(day: date, zone: str) -> datetime:
    """The beginning of the day in the zone, in UTC."""
    return datetime.combine(day, time(), ZoneInfo(zone)).astimezone(UTC)


def wall(instant: str, zone: str) -> str:
    """An instant as the clock in the zone shows it, for forms and for the drawn calendar: 2030-03-25T10:00."""
    return datetime.fromisoformat(instant).astimezone(ZoneInfo(zone)).isoformat()[:16]


def resolve(text: str, zone: str) -> datetime | None:
    """The instant at which the clock in the zone shows this; None for what is no time. What a change of the clocks
    leaves out moves forward, of two the first counts."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        return None
    if not FIRST <= found.date() <= LAST:
        return None
    local = found if found.tzinfo else found.replace(tzinfo=ZoneInfo(zone))
    return local.replace(second=0, microsecond=0).astimezone(UTC)
