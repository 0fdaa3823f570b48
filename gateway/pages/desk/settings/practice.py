"""The practice itself: names, places, currency, language and zone, copies of mails, colour."""

from typing import Any

from babel.numbers import format_decimal
from flask import request
from werkzeug.wrappers import Response

from gateway.api.settings import PlaceRequest, PracticeChanges
from gateway.context import current_services, gateway, locale
from gateway.pages import accent
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, done, may, page, show, signed_in
from gateway.pages.desk.settings.forms import ADMIN, Entries, by_id, chosen_of, filled, key, once, read, seen, ticked
from gateway.pages.desk.settings.zones import country_names, currencies, zones
from gateway.pages.words import NAMES as LANGUAGES
from gateway.pages.words import _
from runtime.errors import Refused

PAGE, FORM = "desk_settings_practice", "desk/settings/practice.html"
REQUIRED = ("name", "email", "country", "locale", "time_zone", "currency", "accent")
OPTIONAL = ("phone", "description", "copy_to")


@page("/settings/practice", PAGE)
def practice() -> Response:
    """As it is; without the right to change it, to look at."""
    found = current_services().practice.get()
    return _page(_stored(found), found)


def _stored(found: Json) -> Entries:
    values = {name: str(found[name] or "") for name in (*REQUIRED, *OPTIONAL)}
    values |= {"show_prices": "1" if found["show_prices"] else "", "version": str(found.get("version", ""))}
    return Entries(values)


@page("/settings/practice", "desk_settings_practice_save", methods=("POST",), scope=ADMIN)
def save_practice() -> Response:
    """Change it. Another button than `save` shows the colour and stores nothing."""
    entries = read((*REQUIRED, *OPTIONAL, "show_prices"))
    if request.form.get("action", "save") != "save":
        return _page(entries, current_services().practice.get())
    wanted = _payload(entries)
    for name in REQUIRED:
        if not entries[name]:
            entries.blame(name, "Please fill in this field.")
    if entries.judge(PracticeChanges(), wanted):
        try:
            changed = current_services().practice.update(wanted | seen(entries))
            gateway().practices.forget(signed_in()["practice"]["id"], "slug", "id")
            darker = changed["accent"].lower() != entries["accent"].lower()
            return back(PAGE, did="darker" if darker else "saved")
        except Refused as refused:
            entries.refused(refused)
    return _page(entries, current_services().practice.get())


def _payload(entries: Entries) -> Json:
    """Empty required fields are left out: the form names them."""
    return {
        **filled({name: entries[name] for name in REQUIRED}),
        "phone": entries["phone"],
        "description": entries["description"],
        "copy_to": entries["copy_to"] or None,
        "show_prices": bool(entries["show_prices"]),
    }


def _page(entries: Entries, found: Json) -> Response:
    entries.labels = _labels()
    choices = {"country": country_names(locale()).items(), "locale": LANGUAGES.items()}
    readings = {name: chosen_of(name, words) for name, words in choices.items()}
    entries.compare(_stored(found), readings | {"show_prices": ticked("show_prices")})
    said = {
        "saved": _("The practice has been saved."),
        "darker": _(
            "The practice has been saved. The colour was too light to be read on white and is a little darker now."
        ),
        "place": _("The place has been saved."),
    }
    colour = accent.colour_of(entries["accent"])
    return show(
        FORM,
        entries.status,
        entries=entries,
        found=found,
        editable=may(ADMIN),
        countries=list(country_names(locale()).items()),
        currencies=currencies(locale()),
        own_languages=list(LANGUAGES.items()),
        zones=zones(),
        colour=colour,
        contrast=accent.on_white(colour),
        contrast_words=format_decimal(accent.on_white(colour), locale=locale()),
        did=done(said),
    )


@page("/settings/practice/places/new", "desk_settings_place_new", scope=ADMIN)
def new_place() -> Response:
    """An empty form."""
    return _place(Entries({}))


@page("/settings/practice/places/new", "desk_settings_place_add", methods=("POST",), scope=ADMIN)
def add_place() -> Response:
    """Store a new one."""
    entries = read(("name", "address"))
    if entries.judge(PlaceRequest(), wanted := filled({name: entries[name] for name in ("name", "address")})):
        try:
            current_services().practice.create_place(once(wanted))
            return _placed()
        except Refused as refused:
            entries.refused(refused)
    return _place(entries)


@page("/settings/practice/places/<uuid:id>", "desk_settings_place", scope=ADMIN)
def place(id: Any) -> Response:
    """One place."""
    found = by_id(current_services().practice.places()["items"], id)
    return _place(_as_entries(found), found)


def _as_entries(place: Json) -> Entries:
    return Entries({name: str(place[name]) for name in ("name", "address", "version")})


@page("/settings/practice/places/<uuid:id>", "desk_settings_place_save", methods=("POST",), scope=ADMIN)
def save_place(id: Any) -> Response:
    """Change it; appointments already made keep the place that they were booked at."""
    entries = read(("name", "address"))
    if entries.judge(PlaceRequest(), wanted := filled({name: entries[name] for name in ("name", "address")})):
        try:
            current_services().practice.update_place(str(id), wanted | seen(entries))
            return _placed()
        except Refused as refused:
            if refused.code == "not_found":
                raise
            entries.refused(refused)
    return _place(entries, by_id(current_services().practice.places()["items"], id))


def _placed() -> Response:
    gateway().practices.forget(signed_in()["practice"]["id"], "slug", "id", "catalogue")
    return back(PAGE, did="place")


def _place(entries: Entries, found: Json | None = None) -> Response:
    entries.labels = {"name": _("Name of the place"), "address": _("Address")}
    if found:
        entries.compare(_as_entries(found))
    return show("desk/settings/place.html", entries.status, entries=entries, place=found, key=key())


def _labels() -> dict[str, str]:
    return {
        "name": _("Name of the practice"),
        "email": _("E-mail address"),
        "phone": _("Phone number"),
        "description": _("About the practice"),
        "country": _("Country"),
        "locale": _("Language"),
        "time_zone": _("Time zone"),
        "currency": _("Currency"),
        "accent": _("Colour"),
        "copy_to": _("Copy of booking mails to"),
        "show_prices": _("Customers see the prices"),
    }
