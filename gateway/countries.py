"""Countries by name, and what is paid with there."""

from functools import cache

from babel import Locale
from babel.numbers import get_territory_currencies

NEWER = {"BG": "EUR"}  # than Babel knows
USUAL = "EUR"
NOT_A_COUNTRY = frozenset(
    ["AC", "AN", "CP", "CQ", "DG", "EA", "EU", "EZ", "IC", "QO", "TA", "UN", "XA", "XB", "XK", "ZZ"]
)


def currency_of(country: str) -> str:
    """The currency that people pay with today; the euro where there is none."""
    return NEWER.get(country) or next(iter(get_territory_currencies(country)), USUAL)


@cache
def names(locale: str) -> list[tuple[str, str]]:
    """(code, name) of every country, by name in this language."""
    known = Locale.parse(locale).territories
    found = [(code, name) for code, name in known.items() if len(code) == 2 and code not in NOT_A_COUNTRY]
    return sorted(found, key=lambda pair: pair[1].translate(_FOLD).casefold())


_FOLD = str.maketrans("ÄÖÜÅÉÈÊÎÔ", "AOUAEEEIO")
