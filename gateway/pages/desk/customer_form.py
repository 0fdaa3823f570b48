"""The form of a customer's record: for a new one, one made of a booking, and one that is changed."""

from typing import Any

from flask import request

from gateway import present
from gateway.context import locale
from gateway.pages.backend import Json
from gateway.pages.desk.frame import signed_in
from gateway.pages.fields import EMAIL, LONGEST, Entries
from gateway.pages.week import ZONES
from gateway.pages.words import NAMES, _
from runtime.errors import Refused

FIELDS = ("first_name", "last_name", "email", "phone", "locale", "time_zone", "note")
NOTE_LONGEST = 2000


def typed() -> Entries:
    """What was typed into the form, trimmed."""
    return Entries({name: request.form.get(name, "").strip() for name in FIELDS}, [])


def filled(values: Json) -> Entries:
    """The form filled with a record or a booked contact; the number as it was typed."""
    shown = {**values, "phone": values.get("phone_typed") or values.get("phone")}
    return Entries({name: str(shown.get(name) or "") for name in FIELDS}, [])


def empty() -> Entries:
    """The form of a new record; most customers speak the practice's language."""
    return filled({"locale": signed_in()["practice"]["locale"]})


def judge(entries: Entries) -> bool:
    """Fill `entries.errors` with what is plainly wrong; True when nothing is. Booking has the last word."""
    required = {"first_name": _("Please enter the first name."), "last_name": _("Please enter the last name.")}
    entries.errors |= {name: sentence for name, sentence in required.items() if not entries[name]}
    if not entries["email"] and not entries["phone"]:
        entries.errors["phone"] = _("Please enter a phone number or an e-mail address: one of them is enough.")
    if entries["email"] and not EMAIL.fullmatch(entries["email"]):
        entries.errors["email"] = wrong("email")
    if entries["phone"] and sum(c.isdigit() for c in entries["phone"]) < 5:
        entries.errors["phone"] = wrong("phone")
    for name, most in {**LONGEST, "note": NOTE_LONGEST}.items():
        if len(entries[name]) > most:
            entries.errors[name] = _("Please enter at most %(most)s characters.", most=most)
    return not entries.errors


def refused(entries: Entries, refusal: Refused) -> None:
    """Take over booking's verdict on the fields."""
    for name in refusal.facts.get("errors", {}):
        if name in FIELDS:
            entries.errors.setdefault(name, wrong(name))
    if not entries.errors:
        entries.errors["first_name"] = _("Please check this entry.")


def wrong(name: str) -> str:
    sentences = {
        "email": _("Please enter a complete e-mail address, such as name@example.com."),
        "phone": _("Please enter a complete phone number with its area code, such as 0151 23456789."),
    }
    return sentences.get(name) or _("Please check this entry.")


def command(entries: Entries, country: str | None, *, over: Json | None = None) -> Json:
    """What booking takes. Of a record that is changed (`over`) what is the same is left out, so that a number keeps
    the way in which it was typed."""
    shown = filled(over) if over else None
    values = {name: _value(name, entries[name]) for name in FIELDS if not shown or entries[name] != shown[name]}
    if not values.get("locale"):
        values.pop("locale", None)  # every record has a language
    return {**values, "country": country}


def _value(name: str, text: str) -> Any:
    return text if text or name == "note" else None


def zones(entries: Entries) -> list[tuple[str, str]]:
    """Zones to choose from, the practice's first; none is a choice, too."""
    known = dict.fromkeys(zone for zone in (entries["time_zone"], signed_in()["practice"]["time_zone"], *ZONES) if zone)
    return [("", _("Not known")), *((zone, present.zone_name(zone, locale())) for zone in known)]


def languages() -> list[tuple[str, str]]:
    """The languages to choose from, each by its own name."""
    return list(NAMES.items())
