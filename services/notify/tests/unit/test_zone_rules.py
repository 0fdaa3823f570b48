"""The VTIMEZONE of calendar files, read literally as RFC 5545, 3.6.5, defines it, against the IANA database."""

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from notify.ical import _zone

ZONES = ("Europe/Berlin", "America/New_York", "Australia/Lord_Howe", "Africa/Casablanca", "Asia/Tokyo")


@pytest.mark.parametrize("zone", ZONES)
def test_each_onset_is_the_instant_at_which_the_clocks_change(zone: str) -> None:
    """DTSTART and RDATE are local times in TZOFFSETFROM; at that instant TZOFFSETTO begins, not an hour later."""
    for observance in _zone(zone, 2026).subcomponents:
        before, after = observance["TZOFFSETFROM"].td, observance["TZOFFSETTO"].td
        days = [observance["DTSTART"].dt, *(day.dt for day in getattr(observance.get("RDATE"), "dts", []))]
        for onset in ((day - before).replace(tzinfo=UTC) for day in days):
            assert offset(zone, onset) == after
            if before != after:
                assert offset(zone, onset - timedelta(seconds=1)) == before


def offset(zone: str, instant: datetime) -> timedelta | None:
    return instant.astimezone(ZoneInfo(zone)).utcoffset()
