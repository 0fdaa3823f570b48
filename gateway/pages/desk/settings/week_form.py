"""A week of working hours in a form: rows of periods per weekday, and what buttons do to them before it is stored."""

import re
from dataclasses import dataclass, field

from babel.dates import get_day_names
from flask import request

from gateway.api.calendars import WEEKDAYS, Hours
from gateway.context import locale
from gateway.pages.backend import Json
from gateway.pages.desk.settings.forms import Entries
from gateway.pages.typed import whole

MOST = 12  # periods a day, as availability has it
CLOCK = re.compile(r"(\d{1,2})(?:[:.h]?(\d{2}))?")
Row = tuple[str, str]


@dataclass
class Week:
    """Per weekday its periods as they stand in the form. `fresh`: the input that a button has just made."""

    rows: dict[str, list[Row]]
    fresh: str = ""
    copy_from: str = WEEKDAYS[0]
    copy_to: list[str] = field(default_factory=list)

    def hours(self) -> Json:
        """As the API wants it; rows that were left empty do not count, an end at midnight is 24:00."""
        return {
            day: [
                {"from": opens, "to": "24:00" if closes == "00:00" else closes}
                for opens, closes in rows
                if opens or closes
            ]
            for day, rows in self.rows.items()
        }


def stored(hours: Json) -> Week:
    """The week as it holds, for the form."""
    return Week({day: [(one["from"], one["to"]) for one in hours[day]] for day in WEEKDAYS})


def typed() -> Week:
    """What was sent. "9", "9.30" and "930" are understood, too."""
    form = request.form
    rows = {}
    for day in WEEKDAYS:
        numbers = [n for n in range(MOST + 1) if f"{day}_{n}_from" in form]
        rows[day] = [(clock(form[f"{day}_{n}_from"]), clock(form.get(f"{day}_{n}_to", ""))) for n in numbers]
    source = form.get("copy_from", "")
    targets = [day for day in form.getlist("copy_to") if day in WEEKDAYS]
    return Week(rows, copy_from=source if source in WEEKDAYS else WEEKDAYS[0], copy_to=targets)


def clock(text: str) -> str:
    """ "9:30" as "09:30"; what is no time stays as it is."""
    found = CLOCK.fullmatch(text.strip())
    return f"{int(found[1]):02}:{found[2] or '00'}" if found else text.strip()


def act(week: Week, action: str) -> None:
    """Carry out a button: `add:monday`, `remove:monday:0`, `copy`; any other changes nothing."""
    name, _, target = action.partition(":")
    day, _, number = target.partition(":")
    if name == "add" and day in WEEKDAYS and len(week.rows[day]) < MOST:
        week.rows[day].append(("", ""))
        week.fresh = f"{day}_{len(week.rows[day]) - 1}_from"
    elif name == "remove" and day in WEEKDAYS and (at := whole(number)) is not None and at < len(week.rows[day]):
        del week.rows[day][at]
    elif name == "copy":
        for each in week.copy_to:
            week.rows[each] = list(week.rows[week.copy_from])
        week.copy_to = []


def judge(week: Week, entries: Entries) -> Json | None:
    """The hours, if they can be worked; else what is wrong stands beside the periods, and None."""
    hours = week.hours()
    errors = Hours().validate(hours)
    for day, found in errors.items():
        kept = [number for number, row in enumerate(week.rows[day]) if any(row)]
        if not isinstance(found, dict):
            entries.blame(day, found)
            continue
        for number, wrong in found.items():
            for end, said in wrong.items():
                entries.blame(f"{day}_{kept[number]}_{end}", said)
    return None if errors else hours


def names(form: str = "wide") -> dict[str, str]:
    """What the weekdays are called in the reader's language, as headings."""
    called = get_day_names(form, "stand-alone", locale=locale())  # type: ignore[arg-type]
    return {day: called[number].capitalize() for number, day in enumerate(WEEKDAYS)}
