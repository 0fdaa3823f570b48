"""What the forms of the settings share: what was typed, what is wrong with it, and who changed it in the meantime.

Payloads are judged by the schemas of the API, so that pages and API say the same; the service has the last word.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from marshmallow import Schema

from gateway import problems
from gateway.context import gateway, locale
from gateway.pages.backend import Json
from gateway.pages.desk.frame import sentence, signed_in
from gateway.pages.typed import whole
from gateway.pages.words import _
from gateway.words import fields as field_words
from runtime.errors import Refused
from runtime.ids import new_id, stable_id

Reading = Callable[[Any], str]  # how a field of a form reads
EDIT, ADMIN = "availability:write", "practice:admin"
SETTLED = ("invalid", "precondition_failed", "not_found")


@dataclass
class Entries:
    """What stands in a form: input name -> text; of tick boxes with several values the chosen ones.

    `errors`: input name -> sentence; `labels`: input name -> what it is called in the summary of errors;
    `objection`: a sentence about the whole form; `outdated`: somebody else was faster, and `beside`: what is stored by
    now where it differs from what was typed: input name, what it is called, and how it reads.
    """

    values: dict[str, str]
    chosen: dict[str, list[str]] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)
    objection: str = ""
    outdated: bool = False
    beside: list[tuple[str, str, str]] = field(default_factory=list)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    @property
    def status(self) -> int:
        """Of the page that shows them."""
        if self.outdated:
            return 412
        return 422 if self.errors or self.objection else 200

    def blame(self, name: str, said: Any) -> None:
        """What validation says against this input, in the reader's language; the first objection counts."""
        self.errors.setdefault(name, word(said))

    def judge(self, schema: Schema, payload: Json, names: Mapping[str, str] | None = None) -> bool:
        """Whether the API's schema accepts the payload; else its objections stand beside the inputs.

        `names`: field of the payload -> input, where they differ.
        """
        self._blame_all(schema.validate(payload), names or {})
        return not self.errors

    def refused(self, refused: Refused, names: Mapping[str, str] | None = None) -> None:
        """Take over why a service refused. Re-raises what no form can explain."""
        if refused.code not in SETTLED:
            raise refused
        if refused.code == "invalid":
            self._blame_all(refused.facts.get("errors") or {}, names or {})
        if refused.code == "precondition_failed":
            self.objection = changed_meanwhile()
            self.values["version"], self.outdated = str(refused.facts.get("version", "")), True
        elif not self.errors:
            self.objection = sentence(refused)

    def compare(self, stored: "Entries", readings: Mapping[str, Reading] | None = None) -> None:
        """Whoever comes too late sees what the other one stored, so that saving once more is a choice. `readings`: of
        fields that are more than a text."""
        if self.outdated:
            self.beside += differences(self, stored, self.labels, readings or {})

    def _blame_all(self, errors: Any, names: Mapping[str, str]) -> None:
        for name, said in errors.items() if isinstance(errors, dict) else ():
            self.blame(names.get(name, name), said)


def differences(
    typed: Any, stored: Any, labels: Mapping[str, str], readings: Mapping[str, Reading]
) -> list[tuple[str, str, str]]:
    """The fields that read otherwise in the stored entries: input, label, and how it reads there."""
    ways = {name: readings.get(name) or _text(name) for name in labels}
    return [(name, labels[name], read(stored)) for name, read in ways.items() if read(stored) != read(typed)]


def _text(name: str) -> Reading:
    return lambda entries: entries[name].replace("\r\n", "\n")


def chosen_of(name: str, words: Iterable[tuple[str, str]]) -> Reading:
    """A choice of one, by its words."""
    known = dict(words)
    return lambda entries: known.get(entries[name], entries[name])


def ticked(name: str) -> Reading:
    """A tick box."""
    return lambda entries: _("yes") if entries[name] else _("no")


def read(names: Iterable[str], *several: str) -> Entries:
    """What was sent, trimmed; nothing is judged yet. `several`: tick boxes with more than one value."""
    values = {name: request.form.get(name, "").strip() for name in (*names, "version")}
    return Entries(values, {name: request.form.getlist(name) for name in several})


def number(text: str) -> int | str | None:
    """As a payload wants it; what is no number stays as it was typed, for validation to say so."""
    if not text:
        return None
    typed = whole(text)
    return text if typed is None else typed


def filled(payload: Json) -> Json:
    """Without the fields that were left empty: for fields that are required, or keep their default."""
    return {name: value for name, value in payload.items() if value not in (None, "")}


def seen(entries: Entries) -> Json:
    """`if_version` of the change: what the page showed."""
    version = number(entries["version"])
    return {"if_version": version} if isinstance(version, int) and version else {}


def once(payload: Json) -> Json:
    """The wish to add this, under a key of the form and of what was typed into it: a form that is sent twice adds one
    thing, and a form gone back to, with other entries, a further one."""
    key = stable_id(request.form.get("key") or new_id(), json.dumps(payload, sort_keys=True))
    return {**payload, "idempotency_key": key}


def key() -> str:
    """What a form that adds something carries along, from when it is first shown."""
    return request.form.get("key") or new_id()


def changed_meanwhile() -> str:
    """What a form says whose page showed something that is no longer so."""
    return _(
        "Somebody else has changed this in the meantime. Your entries still stand here; if you save again, "
        "they are what counts."
    )


def blamed(entries: Any, refused: Refused, names: Mapping[str, str] | None = None) -> str:
    """For forms with the entries of `pages.fields`: put a service's objections beside the inputs that they are about
    (`names`: its field -> input); what no input is about comes back, as a sentence about the whole form. Who comes too
    late (`precondition_failed`) may send the form once more, as a decision."""
    if refused.code == "precondition_failed":
        entries.values["version"] = str(refused.facts.get("version", ""))
        return changed_meanwhile()
    for name, said in (refused.facts.get("errors") or {}).items():
        found = (names or {}).get(name, name)
        if found in entries.values:
            entries.errors.setdefault(found, word(said))
    return "" if entries.errors else sentence(refused)


def customers_see() -> None:
    """Let this process ask anew what can be booked, without waiting for the event that tells all of them."""
    gateway().practices.forget(signed_in()["practice"]["id"], "catalogue")


def word(said: Any) -> str:
    """The first text in validation's tree, in the reader's language."""
    while not isinstance(said, str):
        said = next(iter(said.values() if isinstance(said, dict) else said), "Invalid value.")
    return field_words.word(said, problems.words[locale()])


def by_id(items: list[Json], id: Any) -> Json:
    """The one with this id. Raises Refused `not_found`."""
    for item in items:
        if item["id"] == str(id):
            return item
    raise Refused("not_found")
