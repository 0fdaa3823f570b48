"""Phone numbers: however they are typed, booking stores E.164."""

import phonenumbers
from marshmallow import ValidationError

NO_PHONE = "Not a valid phone number."


def normal_phone(typed: str, country: str) -> str:
    """The number in E.164; `country` (ISO) is for numbers without prefix. Raises ValidationError."""
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        raise ValidationError(NO_PHONE) from None
    if not phonenumbers.is_possible_number(number):
        raise ValidationError(NO_PHONE)
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
