"""Words, dates and plural forms in the four languages: gettext catalogs from .po files, CLDR through Babel."""

import gettext
import io
from collections import defaultdict
from datetime import datetime
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

from babel import Locale
from babel.core import get_global
from babel.dates import format_date, format_time, get_timezone_location
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

LOCALES = ("de", "en", "fr", "ru")
DEFAULT = "de"


def choose(wanted: str | None) -> str:
    """The best of our languages for an Accept-Language header or a locale name; German when none fits."""
    ranked = []
    for position, part in enumerate((wanted or "").split(",")):
        tag, _, weight = part.strip().partition(";q=")
        try:
            ranked.append((-float(weight or 1), position, tag[:2].lower()))
        except ValueError:
            continue
    return next((tag for _, _, tag in sorted(ranked) if tag in LOCALES), DEFAULT)


def city(zone: str, locale: str) -> str:
    """The place that people know the zone by: "New York", or in German "Kiew"."""
    names, today = Locale.parse(locale).time_zones, get_global("zone_aliases").get(zone, zone)
    known = (names[name]["city"] for name in (today, *_former_names()[today]) if "city" in names.get(name, {}))
    return next(known, "") or get_timezone_location(zone, locale=locale, return_city=True).split("/")[-1] or zone


@cache
def _former_names() -> dict[str, list[str]]:
    """What zones were once called: CLDR keeps its words for Asia/Kolkata under Asia/Calcutta."""
    former = defaultdict[str, list[str]](list)
    for name, today in get_global("zone_aliases").items():
        former[today].append(name)
    return former


class Catalogs:
    """The translations below `folder` (`<locale>.po`, and `<area>/<locale>.po`); message ids are English sentences."""

    def __init__(self, folder: Path):
        self._by_locale = {locale: _load(_files(folder, locale), locale) for locale in LOCALES}

    def __getitem__(self, locale: str) -> gettext.NullTranslations:
        return self._by_locale[locale if locale in LOCALES else DEFAULT]


def _files(folder: Path, locale: str) -> list[Path]:
    return sorted(folder.glob(f"{locale}.po")) + sorted(folder.glob(f"*/{locale}.po"))


def _load(files: list[Path], locale: str) -> gettext.NullTranslations:
    """All files as one catalog. Each has the plural forms of its language."""
    if not files:
        return gettext.NullTranslations()
    whole, *others = (_read(file, locale) for file in files)
    for other in others:
        for message in other:
            if message.id:
                whole[message.id] = message
    compiled = io.BytesIO()
    write_mo(compiled, whole)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def _read(file: Path, locale: str) -> Catalog:
    with file.open("rb") as source:
        return read_po(source, locale=locale)


def long_date(instant: datetime, zone: str, locale: str) -> str:
    """ "Mittwoch, 24. Oktober 2018" in the reader's zone and language."""
    return format_date(instant.astimezone(ZoneInfo(zone)), "full", locale=locale)


def clock_time(instant: datetime, zone: str, locale: str) -> str:
    """ "15:30", as the language writes it."""
    return format_time(instant.astimezone(ZoneInfo(zone)), "short", locale=locale)


def when(start: datetime, end: datetime, zone: str, locale: str) -> str:
    """ "Mittwoch, 24. Oktober 2018, 15:30 – 17:00" in the reader's zone and language."""
    return f"{long_date(start, zone, locale)}, {clock_time(start, zone, locale)} – {clock_time(end, zone, locale)}"
