"""Named cases of the slot search, as data: working hours, buffers, limits, and the days on which clocks change.

A case reads: on these days, with these hours, a service of so many minutes that begins every so many minutes gives
these starts. An `x` marks a start that is shown but cannot be booked.
"""

from dataclasses import dataclass
from datetime import date, datetime

import pytest

from availability.domain.grid import offered
from availability.domain.hours import minutes
from availability.domain.model import Agenda, Closure, Taken, Terms
from availability.domain.rules import obstacles
from availability.domain.zones import instant, text

BERLIN, NEW_YORK = "Europe/Berlin", "America/New_York"
LORD_HOWE, CASABLANCA = "Australia/Lord_Howe", "Africa/Casablanca"


@dataclass(frozen=True)
class Case:
    """One row of the table. Hours hold on every weekday; instants are ISO 8601 with offset."""

    name: str
    expect: str
    day: str = "2026-06-01"  # a Monday
    hours: str = "09:00-12:00"
    lasts: int = 60
    every: int = 30
    zone: str = BERLIN
    shown_in: str = ""
    days: int = 1
    now: str = "2026-01-01T00:00+00:00"
    before: int = 0
    after: int = 0
    notice: int = 0
    window: int = 365
    taken: tuple[str, ...] = ()  # "from/until" of what is occupied
    absent: tuple[str, ...] = ()
    vacation: tuple[str, ...] = ()  # "first/last", both included
    per_day: int | None = None
    per_week: int | None = None
    active: bool = True

    def agenda(self) -> Agenda:
        periods = tuple(tuple(minutes(bound) for bound in period.split("-")) for period in self.hours.split())
        return Agenda(
            id="c",
            zone=self.zone,
            week=(periods,) * 7,
            step=self.every * 60,
            active=self.active,
            max_per_day=self.per_day,
            max_per_week=self.per_week,
            closures=tuple(Closure("vacation", *map(ordinal, one.split("/"))) for one in self.vacation),
            absences=tuple(span(one) for one in self.absent),
            taken=tuple(Taken(span(one), span(one)[0]) for one in self.taken),
        )

    def terms(self) -> Terms:
        return Terms(self.lasts * 60, self.before * 60, self.after * 60, self.notice * 60, self.window)

    def starts(self) -> dict[int, bool]:
        tz, first = self.shown_in or self.zone, ordinal(self.day)
        since, until = instant(tz, first, 0), instant(tz, first + self.days, 0)
        found = offered([self.agenda()], self.terms(), since, until, epoch(self.now))
        return {start: bool(mask) for start, mask in sorted(found.items())}

    def shown(self) -> str:
        return " ".join(("" if free else "x") + self.label(start) for start, free in self.starts().items())

    def label(self, start: int) -> str:
        """The wall time; with its offset where the zone changes its clocks that day,
        with its date for several days."""
        shown = text(self.shown_in or self.zone, start)
        wall = shown[11:16] if self.days == 1 else f"{shown[8:10]}.{shown[11:16]}"
        return wall + shown[19:] if "+" in self.expect or "-" in self.expect else wall


def epoch(instant: str) -> int:
    return int(datetime.fromisoformat(instant).timestamp())


def span(text: str) -> tuple[int, int]:
    begin, end = text.split("/")
    return epoch(begin), epoch(end)


def ordinal(day: str) -> int:
    return date.fromisoformat(day).toordinal()


HOURS = [
    Case("the last slot leaves room for the duration (K25)", "09:00 09:30 10:00 10:30 11:00"),
    Case("working from 9:15 every 30 minutes (K4)", "09:15 09:45 10:15", hours="09:15-11:00", lasts=30),
    Case("an interval that does not divide the day", "09:00 09:25 09:50 10:15 10:40", lasts=40, every=25,
         hours="09:00-11:20"),
    Case("each period starts its own grid", "09:00 09:40 10:20 14:10 14:50", lasts=40, every=40,
         hours="09:00-11:30 14:10-15:40"),
    Case("an interval longer than the duration", "09:00 10:00 11:00", lasts=15, every=60),
    Case("an interval shorter than the duration", "09:00 09:15 09:30", lasts=90, every=15, hours="09:00-11:00"),
    Case("a duration that fills the period exactly", "09:00", lasts=180),
    Case("a duration longer than a period", "", lasts=181),
    Case("too long for the morning only", "13:30 14:00", lasts=180, hours="09:00-11:00 13:30-17:00"),
    Case("a day without hours", "", hours=""),
    Case("until the day's end", "22:00 22:30 23:00", hours="22:00-24:00"),
    Case("a slot does not reach into the next period", "09:00 10:30", hours="09:00-10:20 10:30-11:30", every=60),
    Case("around the clock: the day's last slot ends at midnight", "00:00 08:00 16:00", hours="00:00-24:00",
         lasts=480, every=480),
]  # fmt: skip

TAKEN = [
    Case("taken time is shown and not bookable", "09:00 x09:30 x10:00 x10:30 11:00",
         taken=("2026-06-01T10:00+02:00/2026-06-01T11:00+02:00",)),
    Case("half-open: slots that only touch what is taken stay", "09:00 x10:00 11:00", every=60,
         taken=("2026-06-01T10:00+02:00/2026-06-01T11:00+02:00",)),
    Case("one minute is enough to be in the way", "x09:00 x10:00 11:00", every=60,
         taken=("2026-06-01T09:59+02:00/2026-06-01T10:01+02:00",)),
    Case("a minute between two appointments leaves no room", "x09:00 x10:00 x11:00", every=60,
         taken=("2026-06-01T08:00+02:00/2026-06-01T10:01+02:00", "2026-06-01T10:59+02:00/2026-06-01T12:00+02:00")),
    Case("a slot fits exactly between two appointments", "x09:00 10:00 x11:00", every=60,
         taken=("2026-06-01T08:00+02:00/2026-06-01T10:00+02:00", "2026-06-01T11:00+02:00/2026-06-01T12:00+02:00")),
    Case("a buffer before keeps its distance to the appointment before", "x09:00 x09:30 x10:00 10:30 11:00",
         before=15,
         taken=("2026-06-01T09:00+02:00/2026-06-01T10:00+02:00",)),
    Case("a buffer after keeps its distance to the appointment after", "09:00 x09:30 x10:00 x10:30 x11:00", after=30,
         taken=("2026-06-01T10:30+02:00/2026-06-01T12:00+02:00",)),
    # The neighbour occupies 10:00 to 11:00 plus its own 15 minutes; ours needs 15 more before it starts.
    Case("buffers of neighbours add up", "09:00 x09:30 x10:00 x10:30 x11:00 11:30", before=15, hours="09:00-12:30",
         taken=("2026-06-01T10:00+02:00/2026-06-01T11:15+02:00",)),
    Case("buffers may reach over the hours", "09:00 09:30 10:00 10:30 11:00", before=60, after=60),
    Case("what was taken the day before reaches over midnight", "x00:00 01:00", hours="00:00-02:00", every=60,
         taken=("2026-05-31T23:30+02:00/2026-06-01T00:30+02:00",)),
]  # fmt: skip

DAYS_OFF = [
    Case("an absence of part of a day", "09:00 x09:30 x10:00 10:30 11:00",
         absent=("2026-06-01T10:00+02:00/2026-06-01T10:30+02:00",)),
    Case("an absence across midnight", "31.21:00 x31.22:00 x01.21:00 01.22:00", hours="21:00-23:00", day="2026-05-31",
         days=2, every=60, absent=("2026-05-31T22:30+02:00/2026-06-01T21:30+02:00",)),
    Case("an absence over several days", "31.09:00 x01.09:00 x02.09:00 03.09:00", hours="09:00-10:00",
         day="2026-05-31",
         days=4, absent=("2026-06-01T00:00+02:00/2026-06-03T00:00+02:00",)),
    Case("an absence keeps the buffers free", "09:00 x10:00 x11:00", every=60, after=30,
         absent=("2026-06-01T11:15+02:00/2026-06-01T12:00+02:00",)),
    Case("a holiday has no slots", "", vacation=("2026-06-01/2026-06-01",)),
    Case("a vacation includes its first and its last day", "31.09:00 03.09:00", hours="09:00-10:00", day="2026-05-31",
         days=4, vacation=("2026-06-01/2026-06-02",)),
    Case("a day off is one by the calendar's clock, whoever looks", "01.22:00 01.23:00 03.22:00 03.23:00",
         zone="Asia/Tokyo",
         shown_in=NEW_YORK, hours="11:00-13:00", day="2026-06-01", days=3, every=60,
         vacation=("2026-06-03/2026-06-03",)),
]  # fmt: skip

BOOKABLE = [
    Case("what is past is shown", "x09:00 x10:00 11:00", every=60, now="2026-06-01T10:30+02:00"),
    Case("a slot that begins this very second can be booked", "x09:00 10:00 11:00", every=60,
         now="2026-06-01T10:00+02:00"),
    Case("minimum notice", "x09:00 x10:00 11:00", every=60, notice=120, now="2026-06-01T09:00+02:00"),
    Case("notice is elapsed time: over the change of clocks a day has 23 hours", "x10:00 11:00", every=60,
         notice=1440,
         hours="10:00-12:00", day="2026-03-29", now="2026-03-28T10:00+01:00"),
    Case("the window ends with its last day", "03.09:00 x04.09:00", hours="09:00-10:00", day="2026-06-03", days=2,
         window=2,
         now="2026-06-01T23:00+02:00"),
    Case("a window of no days is today", "01.09:00 x02.09:00", hours="09:00-10:00", days=2, window=0,
         now="2026-06-01T00:00+02:00"),
    Case("a day's limit closes the day", "x01.09:00 x01.10:00 02.09:00 02.10:00", hours="09:00-11:00", every=60,
         days=2,
         per_day=1, taken=("2026-06-01T09:00+02:00/2026-06-01T10:00+02:00",)),
    Case("below the limit the day is open", "x09:00 10:00", hours="09:00-11:00", every=60, per_day=2,
         taken=("2026-06-01T09:00+02:00/2026-06-01T10:00+02:00",)),
    Case("a week's limit closes Monday to Sunday",
         "31.09:00 x01.09:00 x02.09:00 x03.09:00 x04.09:00 x05.09:00 x06.09:00 x07.09:00 08.09:00",
         hours="09:00-10:00", day="2026-05-31", days=9,
         per_week=1, taken=("2026-06-04T15:00+02:00/2026-06-04T16:00+02:00",)),
    Case("an inactive calendar shows its hours", "x09:00 x10:00 x11:00", every=60, active=False),
]  # fmt: skip

CLOCKS = [
    Case("Berlin, spring: the hour from two to three is not there", "00:00+01:00 01:00+01:00 03:00+02:00 04:00+02:00",
         day="2026-03-29", hours="00:00-05:00", every=60),
    Case("Berlin, spring: a period that starts in the gap moves forward", "03:30+02:00 04:30+02:00",
         day="2026-03-29", hours="02:30-05:30", every=60),
    Case("Berlin, spring: a period inside the gap keeps its length", "03:10+02:00",
         day="2026-03-29", hours="02:10-02:50", lasts=40),
    Case("Berlin, spring: a period that the gap leaves no time is dropped", "", day="2026-03-29",
         hours="02:45-03:15", lasts=5),
    Case("Berlin, spring: after the gap two periods may cover the same time, once", "03:00+02:00 03:30+02:00",
         day="2026-03-29", hours="02:00-02:50 03:00-04:00", lasts=30),
    Case("Berlin, autumn: the hour from two to three comes twice",
         "00:00+02:00 01:00+02:00 02:00+02:00 02:00+01:00 03:00+01:00", day="2026-10-25", hours="00:00-04:00",
         every=60),
    Case("Berlin, autumn: an ambiguous start is the first of both", "02:30+02:00 02:30+01:00",
         day="2026-10-25", hours="02:30-03:30", every=60),
    Case("Berlin, autumn: an ambiguous end is the first of both", "01:00+02:00", day="2026-10-25",
         hours="01:00-02:30", every=60),
    Case("Berlin: a day of 23 hours", "00:00+01:00 09:00+02:00",
         day="2026-03-29", hours="00:00-24:00", lasts=480, every=480),
    Case("Berlin: a day of 25 hours", "00:00+02:00 07:00+01:00 15:00+01:00", day="2026-10-25", hours="00:00-24:00",
         lasts=480,
         every=480),
    Case("Berlin: nine o'clock stays nine o'clock over the change", "28.09:00+01:00 29.09:00+02:00",
         day="2026-03-28", days=2, hours="09:00-10:00"),
    Case("New York, spring", "01:00-05:00 03:00-04:00", zone=NEW_YORK, day="2026-03-08", hours="01:00-04:00",
         every=60),
    Case("New York, autumn", "00:30-04:00 01:30-04:00 01:30-05:00", day="2026-11-01", hours="00:30-02:30", every=60,
         zone=NEW_YORK),
    Case("Lord Howe, spring: half an hour is missing", "01:00+10:30 02:30+11:00 03:30+11:00", zone=LORD_HOWE,
         day="2026-10-04", hours="01:00-04:30", every=60),
    Case("Lord Howe, autumn: half an hour comes twice", "01:00+11:00 01:30+10:30 02:30+10:30", zone=LORD_HOWE,
         day="2026-04-05", hours="01:00-03:30", every=60),
    Case("Casablanca: the clocks go back for Ramadan", "01:00+01:00 02:00+01:00 02:00+00:00 03:00+00:00",
         zone=CASABLANCA,
         day="2026-02-15", hours="01:00-04:00", every=60),
    Case("Casablanca: and forward after it", "01:00+00:00 03:00+01:00", zone=CASABLANCA,
         day="2026-03-22", hours="01:00-04:00", every=60),
    Case("Casablanca: nine o'clock stays nine o'clock", "14.09:00+01:00 15.09:00+00:00", zone=CASABLANCA,
         day="2026-02-14", days=2, hours="09:00-10:00"),
    Case("taken time is an instant: the second two o'clock is free", "x02:00+02:00 02:00+01:00", day="2026-10-25",
         hours="02:00-03:00", every=60, taken=("2026-10-25T00:00+00:00/2026-10-25T01:00+00:00",)),
]  # fmt: skip

TWO_ZONES = [
    Case("a client in New York sees the practice's morning at night", "03:00 04:00 05:00", shown_in=NEW_YORK,
         every=60),
    Case("a client in Tokyo sees it in the afternoon", "16:00 17:00 18:00", shown_in="Asia/Tokyo", every=60),
    Case("columns follow the client's date", "00:00 01:00 23:00", zone=NEW_YORK,
         shown_in="Asia/Tokyo", hours="10:00-13:00", every=60, day="2026-06-02"),
    Case("an offset of 45 minutes", "12:45 13:45 14:45", shown_in="Asia/Kathmandu", every=60),
    Case("only New York has changed its clocks", "04:00-04:00 05:00-04:00", shown_in=NEW_YORK, day="2026-03-09",
         every=60,
         hours="09:00-11:00"),
    Case("a day's difference of 25 hours", "31.11:00 31.12:00", zone="Pacific/Kiritimati",
         shown_in="Pacific/Pago_Pago", hours="12:00-14:00", every=60, day="2026-05-30", days=2,
         vacation=("2026-05-31/2026-05-31",)),
]  # fmt: skip

TABLE = HOURS + TAKEN + DAYS_OFF + BOOKABLE + CLOCKS + TWO_ZONES


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_the_table_of_cases(case: Case) -> None:
    """Each case gives exactly the starts that it names."""
    assert case.shown() == case.expect


@pytest.mark.parametrize("case", TABLE, ids=lambda case: case.name)
def test_the_reasons_agree_with_the_grid(case: Case) -> None:
    """A start has a reason against it if and only if the grid shows it as not bookable."""
    for start, bookable in case.starts().items():
        reasons = obstacles(case.agenda(), case.terms(), start, epoch(case.now))
        assert (not reasons) == bookable, (case.label(start), reasons)


def test_case_names_are_unique() -> None:
    """A failing case can be found by its name."""
    assert len({case.name for case in TABLE}) == len(TABLE)
