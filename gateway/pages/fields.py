"""The booking form: reading what was typed, saying what is wrong with it, and mapping booking's answer to fields."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from gateway.pages.backend import Json
from gateway.pages.words import _

EMAIL = re.compile(r"[^@\s]+@[^@\s.]+(\.[^@\s.]+)+")
LONGEST = {"first_name": 80, "last_name": 80, "email": 254, "phone": 40, "message": 2000}
ANSWER_LONGEST = 500
OWN = "own_"  # prefix of the practice's own fields, so that they meet none of ours


@dataclass
class Entries:
    """What a customer typed, and what is wrong with it: field name -> sentence. Names are those of the inputs."""

    values: dict[str, str]
    own: list[Json]
    errors: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def customer(self) -> dict[str, str]:
        """The four fields that every booking needs."""
        return {name: self[name] for name in ("first_name", "last_name", "email", "phone")}

    @property
    def answers(self) -> dict[str, Any]:
        """The practice's own fields by their names; what was left empty is left out."""
        typed = {own["name"]: (own, self[OWN + own["name"]]) for own in self.own}
        return {name: True if own["kind"] == "tick" else text for name, (own, text) in typed.items() if text}


def read(form: Mapping[str, str], own: list[Json]) -> Entries:
    """What was typed, trimmed; nothing is judged yet."""
    names = [*LONGEST, *(OWN + each["name"] for each in own)]
    return Entries({name: form.get(name, "").strip() for name in names}, own)


def judge(entries: Entries) -> None:
    """Fill `entries.errors` with what a person can see to be wrong; booking has the last word."""
    required = {
        "first_name": _("Please enter your first name."),
        "last_name": _("Please enter your last name."),
        "email": _("Please enter an e-mail address to which we can send the confirmation."),
        "phone": _("Please enter a phone number at which we can reach you."),
    }
    for name, sentence in required.items():
        if not entries[name]:
            entries.errors[name] = sentence
    if entries["email"] and not EMAIL.fullmatch(entries["email"]):
        entries.errors["email"] = _wrong("email")
    if entries["phone"] and sum(c.isdigit() for c in entries["phone"]) < 5:
        entries.errors["phone"] = _wrong("phone")
    _judge_own(entries)
    for name, most in LONGEST.items():
        if len(entries[name]) > most:
            entries.errors[name] = _("Please enter at most %(most)s characters.", most=most)


def _judge_own(entries: Entries) -> None:
    for own in entries.own:
        name, text = OWN + own["name"], entries[OWN + own["name"]]
        if own["required"] and not text:
            choice = own["kind"] == "choice"
            entries.errors[name] = _("Please choose an answer.") if choice else _("Please answer this question.")
            if own["kind"] == "tick":
                entries.errors[name] = _("Please tick this box.")
        elif own["kind"] == "choice" and text and text not in own["choices"]:
            entries.errors[name] = _("Please choose an answer.")
        elif len(text) > ANSWER_LONGEST:
            entries.errors[name] = _("Please enter at most %(most)s characters.", most=ANSWER_LONGEST)


def refused(entries: Entries, errors: Any) -> None:
    """Take over booking's own verdict (`invalid`): nested field names become inputs with a sentence each."""
    names = _leaves(errors)
    for path in names:
        name = OWN + path[-1] if "answers" in path else path[-1]
        if name in entries.values:
            entries.errors.setdefault(name, _wrong(name))
    if not entries.errors:
        entries.errors["first_name"] = _("Something in this form could not be accepted. Please check your details.")


def _wrong(name: str) -> str:
    sentences = {
        "email": _("Please enter a complete e-mail address, such as name@example.com."),
        "phone": _("Please enter a complete phone number with its area code, such as 0151 23456789."),
    }
    return sentences.get(name) or _("Please check this entry.")


def _leaves(errors: Any, path: tuple[str, ...] = ()) -> list[tuple[str, ...]]:
    if not isinstance(errors, dict):
        return [path] if path else []
    return [leaf for key, inner in errors.items() for leaf in _leaves(inner, (*path, str(key)))]
