"""Public holidays of countries and their parts, as the library `holidays` knows them. Asks nobody, reads no clock."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache

from holidays import country_holidays
from holidays.utils import list_supported_countries

FIRST_YEAR, LAST_YEAR = 2000, 2100


@lru_cache(maxsize=1)
def countries() -> frozenset[str]:
    """ISO 3166-1 codes of the countries whose holidays are known."""
    return frozenset(code for code in list_supported_countries(include_aliases=False) if len(code) == 2)


@lru_cache(maxsize=64)
def subdivisions(country: str) -> tuple[tuple[str, str], ...]:
    """The country's parts that have holidays of their own, as (code, name), by name; none if it is not known.

    Names are in the country's language; a part without one is called by its code.
    """
    if country not in countries():
        return ()
    known = country_holidays(country)
    names: dict[str, str] = {}
    for name, code in known.subdivisions_aliases.items():
        names[code] = max(names.get(code, ""), name, key=len)  # the others are abbreviations
    return tuple(sorted(((code, names.get(code, code)) for code in known.subdivisions), key=lambda one: one[1]))


@lru_cache(maxsize=256)
def of_year(country: str, subdivision: str | None, year: int, language: str) -> tuple[tuple[date, str], ...]:
    """The public holidays in order, named in the language if the library has it, else in the country's own.

    Raises ValueError for a country or subdivision that is not known.
    """
    if country not in countries() or (subdivision and subdivision not in dict(subdivisions(country))):
        raise ValueError(country, subdivision)
    known = country_holidays(country)
    spoken = _spoken(known.supported_languages, language) or known.default_language
    found = country_holidays(country, subdiv=subdivision, years=year, language=spoken)
    return tuple((day, found[day]) for day in sorted(found))


def _spoken(supported: Sequence[str], language: str) -> str | None:
    """Of "de", "en_US", "uk" the one that is `language`."""
    return next((one for one in sorted(supported) if one.split("_")[0] == language), None)
