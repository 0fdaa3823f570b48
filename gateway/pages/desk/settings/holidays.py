"""Take over public holidays of a country or a part of it, for one or several calendars."""

import re
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from gateway.api.days_off import ImportRequest
from gateway.context import current_services, gateway, locale
from gateway.pages import backend
from gateway.pages.backend import Json
from gateway.pages.desk.frame import page, show, signed_in
from gateway.pages.desk.settings.calendars import listed
from gateway.pages.desk.settings.days_off import after_adding
from gateway.pages.desk.settings.forms import EDIT, Entries, by_id, filled, number, read
from gateway.pages.desk.settings.zones import country_names
from gateway.pages.words import _
from runtime.errors import Refused

CODE = re.compile("[A-Z]{2}")
AUTUMN = 11  # from this month on the next year is of more use
YEARS = 3  # this one and the next


@page("/settings/days-off/<uuid:id>/import", "desk_settings_holidays", scope=EDIT)
def choose(id: Any) -> Response:
    """The public holidays of the practice's country and this year, or of what the address asks for."""
    args, own = request.args, _own()
    country = (args.get("country", "") or own["country"]).upper()
    subdivision = args.get("subdivision", "") if args.get("of", country) == country else ""
    today = backend.now()
    year = args.get("year", "") or str(today.year if today.month < AUTUMN else today.year + 1)
    return _page(id, Entries({"country": country, "subdivision": subdivision, "year": year}, {"calendars": [str(id)]}))


@page("/settings/days-off/<uuid:id>/import", "desk_settings_holidays_import", methods=("POST",), scope=EDIT)
def take_over(id: Any) -> Response:
    """Store the ticked ones for the ticked calendars."""
    entries = read(("country", "subdivision", "year"), "dates", "calendars")
    wish = {**_region(entries), "dates": entries.chosen["dates"]}
    if not entries.chosen["dates"]:
        entries.errors["dates"] = _("Please tick at least one holiday.")
    if not entries.chosen["calendars"]:
        entries.errors["calendars"] = _("Please tick at least one calendar.")
    if not entries.errors and entries.judge(ImportRequest(), wish):
        try:
            chosen = {**wish, "language": _own()["locale"]}
            made = current_services().availability.import_holidays(entries.chosen["calendars"], chosen)
            dates = sorted(entries.chosen["dates"])
            span = (f"{dates[0]}T00:00:00-12:00", f"{dates[-1]}T23:59:00+00:00")
            return after_adding(str(id), "imported", made["conflicts"], *span)
        except Refused as refused:
            entries.refused(refused)
    return _page(id, entries)


def _own() -> Json:
    return gateway().practices.by_id(signed_in()["practice"]["id"])


def _region(entries: Entries) -> Json:
    wanted = {"country": entries["country"], "subdivision": entries["subdivision"], "year": number(entries["year"])}
    return filled(wanted)


def _page(id: Any, entries: Entries) -> Response:
    calendars = listed()
    calendar, found = by_id(calendars, id), _importable(id, entries)
    country = entries["country"] if CODE.fullmatch(entries["country"]) else ""
    known = current_services().availability.holiday_regions(country)
    names = country_names(locale())
    entries.labels = {"dates": _("Public holidays"), "calendars": _("For whom"), "country": _("Country")}
    entries.labels |= {"subdivision": _("Region"), "year": _("Year")}
    this_year = backend.now().year
    return show(
        "desk/settings/holidays.html",
        entries.status,
        calendars=calendars,
        calendar=calendar,
        entries=entries,
        found=found,
        today=backend.now().date().isoformat(),
        countries=[(code, names[code]) for code in names if code in known["countries"]],
        subdivisions=[(one["code"], one["name"]) for one in known["subdivisions"]],
        years=[(str(year), str(year)) for year in range(this_year, this_year + YEARS)],
    )


def _importable(id: Any, entries: Entries) -> list[Json]:
    """The list to choose from; empty, with the reason beside the choice, for a region or year that is not known."""
    wish = {**_region(entries), "language": _own()["locale"]}
    try:
        found: list[Json] = current_services().availability.importable_holidays(str(id), wish)["items"]
        return found
    except Refused as refused:
        if refused.code != "invalid":
            raise
        entries.refused(refused)
        return []
