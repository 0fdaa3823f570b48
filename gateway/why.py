"""Why a time cannot be booked, in words: availability tells reasons and facts, people read sentences."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

from gateway import present
from runtime.i18n import Catalogs

words = Catalogs(Path(__file__).parent / "words" / "why")
Json = dict[str, Any]


class _Facts:
    """A reason's facts as they are written for this reader."""

    def __init__(self, reason: Json, zone: str, locale: str):
        self._reason, self._zone, self._locale = reason, zone, locale

    def when(self, name: str) -> str:
        return present.short_when(present.instant(self._reason[name]), self._zone, self._locale)

    def clock(self, text: str) -> str:
        return present.clock(present.local(present.instant(text), self._zone), self._locale)

    def span(self, of: Json) -> str:
        return f"{self.clock(of['from'])} – {self.clock(of['to'])}"

    def day(self, name: str) -> str:
        return present.long_day(date.fromisoformat(self._reason[name]), self._locale)

    def length(self, name: str) -> str:
        count = self._reason[name]
        whole_days = count and count % (24 * 60) == 0
        return present.lead(count, self._locale) if whole_days else present.minutes(count, self._locale)

    @property
    def near(self) -> str:
        return ", ".join(self.clock(self._reason[name]) for name in ("from", "to") if self._reason[name])


Values = Callable[[Json, _Facts], Json]
NOTHING: Values = lambda reason, facts: {}  # noqa: E731
# code -> the sentence and what stands in it
SENTENCES: dict[str, tuple[str, Values]] = {
    "not_offered": ("This calendar does not offer the service.", NOTHING),
    "not_released": ("The service is not released for online booking.", NOTHING),
    "inactive": ("The calendar is not active.", NOTHING),
    "past": ("This time has passed.", NOTHING),
    "notice": (
        "Customers must book %(notice)s ahead at least: from %(when)s on.",
        lambda reason, facts: {"notice": facts.length("minutes"), "when": facts.when("from")},
    ),
    "window": (
        "Customers can book up to %(days)s days ahead: until %(day)s.",
        lambda reason, facts: {"days": reason["days"], "day": facts.day("last_day")},
    ),
    "vacation": (
        "Vacation: %(first)s to %(last)s.",
        lambda reason, facts: {"first": facts.day("first_day"), "last": facts.day("last_day")},
    ),
    "holiday": (
        "Holiday on %(day)s. %(name)s",
        lambda reason, facts: {"day": facts.day("first_day"), "name": reason["text"] or ""},
    ),
    "outside_hours": (
        "Outside the working hours of this day: %(periods)s.",
        lambda reason, facts: {"periods": ", ".join(map(facts.span, reason["periods"]))},
    ),
    "day_without_hours": ("Nobody works on this day.", NOTHING),
    "off_grid": (
        "Appointments start every %(minutes)s minutes. Near: %(near)s.",
        lambda reason, facts: {"minutes": reason["minutes"], "near": facts.near},
    ),
    "absence": (
        "Absent: %(since)s to %(until)s. %(text)s",
        lambda reason, facts: {"since": facts.when("from"), "until": facts.when("to"), "text": reason["text"] or ""},
    ),
    "limit_day": (
        "The day is full: %(count)s of %(limit)s appointments.",
        lambda reason, facts: {"count": reason["count"], "limit": reason["limit"]},
    ),
    "limit_week": (
        "The week is full: %(count)s of %(limit)s appointments.",
        lambda reason, facts: {"count": reason["count"], "limit": reason["limit"]},
    ),
    "appointment": ("Another appointment: %(span)s.", lambda reason, facts: {"span": facts.span(reason)}),
    "held": (
        "A customer is filling in the form for %(span)s. The time is kept until %(until)s.",
        lambda reason, facts: {"span": facts.span(reason), "until": facts.clock(reason["expires_at"])},
    ),
    "buffer": (
        "Too close to %(span)s: some time is kept free around appointments (this service: %(before)s minutes before, "
        "%(after)s minutes after).",
        lambda reason, facts: {"span": facts.span(reason), "before": reason["before"], "after": reason["after"]},
    ),
}


def sentence(reason: Json, zone: str, locale: str) -> str:
    """One reason as a sentence; times in `zone`."""
    code = reason["code"]
    if code == "outside_hours" and not reason["periods"]:
        code = "day_without_hours"
    text, values = SENTENCES[code]
    return (words[locale].gettext(text) % values(reason, _Facts(reason, zone, locale))).strip()


def worded(found: Json, zone: str, locale: str) -> Json:
    """availability's answer, each reason with its sentence as `detail`."""
    reasons = [{**reason, "detail": sentence(reason, zone, locale)} for reason in found["reasons"]]
    return {**found, "reasons": reasons}
