"""Words, dates and times of mails in the reader's language and zone."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import phonenumbers
from babel.dates import format_datetime
from babel.numbers import format_currency

from runtime import i18n
from runtime.i18n import choose as choose

KEPT = 1024  # formatted instants: one mail names the same ones several times, in text and calendar file
SHORT_DAY = {"de": "ccc d. MMMM", "en": "ccc, MMMM d", "fr": "ccc d MMMM", "ru": "ccc, d MMMM"}
STATUS = {
    "pending": ("🟡", "Pending"),
    "accepted": ("🟢", "Confirmed"),
    "declined": ("🔴", "Declined"),
    "cancelled": ("❌", "Cancelled"),
    "completed": ("✅", "Completed"),
    "missed": ("⭕", "Missed"),
}
REASONS = {
    "server_busy": "The mail server asked us to try again later.",
    "no_connection": "The mail server could not be reached.",
    "timeout": "The mail server did not answer in time.",
    "login": "The mail server did not accept our sign-in.",
    "address_unknown": "There is no such e-mail address.",
    "mailbox_full": "The recipient's mailbox is full.",
    "rejected": "The recipient's mail server refused the message.",
    "bounced": "The mail came back.",
    "given_up": "The recipient's mail server did not take the mail for days.",
    "server_unreachable": "The recipient's mail server could not be reached for days.",
    "bad_address": "This is not an e-mail address that can receive mail.",
    "no_link": "The link to the appointment could not be made.",
    "link_gone": "The link is no longer valid.",
    "link_later": "The link to the appointment is not available yet.",
    "interrupted": "Sending was interrupted and is repeated.",
    "internal": "Something went wrong on our side; we try again.",
    "superseded": "A newer message took its place.",
    "no_provider": "No SMS provider is set up.",
    "provider_busy": "The SMS provider asked us to try again later.",
    "provider_login": "The SMS provider did not accept our sign-in.",
    "provider_timeout": "The SMS provider did not answer in time.",
    "provider_away": "The SMS provider could not be reached.",
    "provider_refused": "The SMS provider refused the message.",
    "provider_setup": "The SMS provider is not set up as it should be.",
    "daily_limit": "The practice has sent as many SMS today as it may; the others follow tomorrow.",
    "opted_out": "The recipient has asked for no more SMS (STOP).",
    "sms_unreachable": "The phone could not be reached: switched off, or without a network. Later it may work.",
    "sms_blocked": "The phone does not accept this SMS.",
    "number_unknown": "There is no such phone number.",
    "no_sms_number": "This number cannot get SMS: a landline, or a network that takes none.",
    "sms_filtered": "The mobile network held the SMS back as unwanted.",
    "sms_region": "The SMS provider does not send to this country.",
    "sms_too_long": "The SMS is too long.",
    "sms_unknown": "The SMS did not arrive; the mobile network did not say why.",
    "no_address": "There is no address for messages, only a phone number.",
    "plan": "The practice's plan includes no SMS.",
    "late": "The message could not be sent in time.",
    "too_late": "The appointment was over before the message could be sent.",
}
PROBLEMS = {
    "unknown_placeholder": "There is no placeholder {found}.",
    "stray_brace": "A single brace {found} has no meaning here; placeholders look like this: {{when}}.",
    "too_long": "Please use no more than {found} characters.",
    "empty": "Please enter a text.",
    "control": "Please use no line breaks or control characters here.",
    "filename": "Please enter a file name that ends with .ics.",
    "email": "Please enter a valid e-mail address.",
    "phone": "Please enter a valid phone number.",
    "sms_number": "Please enter a phone number that can get SMS.",
    "has_it": "This address has got this message already.",
    "no_sms": "A calendar file is not sent by SMS.",
}


@cache
def _catalogs() -> i18n.Catalogs:
    return i18n.Catalogs(Path(__file__).parent / "locales")


def say(sentence: str, locale: str, **values: str) -> str:
    """The sentence in this language, its {values} put in."""
    return _catalogs()[locale].gettext(sentence).format(**values)


def reason(code: str, locale: str) -> str:
    """Why a message did not arrive, for people."""
    return say(REASONS.get(code, code), locale)


def problem(kind: str, found: str, locale: str) -> str:
    """What is wrong with an entry, for people."""
    return say(PROBLEMS[kind], i18n.choose(locale), found=found)


def status(code: str, locale: str) -> str:
    """ "🟢 Bestätigt": by sign and by word."""
    sign, word = STATUS[code]
    return f"{sign} {say(word, locale)}"


def locale_for(role: str, customer_locale: str | None, practice: Mapping[str, Any]) -> str:
    """The customer's own language; for practitioner and copies the practice's."""
    wanted = customer_locale if role == "customer" else None
    return i18n.choose(wanted or practice.get("locale"))


def zone_for(role: str, customer_zone: str, calendar_zone: str) -> str:
    """The customer's own zone where we know it; for practitioner and copies the calendar's."""
    if role != "customer" or not customer_zone:
        return calendar_zone
    try:
        ZoneInfo(customer_zone)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return calendar_zone
    return customer_zone


def same_clock(instant: datetime, one: str, other: str) -> bool:
    """True when both zones' clocks show the same at this instant."""
    return instant.astimezone(ZoneInfo(one)).utcoffset() == instant.astimezone(ZoneInfo(other)).utcoffset()


def when(start: datetime, end: datetime, zone: str, locale: str) -> str:
    """ "Mittwoch, 24. Oktober 2018, 15:30 – 17:00"."""
    return f"{long_date(start, zone, locale)}, {clock_time(start, zone, locale)} – {clock_time(end, zone, locale)}"


@lru_cache(maxsize=KEPT)
def long_date(instant: datetime, zone: str, locale: str) -> str:
    """ "Mittwoch, 24. Oktober 2018"."""
    return _plain_spaces(i18n.long_date(instant, zone, locale))


@lru_cache(maxsize=KEPT)
def clock_time(instant: datetime, zone: str, locale: str) -> str:
    """ "15:30"."""
    return _plain_spaces(i18n.clock_time(instant, zone, locale))


@lru_cache(maxsize=KEPT)
def when_short(instant: datetime, zone: str, locale: str) -> str:
    """ "Mi 24. Oktober, 15:30"."""
    day = format_datetime(instant.astimezone(ZoneInfo(zone)), SHORT_DAY[locale], locale=locale)
    return _plain_spaces(f"{day}, {clock_time(instant, zone, locale)}")


def money(price: Mapping[str, str] | None, locale: str) -> str:
    """ "49,00 €", or "-" for none (K3)."""
    if not price:
        return "-"
    return str(format_currency(Decimal(price["amount"]), price["currency"], locale=locale))


def phone(number: str, country: str) -> str:
    """ "0151 23456789", as it is dialled in this country, a foreign one with its prefix; what is no number as it is."""
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return number
    home = parsed.country_code == phonenumbers.country_code_for_region(country) and phonenumbers.is_valid_number(parsed)
    way = phonenumbers.PhoneNumberFormat.NATIONAL if home else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return str(phonenumbers.format_number(parsed, way))


def _plain_spaces(text: str) -> str:
    return text.replace("\u202f", " ").replace("\u2009", " ")
