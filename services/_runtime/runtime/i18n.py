"""Words, dates and plural forms in the four languages: gettext catalogs from .po files, CLDR through Babel."""

import gettext
import io
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time
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


class Catalogs:
    """The translations below `folder` (`<locale>.po`); message ids are English sentences."""

    def __init__(self, folder: Path):
        self._by_locale = {locale: _load(folder / f"{locale}.po", locale) for locale in LOCALES}

    def __getitem__(self, locale: str) -> gettext.NullTranslations:
        return self._by_locale[locale if locale in LOCALES else DEFAULT]


def _load(file: Path, locale: str) -> gettext.NullTranslations:
    if not file.exists():
        return gettext.NullTranslations()
    with file.open("rb") as source:
        catalog = read_po(source, locale=locale)
    compiled = io.BytesIO()
    write_mo(compiled, catalog)
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def long_date(instant: datetime, zone: str, locale: str) -> str:
    """ "Mittwoch, 24. Oktober 2018" in the reader's zone and language."""
    return format_date(instant.astimezone(ZoneInfo(zone)), "full", locale=locale)


def clock_time(instant: datetime, zone: str, locale: str) -> str:
    """ "15:30", as the language writes it."""
    return format_time(instant.astimezone(ZoneInfo(zone)), "short", locale=locale)


def when(start: datetime, end: datetime, zone: str, locale: str) -> str:
    """ "Mittwoch, 24. Oktober 2018, 15:30 – 17:00" in the reader's zone and language."""
    return f"{long_date(start, zone, locale)}, {clock_time(start, zone, locale)} – {clock_time(end, zone, locale)}"
