"""What forms offer to choose from: time zones, languages, countries."""

from functools import cache
from zoneinfo import available_timezones

from gateway.pages.words import NAMES

AREAS = ("Africa/", "America/", "Antarctica/", "Asia/", "Atlantic/", "Australia/", "Europe/", "Indian/", "Pacific/")
USUAL = {  # country and zone of who reads this language, until they choose
    "de": ("DE", "Europe/Berlin"),
    "en": ("GB", "Europe/London"),
    "fr": ("FR", "Europe/Paris"),
    "ru": ("RU", "Europe/Moscow"),
}


@cache
def zones() -> list[tuple[str, str]]:
    """(IANA name, words) of every zone that is named after a place."""
    names = sorted(name for name in available_timezones() if name.startswith(AREAS))
    return [(name, name.replace("_", " ")) for name in [*names, "UTC"]]


def languages() -> list[tuple[str, str]]:
    """(code, its own name) of each language."""
    return list(NAMES.items())
