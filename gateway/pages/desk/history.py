"""An appointment's history in words: when, who, what."""

from collections.abc import Callable
from typing import Any

from gateway import present
from gateway.context import locale
from gateway.pages.backend import Json
from gateway.pages.desk import team
from gateway.pages.desk.frame import zone
from gateway.pages.words import _


def lines(steps: list[Json]) -> list[Json]:
    """The steps, newest first, as a page shows them."""
    names = team.names(step["user_id"] for step in steps)
    return [_line(step, names) for step in reversed(steps)]


def _line(step: Json, names: dict[str, str]) -> Json:
    moved = step["from_start"] not in (None, step["to_start"])
    details = [_moved(step)] if moved else []
    details += [_changed(name, each) for name, each in step["changed"].items() if name != "handled"]
    return {
        "when": present.short_when(present.instant(step["at"]), zone(), locale()),
        "who": _who(step, names),
        "what": _what(step),
        "details": details,
        "note": step["note"],
    }


def _who(step: Json, names: dict[str, str]) -> str:
    if step["actor"] == "customer":
        return _("Customer, by the link") if step["via"] == "link" else _("Customer, online")
    return names.get(step["user_id"] or "", _("The practice"))


def _what(step: Json) -> str:
    known = {
        "booked": _("Booked"),
        "accepted": _("Confirmed"),
        "declined": _("Declined"),
        "rescheduled": _("Moved"),
        "cancelled": _("Cancelled"),
        "completed": _("Completed"),
        "missed": _("Missed"),
        "restored": _("Taken back"),
        "announced": _("Customer told"),
    }
    if step["what"] in known:
        return known[step["what"]]
    return _("Seen") if list(step["changed"]) == ["handled"] else _("Changed")


def _moved(step: Json) -> str:
    before, after = (
        present.short_when(present.instant(step[name]), zone(), locale()) for name in ("from_start", "to_start")
    )
    return f"{before} → {after}"


def _changed(name: str, each: Json) -> str:
    words: dict[str, tuple[str, Callable[[Any], str]]] = {
        "service": (_("Service"), str),
        "duration_minutes": (_("Duration"), lambda value: present.minutes(value, locale())),
        "price": (_("Price"), lambda value: present.money(value, locale())),
        "payment": (_("Payment"), _payment),
        "calendar": (_("Calendar"), str),
        "place": (_("Place"), place),
        "note": (_("Note"), str),
        "customer": (_("Customer"), str),
        "contact": (_("Contact"), str),
    }
    label, say = words.get(name, (name, str))
    before, after = (say(value) if value else "–" for value in (each.get("from"), each.get("to")))
    return f"{label}: {before} → {after}" if each.get("from") else f"{label}: {after}"


def _payment(value: Json) -> str:
    method = methods().get(value.get("method") or "")
    return f"{present.money(value, locale())} ({method})" if method else present.money(value, locale())


def methods() -> dict[str, str]:
    """How one can pay, in words."""
    return {"cash": _("Cash"), "card": _("Card"), "transfer": _("Bank transfer"), "other": _("Another way")}


def place(value: Json) -> str:
    """A place in one line."""
    parts = (value.get("name"), value.get("text") or value.get("address"), value.get("url"))
    return ", ".join(part for part in parts if part)
