"""Phone numbers: however they are typed, invitations store E.164, and which of them can get an SMS."""

import phonenumbers
from marshmallow import ValidationError
from phonenumbers import PhoneNumberFormat, PhoneNumberType

NO_PHONE = "Not a valid phone number."
NO_MOBILE = "This number cannot receive SMS."


def normal_phone(typed: str, country: str) -> str:
    """The number in E.164; `country` (ISO) is for numbers without prefix. Raises ValidationError."""
    try:
        number = phonenumbers.parse(typed, country)
    except phonenumbers.NumberParseException:
        raise ValidationError(NO_PHONE) from None
    if phonenumbers.is_possible_number_with_reason(number) != phonenumbers.ValidationResult.IS_POSSIBLE:
        raise ValidationError(NO_PHONE)
    return phonenumbers.format_number(number, PhoneNumberFormat.E164)


def can_get_sms(phone: str) -> bool:
    """False for a number (E.164) that is certainly a landline's."""
    return phonenumbers.number_type(phonenumbers.parse(phone)) != PhoneNumberType.FIXED_LINE
