"""Phone numbers as people in a country read them. Links (`tel:`), the API and the services keep E.164."""

import re
from functools import lru_cache

import phonenumbers
from phonenumbers import NumberParseException, PhoneNumberFormat


@lru_cache(maxsize=4096)
def readable(number: str, country: str | None) -> str:
    """ "0711 123456" for a number of this country (ISO), "+33 6 12 34 56 78" for one of another. What is no number,
    such as an address, stays as it is."""
    try:
        parsed = phonenumbers.parse(number, country)
    except NumberParseException:
        return number
    if not phonenumbers.is_possible_number(parsed):
        return number
    # How a number that nobody has is written at home is not known: it would stand there without its leading zero.
    home = country is not None and phonenumbers.country_code_for_region(country) == parsed.country_code
    home = home and phonenumbers.is_valid_number(parsed)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.NATIONAL if home else PhoneNumberFormat.INTERNATIONAL)


@lru_cache(maxsize=4096)
def dialled(number: str, country: str | None) -> str:
    """ "+49711123456", which a link calls from anywhere, for a number as people write it ("+49 (0)711 / 12 34 56")."""
    try:
        parsed = phonenumbers.parse(number, country)
    except NumberParseException:
        parsed = None
    if parsed is None or not phonenumbers.is_valid_number(parsed):
        return re.sub(r"[^0-9+]", "", number)
    return phonenumbers.format_number(parsed, PhoneNumberFormat.E164)
