"""What stands in a stretch of the calendar: one question to booking, one to availability, however much there is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from itertools import groupby, zip_longest
from typing import Any

from gateway.context import current_services, locale
from gateway.pages.backend import Json
from gateway.pages.desk.calendar.span import Span, wall
from gateway.pages.words import _
from gateway.present import clock, instant, local

OPEN = ("pending", "accepted")
HOURS_SHOWN = 10  # days; a month shows no hours
SIGNS = {"pending": "…", "accepted": "✓", "declined": "–", "cancelled": "✕", "completed": "☑", "missed": "○"}


@dataclass(frozen=True)
class Plan:
    """Everything in the days of a span, of all calendars or of one."""

    span: Span
    calendars: list[Json]
    appointments: list[Json]
    agenda: Json
    complete: bool
    calendar: str = ""

    @cached_property
    def names(self) -> dict[str, str]:
        """The calendars' nicknames by id."""
        return {one["id"]: one["nickname"] for one in self.agenda["calendars"]}

    def shown(self, items: Iterable[Json]) -> list[Json]:
        """Those of the calendar that was chosen."""
        return [one for one in items if not self.calendar or one["calendar"] == self.calendar]

    def by_day(self) -> list[tuple[date, list[Json]]]:
        """Appointments, absences and holds of each day in order of time; days without any, too."""
        entries = sorted(self._entries(), key=lambda one: one["start"])
        days = {day: list(items) for day, items in groupby(entries, key=lambda one: self._day(one["start"]))}
        return [(day, days.get(day, [])) for day in self.span.days]

    def _entries(self) -> Iterator[Json]:
        yield from ({"kind": "appointment", **one} for one in self.appointments)
        for kind, items in (("absence", self.agenda["absences"]), ("hold", self.agenda["holds"])):
            for one in self.shown(items):
                yield {**one, "kind": kind, "start": max(instant(one["from"]), self.span.starts).isoformat(),
                       "end": one["to"]}  # fmt: skip

    def _day(self, start: str) -> date:
        found = local(max(instant(start), self.span.starts), self.span.zone)
        return found.date()

    def days_off(self, day: date) -> list[Json]:
        """Holidays and vacations on this day, as each calendar's clock has it."""
        return [
            one for one in self.shown(self.agenda["days_off"]) if one["first_day"] <= day.isoformat() <= one["last_day"]
        ]

    def free(self, day: date) -> list[Json]:
        """The free times of this day."""
        return [one for one in self.shown(self.agenda["free"]) if self._day(one["from"]) == day]


def load(span: Span, calendar: str, service: str) -> Plan:
    """The plan of these days. Raises Refused, Unavailable."""
    stretch = {"from": span.starts.isoformat(), "to": span.ends.isoformat()}
    services = current_services()
    agenda = services.availability.agenda({**stretch, **({"service": service} if service else {})})
    calendars = [one for one in agenda["calendars"] if one["active"]] or agenda["calendars"]
    known = calendar if any(one["id"] == calendar for one in agenda["calendars"]) else ""
    planned = services.booking.planned({**stretch, **({"calendars": [known]} if known else {})})
    return Plan(span, calendars, planned["items"], agenda, planned["complete"], known)


def drawn(plan: Plan, *, editable: bool) -> list[Json]:
    """The plan as the drawn calendar takes it: times by the reader's wall clock, without offset."""
    zone = plan.span.zone
    names, words = plan.names, statuses()
    hours = len(plan.span.days) <= HOURS_SHOWN
    return [
        *(_background(one, zone, "is-open") for one in plan.shown(plan.agenda["working"]) if hours),
        *(_off(one, zone) for one in plan.shown(plan.agenda["days_off"])),
        *(_free(one, zone) for one in _apart(plan.shown(plan.agenda["free"])) if hours),
        *(_absence(one, zone, names) for one in plan.shown(plan.agenda["absences"])),
        *(_hold(one, zone, names) for one in plan.shown(plan.agenda["holds"])),
        *(_appointment(one, zone, names, words, editable) for one in plan.appointments),
    ]


def _event(one: Json, zone: str, since: str, until: str, **more: Any) -> Json:
    return {"resourceId": one["calendar"], "start": wall(since, zone), "end": wall(until, zone), **more}


def _background(one: Json, zone: str, kind: str, title: str = "") -> Json:
    return _event(one, zone, one["from"], one["to"], display="background", className=kind, title=title)


def _off(one: Json, zone: str) -> Json:
    words = _("Vacation") if one["kind"] == "vacation" else one["name"] or _("Holiday")
    return _background(one, zone, "is-off", words)


def _free(one: Json, zone: str) -> Json:
    return _background(one, zone, "is-free", _("free"))


def _apart(free: list[Json]) -> Iterator[Json]:
    """Free starts of a calendar, each no longer than until the next: they overlap where they start every 15 minutes."""
    ordered = sorted(free, key=lambda one: (one["calendar"], one["from"]))
    for one, after in zip_longest(ordered, ordered[1:]):
        near = after if after and after["calendar"] == one["calendar"] else None
        yield {**one, "to": min(one["to"], near["from"])} if near else one


def _times(since: str, until: str, zone: str) -> str:
    """ "10:00 – 10:30"."""
    language = locale()
    return " – ".join(clock(local(instant(at), zone), language) for at in (since, until))


def _absence(one: Json, zone: str, names: dict[str, str]) -> Json:
    words = " · ".join(filter(None, (_("Absent"), one["reason"])))
    label = ", ".join((words, names.get(one["calendar"], ""), _times(one["from"], one["to"], zone)))
    facts = {"kind": "absence", "id": one["id"], "calendar": one["calendar"], "label": label}
    return _event(
        one, zone, one["from"], one["to"], title=words, className="is-away", editable=False, extendedProps=facts
    )


def _hold(one: Json, zone: str, names: dict[str, str]) -> Json:
    words = _("Being booked")
    label = ", ".join((words, names.get(one["calendar"], ""), _times(one["from"], one["to"], zone)))
    facts = {"kind": "hold", "id": one["id"], "expires": one["expires_at"], "label": label}
    return _event(one, zone, one["from"], one["to"], title=words, className="is-held", editable=False,
                  extendedProps=facts)  # fmt: skip


def _appointment(one: Json, zone: str, names: dict[str, str], words: dict[str, str], editable: bool) -> Json:
    status = words[one["status"]]
    times = _times(one["start"], one["end"], zone)
    said = (times, one["customer"], one["service"], status, names.get(one["calendar"], ""))
    facts = {
        "kind": "appointment", "id": one["id"], "version": one["version"], "status": one["status"], "words": status,
        "sign": SIGNS[one["status"]], "service": one["service"], "customer": one["customer"],
        "fresh": one["online"] and not one["handled"] and one["status"] in OPEN, "label": ", ".join(filter(None, said)),
    }  # fmt: skip
    can_move = editable and one["status"] in OPEN
    return _event(one, zone, one["start"], one["end"], id=one["id"], title=one["customer"],
                  className=f"is-{one['status']}", editable=can_move, extendedProps=facts)  # fmt: skip


def statuses() -> dict[str, str]:
    """The states as people read them."""
    return {
        "pending": _("Pending"), "accepted": _("Confirmed"), "declined": _("Declined"), "cancelled": _("Cancelled"),
        "completed": _("Completed"), "missed": _("Missed"),
    }  # fmt: skip
