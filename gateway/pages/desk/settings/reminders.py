"""When customers are reminded: a list of rules, in plain words and numbers."""

from dataclasses import dataclass
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from gateway.api.reminders import RulesChange
from gateway.context import current_services
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, done, exists, may, page, show
from gateway.pages.desk.settings.forms import Entries, number, read, seen
from gateway.pages.words import _
from runtime.errors import Refused

PAGE = "desk_settings_reminders"
EDIT = "notify:admin"
MOST = 10
UNITS = {"days": 1440, "hours": 60, "minutes": 1}


@dataclass
class Line:
    """A rule as it stands in the form: `amount` as typed."""

    channel: str = "email"
    amount: str = "1"
    unit: str = "days"
    fresh: bool = False

    @property
    def before(self) -> int | str | None:
        """Minutes; what is no number stays as it was typed, for validation to say so."""
        amount = number(self.amount)
        return amount * UNITS[self.unit] if isinstance(amount, int) else amount


@page("/settings/reminders", PAGE)
def reminder_rules() -> Response:
    """The rules that hold."""
    found = current_services().notify.reminder_rules()
    return _page([_line(rule) for rule in found["rules"]], Entries({"version": str(found["version"])}))


def _line(rule: Json) -> Line:
    unit = next(name for name, size in UNITS.items() if rule["before"] % size == 0)
    return Line(rule["channel"], str(rule["before"] // UNITS[unit]), unit)


@page("/settings/reminders", "desk_settings_reminders_save", methods=("POST",), scope=EDIT)
def save_rules() -> Response:
    """Store them; or add or remove a line, which stores nothing."""
    lines, entries = _typed(), read(())
    action = request.form.get("action", "save")
    if action == "add" and len(lines) < MOST:
        lines.append(Line(fresh=True))
    elif action.startswith("remove:"):
        lines = [line for place, line in enumerate(lines) if f"remove:{place}" != action]
    elif action == "save" and _judge(entries, lines):
        try:
            rules = [{"channel": line.channel, "before": line.before} for line in lines]
            current_services().notify.update_reminder_rules(rules, _seen(entries))
            return back(PAGE, did="saved")
        except Refused as refused:
            entries.refused(refused)
            _compare(lines, entries)
    return _page(lines, entries)


def _compare(lines: list[Line], entries: Entries) -> None:
    """What somebody else stored meanwhile: the whole list."""
    if not entries.outdated:
        return
    stored = [_line(rule) for rule in current_services().notify.reminder_rules()["rules"]]
    if [(one.channel, one.before) for one in stored] != [(one.channel, one.before) for one in lines]:
        channels, units = {"email": _("E-mail"), "sms": _("SMS")}, dict(_units())
        said = "; ".join(f"{channels[one.channel]}, {one.amount} {units[one.unit]}" for one in stored)
        entries.beside.append(("reminders", _("Reminders before appointments"), said))


def _units() -> list[tuple[str, str]]:
    return [("days", _("days")), ("hours", _("hours")), ("minutes", _("minutes"))]


def _seen(entries: Entries) -> Json:
    return {"if_version": 0} if entries["version"] == "0" else seen(entries)


def _typed() -> list[Line]:
    lines = []
    for place in range(MOST):
        if f"amount_{place}" in request.form:
            unit = request.form.get(f"unit_{place}", "")
            channel = "sms" if request.form.get(f"channel_{place}") == "sms" else "email"
            amount = request.form[f"amount_{place}"].strip()
            lines.append(Line(channel, amount, unit if unit in UNITS else "days"))
    return lines


def _judge(entries: Entries, lines: list[Line]) -> bool:
    """Whether the API would take them, each objection beside its line."""
    rules = [{"channel": line.channel, "before": line.before} for line in lines]
    wrong: Any = RulesChange().validate({"rules": rules}).get("rules", {})
    for place, said in wrong.items() if isinstance(wrong, dict) else ():
        entries.blame(f"amount_{place}", said)
        entries.errors[f"amount_{place}"] = _("Please enter a number: at least 10 minutes, at most 60 days.")
    keys = [(line.channel, line.before) for line in lines]
    for place, key in enumerate(keys):
        if key in keys[:place] and f"amount_{place}" not in entries.errors:
            entries.errors[f"amount_{place}"] = _("This reminder is in the list already.")
    return not entries.errors


def _page(lines: list[Line], entries: Entries) -> Response:
    entries.labels = {f"amount_{place}": _("Reminder %(number)s", number=place + 1) for place in range(len(lines))}
    return show(
        "desk/settings/reminders.html",
        entries.status,
        lines=lines,
        entries=entries,
        most=MOST,
        units=_units(),
        sms=current_services().notify.channels()["sms"],
        plans=exists("desk_settings_plan"),
        editable=may(EDIT),
        did=done({"saved": _("The reminders have been saved. Those of coming appointments follow.")}),
    )
