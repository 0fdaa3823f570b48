"""The practice's figures: what was booked, what came of it, what was earned."""

from datetime import date
from typing import Any

from booking.domain.analytics import figures, grouped, periods
from booking.store import analytics as rows
from runtime.db import Session

Json = dict[str, Any]


def analytics(session: Session, practice_id: str, request: Json) -> Json:
    """Figures of the days `from_` to `to` by the wall clock of `time_zone`: in all, per day, week or month, by calendar
    and by service.

    An appointment counts on the day on which it begins, whatever became of it; money on the day on which it came in.
    """
    first: date = request["from_"]
    last, zone, per = request["to"], request["time_zone"], request["per"]
    times = periods(first, last, per, zone)
    cut = rows.Cut(practice_id, request["calendar"], request["service"])
    found = rows.counts(session, cut, times) + rows.sums(session, cut, times)
    by_period = grouped(found, lambda tally: tally.period)
    calendars = grouped(found, lambda tally: tally.calendar)
    services = grouped(found, lambda tally: tally.service)
    return {
        "from": first.isoformat(),
        "to": last.isoformat(),
        "time_zone": zone,
        "per": per,
        "total": figures(found),
        "periods": [
            {"from": one.first.isoformat(), "to": one.last.isoformat(), **figures(by_period.get(number, ()))}
            for number, one in enumerate(times)
        ],
        "calendars": _most_first(
            {"id": id, "nickname": max(tally.nickname for tally in of), **figures(of)} for id, of in calendars.items()
        ),
        "services": _most_first(
            {"id": id, "name": max(tally.name for tally in of), **figures(of)} for id, of in services.items()
        ),
    }


def _most_first(lines: Any) -> list[Json]:
    return sorted(lines, key=lambda line: (-line["bookings"], line["id"]))
