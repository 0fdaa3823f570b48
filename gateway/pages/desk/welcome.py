"""First steps of a new practice, on one page: each step a short form, any order, until the booking page works."""

import hashlib
import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from babel.dates import get_day_names
from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services, gateway, locale
from gateway.pages import choices
from gateway.pages.backend import Json
from gateway.pages.desk.account import renew
from gateway.pages.desk.frame import back, done, page, show, signed_in
from gateway.pages.desk.settings.forms import blamed, changed_meanwhile
from gateway.pages.fields import EMAIL, Entries
from gateway.pages.typed import whole
from gateway.pages.words import _
from runtime.errors import Refused

ADMIN = "practice:admin"
HOME = "desk_welcome"
DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
USUAL_WEEK = {**dict.fromkeys(DAYS[:5], "1"), "opens": "09:00", "closes": "17:00"}
TIME = re.compile(r"([01]?[0-9]|2[0-3]):?([0-5][0-9])")
INPUTS = {"name": "service", "duration_minutes": "minutes", "email": "notify"}  # a service's field -> input
PRICE = re.compile(r"[0-9]{1,7}([.,][0-9]{1,2})?")


@dataclass
class Setup:
    """How far the practice is: itself, its first calendar with its hours and notices, its services."""

    practice: Json
    calendar: Json | None = None
    hours: Json = field(default_factory=dict)
    hours_version: int = 0
    notify: str = ""
    services: list[Json] = field(default_factory=list)

    @property
    def place(self) -> Json | None:
        return next(iter(self.practice["places"]), None)

    @property
    def service(self) -> Json | None:
        return next(iter(self.services), None)

    @property
    def done(self) -> dict[str, bool]:
        """Which steps are taken."""
        return {
            "practice": bool(self.place and self.place["address"]),
            "service": bool(self.services),
            "hours": any(self.hours.values()),
            "notices": bool(self.notify),
        }

    @property
    def bookable(self) -> bool:
        """Whether customers find times."""
        return self.done["hours"] and any(each["released"] and each["calendars"] for each in self.services)


def load() -> Setup:
    """Five questions, however far the practice is."""
    services = current_services()
    availability = services.availability
    setup = Setup(services.practice.get(), services=availability.list_services()["items"])
    setup.calendar = next(iter(availability.list_calendars()["items"]), None)
    if setup.calendar:
        found = availability.hours(setup.calendar["id"])
        setup.hours, setup.hours_version = found["hours"], found["version"]
        setup.notify = _notices(setup.calendar["id"])
    return setup


def _notices(calendar: str) -> str:
    try:
        return str(current_services().notify.notification_settings(calendar).get("email") or "")
    except Refused as refused:
        if refused.code != "not_found":  # notify has not heard of the new calendar yet
            raise
        return ""


@page("/welcome", HOME, scope=ADMIN)
def welcome() -> Response:
    """The list of steps; the first that is not taken is open."""
    return _page(load())


@page("/welcome/practice", "desk_welcome_practice", methods=("POST",), scope=ADMIN)
def practice() -> Response:
    """Language, zone, address, phone."""
    setup, entries = load(), _read("locale", "time_zone", "address", "phone")
    if not entries["address"]:
        entries.errors["address"] = _("Please enter the address at which customers find you.")
    return _take("practice", setup, entries, lambda: _save_practice(setup, entries))


def _save_practice(setup: Setup, entries: Entries) -> None:
    services = current_services()
    before, zone = setup.practice["time_zone"], entries["time_zone"]
    wanted = {name: entries[name] for name in ("locale", "time_zone", "phone")}
    wanted = {name: value for name, value in wanted.items() if value or name == "phone"}
    services.practice.update({**wanted, "if_version": setup.practice["version"]})
    if setup.place:
        services.practice.update_place(setup.place["id"], {"address": entries["address"]})
    else:
        services.practice.create_place({"name": setup.practice["name"], "address": entries["address"]})
    if setup.calendar and setup.calendar["time_zone"] == before != zone:
        services.availability.update_calendar(setup.calendar["id"], {"time_zone": zone})


@page("/welcome/service", "desk_welcome_service", methods=("POST",), scope=ADMIN)
def service() -> Response:
    """What customers can book first."""
    setup, entries = load(), _read("service", "minutes", "price")
    if not entries["service"]:
        entries.errors["service"] = _("Please enter what customers can book, such as “Consultation”.")
    if not 5 <= (whole(entries["minutes"]) or 0) <= 600:
        entries.errors["minutes"] = _("Please enter the duration in minutes, from 5 to 600.")
    if entries["price"] and not PRICE.fullmatch(entries["price"]):
        entries.errors["price"] = _("Please enter an amount such as 49 or 49.90, or nothing.")
    return _take("service", setup, entries, lambda: _save_service(setup, entries))


def _save_service(setup: Setup, entries: Entries) -> None:
    availability = current_services().availability
    wanted: Json = {"name": entries["service"], "duration_minutes": whole(entries["minutes"]), "price": None}
    if entries["price"]:
        amount = Decimal(entries["price"].replace(",", "."))
        wanted["price"] = {"amount": f"{amount:.2f}", "currency": setup.practice["currency"]}
    if setup.service:
        availability.update_service(setup.service["id"], {**wanted, "if_version": setup.service["version"]})
    else:
        calendars = [setup.calendar["id"]] if setup.calendar else []
        availability.create_service({**wanted, "released": True, "calendars": calendars})


@page("/welcome/hours", "desk_welcome_hours", methods=("POST",), scope=ADMIN)
def hours() -> Response:
    """Who works when."""
    setup, entries = load(), _read("nickname", *DAYS, "opens", "closes", "pause_from", "pause_to")
    week = _week(entries)
    if not entries["nickname"]:
        entries.errors["nickname"] = _("Please enter the name that customers see.")
    return _take("hours", setup, entries, lambda: _save_hours(setup, entries, week))


def _week(entries: Entries) -> Json:
    """Periods by day; what is wrong is noted in the entries."""
    times = {name: _time(entries, name) for name in ("opens", "closes", "pause_from", "pause_to") if entries[name]}
    if not any(entries[day] for day in DAYS):
        entries.errors["monday"] = _("Please choose at least one day.")
    opens, closes = times.get("opens", ""), times.get("closes", "")
    if "opens" not in times:
        entries.errors.setdefault("opens", _("Please enter a time such as 09:00."))
    if "closes" not in times or opens >= closes:
        entries.errors.setdefault("closes", _("Please enter a time after the beginning."))
    begins, ends = times.get("pause_from"), times.get("pause_to")
    if (begins or ends) and not (begins and ends and opens < begins < ends < closes):
        entries.errors.setdefault("pause_from", _("Please enter a break within the working hours, or none."))
    pause = begins and ends
    periods = [(opens, begins), (ends, closes)] if pause else [(opens, closes)]
    return {day: [{"from": a, "to": b} for a, b in periods] if entries[day] else [] for day in DAYS}


def _time(entries: Entries, name: str) -> str:
    found = TIME.fullmatch(entries[name])
    if found is None:
        entries.errors[name] = _("Please enter a time such as 09:00.")
        return ""
    return f"{int(found[1]):02d}:{found[2]}"


def _save_hours(setup: Setup, entries: Entries, week: Json) -> None:
    availability = current_services().availability
    if setup.place is None:
        raise Refused("not_found")
    if setup.calendar:
        availability.update_calendar(setup.calendar["id"], {"nickname": entries["nickname"]})
    else:
        named = {"name": signed_in()["user"]["name"], "nickname": entries["nickname"]}
        zone = setup.practice["time_zone"]
        setup.calendar = availability.create_calendar({**named, "place": setup.place["id"], "time_zone": zone})
    id = setup.calendar["id"]
    availability.put_hours(id, week, {"if_version": setup.hours_version} if setup.hours_version else {})
    for each in setup.services:
        if not each["calendars"]:
            availability.update_service(each["id"], {"calendars": [id]})


@page("/welcome/notices", "desk_welcome_notices", methods=("POST",), scope=ADMIN)
def notices() -> Response:
    """Where online bookings are told; nothing switches that off."""
    setup, entries = load(), _read("notify")
    if entries["notify"] and not EMAIL.fullmatch(entries["notify"]):
        entries.errors["notify"] = _("Please enter a complete e-mail address, such as name@example.com.")
    return _take("notices", setup, entries, lambda: _save_notices(setup, entries))


def _save_notices(setup: Setup, entries: Entries) -> None:
    if setup.calendar is None:
        raise Refused("not_found")
    changes = {"email": entries["notify"] or None}
    current_services().notify.update_notification_settings(setup.calendar["id"], changes)


@page("/welcome/done", "desk_welcome_done", methods=("POST",), scope=ADMIN)
def finish() -> Response:
    """The guide is not needed any more."""
    current_services().practice.end_first_steps()
    renew()
    return back("desk")


def _take(step: str, setup: Setup, entries: Entries, save: Any) -> Response:
    """Save a step, or show what is wrong with it. Once customers can book, no page asks for the steps any more."""
    if entries.errors:
        return _page(setup, step, entries, status=422)
    if entries["seen"] not in ("", seen := _seen(_values(setup)[step])):
        entries.values["seen"] = seen
        return _page(setup, step, entries, changed_meanwhile(), 412)
    try:
        save()
    except Refused as refused:
        if refused.code not in ("invalid", "not_found", "precondition_failed"):
            raise
        return _page(setup, step, entries, blamed(entries, refused, INPUTS), 422)
    if signed_in()["practice"].get("first_steps") and load().bookable:
        current_services().practice.end_first_steps()
        renew()
    elif step == "practice":
        renew()
    return back(HOME, did=step)


def _read(*names: str) -> Entries:
    return Entries({name: request.form.get(name, "").strip() for name in (*names, "seen")}, [])


def _seen(values: dict[str, str]) -> str:
    """Another one when what a step shows has changed."""
    return hashlib.sha256(repr(sorted(values.items())).encode()).hexdigest()[:16]


def _page(setup: Setup, step: str = "", wrong: Entries | None = None, problem: str = "", status: int = 200) -> Response:
    forms = {name: Entries({**values, "seen": _seen(values)}, []) for name, values in _values(setup).items()}
    if not setup.notify and request.args.get("did") != "notices":  # a proposal; who empties the field hears nothing
        forms["notices"].values["notify"] = setup.practice["email"]
    if wrong is not None:
        forms[step] = wrong
    home = gateway().settings.public_url.rstrip("/")
    return show(
        "desk/welcome.html",
        status,
        setup=setup,
        forms=forms,
        open_step=step or next((name for name, taken in setup.done.items() if not taken), ""),
        problem=problem,
        address=f"{home}/p/{setup.practice['slug']}/book",
        days=_days(),
        languages_known=choices.languages(),
        zones=choices.zones(),
        did=done(dict.fromkeys(setup.done, _("Saved."))),
    )


def _values(setup: Setup) -> dict[str, dict[str, str]]:
    """What each form shows before anything is typed."""
    practice, place, service, calendar = setup.practice, setup.place, setup.service, setup.calendar
    known = {name: str(practice[name] or "") for name in ("locale", "time_zone", "phone")}
    price = (service or {}).get("price")
    minutes = str(service["duration_minutes"]) if service else "30"
    return {
        "practice": {**known, "address": str(place["address"] or "") if place else ""},
        "service": {"service": service["name"] if service else "", "minutes": minutes, "price": _amount(price)},
        "hours": {"nickname": calendar["nickname"] if calendar else "", **_times(setup.hours)},
        "notices": {"notify": setup.notify},
    }


def _amount(price: Json | None) -> str:
    return str(price["amount"]).removesuffix(".00") if price else ""


def _times(hours: Json) -> dict[str, str]:
    """The week as the form has it, if it is that plain; else the usual one."""
    days = {day: periods for day, periods in hours.items() if periods}
    if not days:
        return USUAL_WEEK
    first = next(iter(days.values()))
    times = {"opens": first[0]["from"], "closes": first[-1]["to"]}
    if len(first) > 1:
        times |= {"pause_from": first[0]["to"], "pause_to": first[1]["from"]}
    return {**dict.fromkeys(days, "1"), **times}


def _days() -> list[tuple[str, str]]:
    names = get_day_names("wide", "stand-alone", locale=locale())
    return [(day, names[number].capitalize()) for number, day in enumerate(DAYS)]
