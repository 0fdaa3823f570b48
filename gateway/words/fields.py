"""Texts beside a field, in the reader's language.

Validation speaks English sentences, some with numbers in them ("Longer than maximum length 100."). Each is listed here
as a template, so that catalogs hold one entry per template. What is not listed passes as it is: notify words its own.
"""

import gettext
import re
from typing import Any

TEMPLATES = (
    "Missing data for required field.",
    "Field may not be null.",
    "Unknown field.",
    "Not a valid string.",
    "Not a valid integer.",
    "Not a valid number.",
    "Not a valid boolean.",
    "Not a valid choice.",
    "Not a valid list.",
    "Not a valid mapping type.",
    "Not a valid UUID.",
    "Not a valid date.",
    "Not a valid time.",
    "Not a valid datetime.",
    "Not a valid email address.",
    "Not a valid URL.",
    "Invalid input type.",
    "Invalid value.",
    "Number too large.",
    "Length must be {equal}.",
    "Length must be between {min} and {max}.",
    "Shorter than minimum length {min}.",
    "Longer than maximum length {max}.",
    "Must be greater than or equal to {min}.",
    "Must be greater than {min}.",
    "Must be less than or equal to {max}.",
    "Must be less than {max}.",
    "Must be greater than or equal to {min} and less than or equal to {max}.",
    "Must be one of: {choices}.",
    "Must be equal to {value}.",
    "String does not match expected pattern.",
    "This field may not contain control characters.",
    "Please fill in this field.",
    "Not a valid phone number.",
    "Not a valid time zone.",
    "Not a valid currency.",
    "Not a valid amount.",
    "An instant needs a zone offset, such as 2030-01-31T09:30:00+01:00.",
    "The end must be after the start.",
    "The periods of a day may not overlap.",
    "Not a valid cursor.",
    "This value is not valid.",
    "Please say at least one thing to change.",
    "Control characters are not allowed.",
    "Shorter than {min}.",
    "Must be a whole minute.",
    "Must not be before `from`.",
    "Names must differ.",
    "The customer has no e-mail address.",
    "The customer has no phone number.",
    "Not the name of a time zone.",
    "Unknown time zone.",
    "Only a choice has choices, and it needs one.",
    "Too long.",
    "Must be in the years {min} to {max}.",
    "Not a valid instant with offset.",
    "Unknown country.",
    "Unknown currency.",
    "Unknown language.",
    "Unknown plan.",
    "Unknown role.",
    "Please leave out web addresses.",
    "This is not your password.",
    "Not an https origin.",
    "Not a valid https address.",
    "Must be the currency of the price.",
    "Not a colour of the form #rrggbb.",
    "Lower-case letters, digits, single hyphens.",
    "A period must end after it starts.",
    "Periods must not overlap.",
    "Not a calendar of this practice.",
    "Not a place of this practice.",
    "Not a public holiday there.",
    "Not a subdivision of this country.",
    "Not a country whose holidays are known.",
    "Choose at least one channel.",
    "The guest's consent is needed.",
    "This number cannot receive SMS.",
    "This time has passed.",
    "Either customer or customer_id.",
    "Either customer_id or create.",
    "Name two different customers.",
    "Either id or customer.",
    "Please give one of the two.",
)

_TOKEN = re.compile(r"\\\{(\w+)\\\}")
_PATTERNS = [
    (template, re.compile(_TOKEN.sub(r"(?P<\1>.+?)", re.escape(template)) + r"\Z", re.DOTALL))
    for template in sorted(TEMPLATES, key=len, reverse=True)  # "Must be less than or equal to 5." before "less than"
]


def localised(errors: Any, catalog: gettext.NullTranslations) -> Any:
    """The same tree of fields, each text in the catalog's language."""
    if isinstance(errors, dict):
        return {str(name): localised(below, catalog) for name, below in errors.items()}
    if isinstance(errors, list):
        return [localised(below, catalog) for below in errors]
    return word(str(errors), catalog)


def word(text: str, catalog: gettext.NullTranslations) -> str:
    """One text in the catalog's language."""
    for template, pattern in _PATTERNS:
        if found := pattern.match(text):
            return catalog.gettext(template).format(**found.groupdict())
    return text
