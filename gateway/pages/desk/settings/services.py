"""Services ("Terminvorlagen"): the list, and a form for one. Appointments keep what they were booked as."""

import re
from decimal import Decimal
from typing import Any

from babel.numbers import format_decimal
from werkzeug.wrappers import Response

from gateway.api.services import ServiceRequest
from gateway.context import current_services, gateway, locale
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, done, may, page, show, signed_in
from gateway.pages.desk.settings.forms import (
    EDIT,
    Entries,
    Reading,
    by_id,
    chosen_of,
    customers_see,
    filled,
    key,
    number,
    once,
    read,
    seen,
    ticked,
)
from gateway.pages.words import _
from runtime.errors import Refused

LIST, FORM = "desk_settings_services", "desk/settings/service.html"
TEXTS = ("name", "description", "price", "confirmation", "released")
NUMBERS = ("duration_minutes", "start_interval_minutes", "buffer_before_minutes", "buffer_after_minutes", "window_days")
NOTICES = ("min_notice", "cancel_notice", "move_notice")
UNITS = {"minutes": 1, "hours": 60, "days": 24 * 60}
NONE = ("-", "–", "—")  # how people write "no price"
NAMES = {f"{notice}_minutes": notice for notice in NOTICES}
NEW: Json = {
    "name": "",
    "description": "",
    "duration_minutes": 30,
    "price": None,
    "start_interval_minutes": None,
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 0,
    "min_notice_minutes": 60,
    "cancel_notice_minutes": 0,
    "move_notice_minutes": 0,
    "window_days": 60,
    "confirmation": "automatic",
    "released": True,
}


@page("/settings/services", LIST)
def services() -> Response:
    """All services, each with who offers it."""
    availability = current_services().availability
    names = {calendar["id"]: calendar["nickname"] for calendar in availability.list_calendars()["items"]}
    said = {
        "added": _("The service has been added."),
        "saved": _("The service has been saved."),
        "deleted": _("The service has been deleted. Appointments already made stay as they are."),
    }
    found = availability.list_services()["items"]
    return show("desk/settings/services.html", services=found, nicknames=names, did=done(said))


@page("/settings/services/new", "desk_settings_service_new", scope=EDIT)
def new_service() -> Response:
    """An empty form with careful values; every calendar is ticked."""
    calendars = _calendars()
    return _form(_entries({**NEW, "calendars": [calendar["id"] for calendar in calendars]}), calendars)


@page("/settings/services/new", "desk_settings_service_add", methods=("POST",), scope=EDIT)
def add_service() -> Response:
    """Store a new one."""
    entries = _read()
    payload = _payload(entries)
    if _judge(entries, payload):
        try:
            current_services().availability.create_service(once(payload))
            customers_see()
            return back(LIST, did="added")
        except Refused as refused:
            entries.refused(refused, NAMES)
    return _form(entries, _calendars())


@page("/settings/services/<uuid:id>", "desk_settings_service")
def service(id: Any) -> Response:
    """One service; without the right to change it, to look at."""
    found = by_id(current_services().availability.list_services()["items"], id)
    return _form(_entries(found), _calendars(), found)


@page("/settings/services/<uuid:id>", "desk_settings_service_save", methods=("POST",), scope=EDIT)
def save_service(id: Any) -> Response:
    """Change it, unless somebody else was faster."""
    entries = _read()
    payload = _payload(entries)
    if _judge(entries, payload):
        try:
            current_services().availability.update_service(str(id), payload | seen(entries))
            customers_see()
            return back(LIST, did="saved")
        except Refused as refused:
            if refused.code == "not_found":
                raise
            entries.refused(refused, NAMES)
    return _form(entries, _calendars(), by_id(current_services().availability.list_services()["items"], id))


@page("/settings/services/<uuid:id>/delete", "desk_settings_service_question", scope=EDIT)
def ask_to_delete(id: Any) -> Response:
    """The question before it is gone."""
    found = by_id(current_services().availability.list_services()["items"], id)
    return show("desk/settings/service_delete.html", service=found)


@page("/settings/services/<uuid:id>/delete", "desk_settings_service_delete", methods=("POST",), scope=EDIT)
def delete_service(id: Any) -> Response:
    """Nobody can book it any more; one that is gone already, by a second click or another tab, is gone."""
    current_services().availability.delete_service(str(id))
    customers_see()
    return back(LIST, did="deleted")


def _form(entries: Entries, calendars: list[Json], service: Json | None = None) -> Response:
    entries.labels = _labels()
    offers = [(one["id"], one["nickname"], one["place"]["name"]) for one in calendars]
    if service:
        entries.compare(_entries(service), _readings(calendars))
    values = {"service": service, "offers": offers, "currency": _currency(), "units": _units(), "key": key()}
    values |= {"confirmations": _confirmations()}
    return show(FORM, entries.status, entries=entries, editable=may(EDIT), **values)


def _readings(calendars: list[Json]) -> dict[str, Reading]:
    names, units = {one["id"]: one["nickname"] for one in calendars}, dict(_units())

    def notice(name: str) -> Reading:
        return lambda entries: f"{entries[name]} {units.get(entries[f'{name}_unit'], '')}"

    def who(entries: Entries) -> str:
        return ", ".join(name for id, name in names.items() if id in entries.chosen["calendars"])

    confirmation = chosen_of("confirmation", _confirmations())
    return {"confirmation": confirmation, "released": ticked("released"), "calendars": who} | {
        name: notice(name) for name in NOTICES
    }


def _confirmations() -> list[tuple[str, str]]:
    return [("automatic", _("Automatic: booked at once")), ("request", _("By request: the practice confirms"))]


def _judge(entries: Entries, payload: Json) -> bool:
    if not entries["window_days"]:
        entries.blame("window_days", "Please fill in this field.")
    return entries.judge(ServiceRequest(), payload, NAMES)


def _calendars() -> list[Json]:
    found: list[Json] = current_services().availability.list_calendars()["items"]
    return found


def _currency() -> str:
    return str(gateway().practices.by_id(signed_in()["practice"]["id"])["currency"])


def _entries(service: Json) -> Entries:
    """The service as it stands in the form."""
    values = {name: str(service[name]) for name in ("name", "description", "confirmation")}
    values |= {name: "" if service[name] is None else str(service[name]) for name in NUMBERS}
    for notice in NOTICES:
        values[notice], values[f"{notice}_unit"] = _split(service[f"{notice}_minutes"])
    values["price"] = _amount(service["price"]) if service["price"] else NONE[0]
    values["released"] = "1" if service["released"] else ""
    return Entries({**values, "version": str(service.get("version", ""))}, {"calendars": service["calendars"]})


def _amount(price: Json) -> str:
    """ "49,00": as it is typed in the reader's language."""
    return format_decimal(Decimal(price["amount"]), format="0.00", locale=locale())


def _read() -> Entries:
    units = tuple(f"{notice}_unit" for notice in NOTICES)
    return read((*TEXTS, *NUMBERS, *NOTICES, *units), "calendars")


def _payload(entries: Entries) -> Json:
    """What was typed as the API wants it; what cannot be read stays as it is, and is refused."""
    optional = {name: number(entries[name]) or 0 for name in ("buffer_before_minutes", "buffer_after_minutes")}
    optional |= {f"{notice}_minutes": _minutes(entries, notice) for notice in NOTICES}
    return {
        **filled({"name": entries["name"], "duration_minutes": number(entries["duration_minutes"])}),
        **filled({"window_days": number(entries["window_days"]), "confirmation": entries["confirmation"]}),
        **optional,
        "description": entries["description"],
        "price": price(entries["price"], _currency()),
        "start_interval_minutes": number(entries["start_interval_minutes"]),
        "released": bool(entries["released"]),
        "calendars": entries.chosen["calendars"],
    }


def price(text: str, currency: str) -> Json | None:
    """ "49", "49,00" or "49.00" as money; "-" or nothing is no price."""
    plain = re.sub(r"\s", "", text)
    return None if plain in ("", *NONE) else {"amount": plain.replace(",", "."), "currency": currency}


def _minutes(entries: Entries, notice: str) -> int | str:
    typed = number(entries[notice])
    return typed * UNITS.get(entries[f"{notice}_unit"], 1) if isinstance(typed, int) else typed or 0


def _split(minutes: int) -> tuple[str, str]:
    """60 -> ("1", "hours"): in the largest unit that leaves no rest."""
    unit = next(unit for unit in ("days", "hours", "minutes") if minutes % UNITS[unit] == 0)
    return (str(minutes // UNITS[unit]), unit) if minutes else ("0", "hours")


def _units() -> list[tuple[str, str]]:
    return [("minutes", _("minutes")), ("hours", _("hours")), ("days", _("days"))]


def _labels() -> dict[str, str]:
    """What the inputs are called in the summary of errors."""
    return {
        "name": _("Name of the service"),
        "description": _("Description"),
        "duration_minutes": _("Duration in minutes"),
        "price": _("Price"),
        "start_interval_minutes": _("Starts every … minutes"),
        "buffer_before_minutes": _("Free time before, in minutes"),
        "buffer_after_minutes": _("Free time after, in minutes"),
        "min_notice": _("Book at least … ahead"),
        "cancel_notice": _("Cancel at least … ahead"),
        "move_notice": _("Move at least … ahead"),
        "window_days": _("Bookable up to … days ahead"),
        "confirmation": _("Confirmation"),
        "released": _("Released: customers can book this service online"),
        "calendars": _("Who offers it"),
    }
