"""Phone numbers: as E.164, and whether an SMS can reach them."""

import phonenumbers
from phonenumbers import PhoneNumberFormat, PhoneNumberType

from notify.domain.decide import Addresses
from notify.domain.plan import allows_sms
from notify.store.settings import Contacts

FIXED = frozenset({PhoneNumberType.FIXED_LINE, PhoneNumberType.TOLL_FREE, PhoneNumberType.PREMIUM_RATE})


def e164(number: str, country: str) -> str | None:
    """The number as E.164, read as people in this country write it; None when there can be no such number."""
    parsed = _parsed(number, country)
    return None if parsed is None else str(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))


def for_sms(number: str, country: str) -> str:
    """The number as E.164 if it can get SMS, as far as one can tell; else empty."""
    parsed = _parsed(number, country)
    if parsed is None or phonenumbers.number_type(parsed) in FIXED:
        return ""
    return str(phonenumbers.format_number(parsed, PhoneNumberFormat.E164))


def _parsed(number: str, country: str) -> phonenumbers.PhoneNumber | None:
    try:
        parsed = phonenumbers.parse(number, country)
    except phonenumbers.NumberParseException:
        return None
    return parsed if phonenumbers.is_valid_number(parsed) else None


def reach(contacts: Contacts, customer_phone: str, sms: bool) -> Addresses:
    """The addresses for `decide`. `sms`: SMS can leave the house; the plan has its say, too."""
    if not (sms and allows_sms({"plan": contacts.plan})):
        return Addresses(contacts.practitioner, contacts.copies)
    country = contacts.country
    practitioner, customer = for_sms(contacts.phone, country), for_sms(customer_phone, country)
    return Addresses(contacts.practitioner, contacts.copies, practitioner, customer)
