"""How the commands write instants and lengths of time."""

from datetime import UTC, datetime, timedelta

UNITS = (("d", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def stamp(instant: datetime) -> str:
    """ "2031-03-05T12:00:00Z"."""
    return instant.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def age(length: timedelta) -> str:
    """The largest unit alone: "2 h"."""
    seconds = max(0, int(length.total_seconds()))
    unit, size = next((each for each in UNITS if seconds >= each[1]), UNITS[-1])
    return f"{seconds // size} {unit}"
