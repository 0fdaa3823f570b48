"""Time zones, currencies and countries, as a reader chooses them."""

from functools import lru_cache
from zoneinfo import available_timezones

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_name

REGIONS = ("Europe", "Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Indian", "Pacific")
NO_STATES = frozenset(("AC", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"))
UTC = {"UTC": ["UTC"]}
AT_HAND = ("EUR", "CHF", "GBP", "USD", "RUB")


@lru_cache(maxsize=1)
def zones() -> list[tuple[str, list[tuple[str, str]]]]:
    """(IANA name, words) by region; those of old spelling (US/Eastern) are left out."""
    known = sorted(available_timezones())
    regions = {region: [name for name in known if name.startswith(f"{region}/")] for region in REGIONS}
    return [(region, [(name, name.replace("_", " ")) for name in names]) for region, names in (regions | UTC).items()]


@lru_cache(maxsize=8)
def currencies(locale: str) -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """(code, words) of those at hand and of all others. In Russian EUR and RUB come first."""
    first = ("EUR", "RUB", *(code for code in AT_HAND if code not in ("EUR", "RUB"))) if locale == "ru" else AT_HAND
    others = sorted(code for code in _tender() - set(AT_HAND))
    return [_named(code, locale) for code in first], [_named(code, locale) for code in others]


def _tender() -> set[str]:
    """Currencies that somebody pays with today."""
    spans = (span for territory in get_global("territory_currencies").values() for span in territory)
    return {code for code, _since, until, tender in spans if tender and not until}


def _named(code: str, locale: str) -> tuple[str, str]:
    return code, f"{code} – {get_currency_name(code, locale=locale)}"


@lru_cache(maxsize=8)
def country_names(locale: str) -> dict[str, str]:
    """ISO 3166-1 code -> name, in order of names."""
    territories = Locale.parse(locale).territories
    named = {code: str(name) for code, name in territories.items() if len(code) == 2 and code not in NO_STATES}
    return dict(sorted(named.items(), key=lambda one: one[1]))
