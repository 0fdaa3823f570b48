"""The practice's record of a customer: what links it to an appointment, who may be the same, what a merge keeps."""

import re
import unicodedata
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from booking.domain.appointment import Appointment
from booking.domain.errors import Invalid
from booking.domain.rules import REQUIRED

CONTACT = ("first_name", "last_name", "email", "phone", "phone_typed", "locale", "time_zone")
ALIKE, PART_ALIKE = 0.8, 0.55  # of the whole name, and of each of its parts: Maier is Meyer, Hans is not Jens
NOTE_LENGTH = 5000
KEY_LENGTH = 400  # of a name with a hundred letters
PLAIN = str.maketrans({"ø": "o", "ł": "l", "đ": "d", "æ": "a", "œ": "o"})
UMLAUT = re.compile(r"([aou])e")
NUMBER = re.compile(r"[+()/0-9.-]*[0-9][+()/0-9.-]*")


@dataclass(frozen=True, kw_only=True)
class Customer:
    """One person as the practice knows her. `phone` is E.164, `phone_typed` what was written; one of phone and e-mail
    is there. `merged_into` names the record that took this one's place."""

    id: str
    practice_id: str
    version: int
    first_name: str
    last_name: str
    email: str | None
    phone: str | None
    phone_typed: str | None
    locale: str
    time_zone: str | None
    note: str
    merged_into: str | None
    created_at: datetime
    changed_at: datetime

    def changed(self, now: datetime, **values: Any) -> "Customer":
        """The next version."""
        return replace(self, version=self.version + 1, changed_at=now, **values)


@dataclass(frozen=True)
class Wanted:
    """Whom to look for among the customers."""

    first_name: str
    last_name: str
    email: str | None
    phone: str | None


@dataclass(frozen=True)
class Suggestion:
    """A customer who may be meant, and why: phone, email, name. `likeness` of the names is between 0 and 1."""

    customer: Customer
    reasons: tuple[str, ...]
    likeness: float


def fold(text: str) -> str:
    """The text as it is compared: without case and accents; ä and ae, ß and ss are the same."""
    plain = unicodedata.normalize("NFKD", text.casefold())
    plain = "".join(c for c in plain if not unicodedata.combining(c)).translate(PLAIN)
    return UMLAUT.sub(r"\1", plain)


def name_key(name: str) -> str:
    """A name as it is sorted and compared: folded, its words apart by one space whatever stood there. Of a name that
    grows beyond measure by it (one letter may stand for a sentence) the beginning."""
    return " ".join(re.findall(r"\w+", fold(name)))[:KEY_LENGTH]


def initials(first_name: str, last_name: str) -> str:
    """Of last and first name: similar names share them."""
    return name_key(last_name)[:1] + name_key(first_name)[:1]


def terms(words: str, plain: Callable[[str], str] = fold) -> list[str]:
    """What each word of a search must find in `search_text`, or in a text that `plain` made; a number without its
    leading zeros and signs."""
    return [term for term in (_term(word, plain) for word in words.split()) if term]


def _term(word: str, plain: Callable[[str], str]) -> str:
    return re.sub(r"[^0-9]", "", word.replace("(0)", "")).lstrip("0") if NUMBER.fullmatch(word) else plain(word)


def search_text(customer: Customer) -> str:
    """Everything by which a customer is found."""
    words = (customer.first_name, customer.last_name, customer.email, customer.phone)
    return " ".join(fold(word) for word in words if word)


def likeness(first: str, last: str, other_first: str, other_last: str) -> float:
    """How alike two names are (all given as `name_key`), the order of first and last name left aside; 0: not at all."""
    straight = _likeness((first, last), (other_first, other_last))
    return max(straight, _likeness((first, last), (other_last, other_first)))


def _likeness(one: tuple[str, str], other: tuple[str, str]) -> float:
    if min(map(_ratio, one, other)) < PART_ALIKE:
        return 0.0
    whole = _ratio(" ".join(one), " ".join(other))
    return whole if whole >= ALIKE else 0.0


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()


def alike(wanted: Wanted, names: Iterable[tuple[str, str, str]]) -> dict[str, float]:
    """Of these (id, first key, last key) the ids whose name is like the wanted one, and how alike."""
    first, last = name_key(wanted.first_name), name_key(wanted.last_name)
    rated = ((id, likeness(first, last, *keys)) for id, *keys in names)
    return {id: rate for id, rate in rated if rate}


def suggestion(wanted: Wanted, customer: Customer, rate: float) -> Suggestion:
    """Why this customer may be the wanted one."""
    found = {
        "phone": bool(wanted.phone) and customer.phone == wanted.phone,
        "email": bool(wanted.email) and (customer.email or "").lower() == (wanted.email or "").lower(),
        "name": bool(rate),
    }
    return Suggestion(customer, tuple(reason for reason, holds in found.items() if holds), rate)


def ranked(suggestions: Iterable[Suggestion], most: int) -> list[Suggestion]:
    """The likeliest first: a number says more than an address, an address more than a name."""
    weight = {"phone": 4, "email": 3, "name": 1}
    key = lambda s: (-sum(weight[reason] for reason in s.reasons), -s.likeness, s.customer.id)  # noqa: E731
    return sorted((s for s in suggestions if s.reasons), key=key)[:most]


def as_booked(a: Appointment) -> dict[str, Any]:
    """The contact that was entered at the booking, whoever is linked now."""
    return a.booked or {name: getattr(a, name) for name in CONTACT}


def contact_for(booked: dict[str, Any], customer: Customer | None) -> dict[str, Any]:
    """Whom messages of an appointment go to: the customer; while none is linked, who booked."""
    if customer is None:
        return booked
    own = {name: getattr(customer, name) for name in CONTACT}
    return own | {"time_zone": customer.time_zone or booked["time_zone"]}


def link(a: Appointment, customer: Customer | None) -> dict[str, Any]:
    """The appointment's values with this customer, or none."""
    booked = as_booked(a)
    ids = {"customer_id": customer.id if customer else None, "booked": booked if customer else None}
    return contact_for(booked, customer) | ids


def relinked(a: Appointment, customer: Customer | None) -> dict[str, dict[str, Any]]:
    """What the history says of it: the names of two customers, or the contact of one who stays."""
    if customer and customer.id == a.customer_id:
        return {"contact": {"from": _reached(a), "to": _reached(customer)}}
    return {"customer": {"from": _named(a) if a.customer_id else None, "to": _named(customer) if customer else None}}


def _named(person: Any) -> str:
    return f"{person.first_name} {person.last_name}"


def _reached(person: Any) -> str:
    return ", ".join(part for part in (_named(person), person.email, person.phone) if part)


def entered(known: dict[str, Any], given: dict[str, Any]) -> dict[str, Any]:
    """What was given over what was known. Raises Invalid when nobody could be reached any more."""
    values = known | given
    if not values.get("email") and not values.get("phone"):
        raise Invalid(errors={"email": [REQUIRED]})
    return values


def merged(survivor: Customer, other: Customer, now: datetime) -> Customer:
    """The survivor with what only the other's record knew; both notes are kept."""
    missing = {name: getattr(other, name) for name in ("email", "time_zone") if not getattr(survivor, name)}
    if not survivor.phone:
        missing |= {"phone": other.phone, "phone_typed": other.phone_typed}
    notes = dict.fromkeys(note for note in (survivor.note, other.note) if note)
    return survivor.changed(now, **missing, note="\n\n".join(notes)[:NOTE_LENGTH])
