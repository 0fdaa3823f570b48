"""Online booking: what can be booked and how, the form's own questions, the limit of open bookings, the widget."""

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Any

from flask import request
from werkzeug.wrappers import Response

from gateway.api.settings import FormRequest, PracticeChanges
from gateway.context import current_services, gateway
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, done, may, page, show, signed_in
from gateway.pages.desk.settings.forms import ADMIN, Entries, number, read, seen
from gateway.pages.typed import whole
from gateway.pages.words import _
from runtime.errors import Refused

PAGE, FORM_ADMIN = "desk_settings_online", "booking:admin"
MOST = 20  # questions in the page's form
KINDS = ("text", "choice", "tick")
PARTS = ("label", "kind", "required", "choices", "name")


@dataclass
class Question:
    """A field of the booking form as it stands in the page; `choices` are lines."""

    label: str = ""
    kind: str = "text"
    required: bool = False
    choices: str = ""
    name: str = ""
    fresh: bool = False

    def in_words(self) -> str:
        """ "Krankenkasse (choice of one: AOK, TK; required)"."""
        kind = {"text": _("Text"), "choice": _("Choice of one"), "tick": _("Tick box")}[self.kind]
        kind += f": {', '.join(self.choices.splitlines())}" if self.choices else ""
        return f"{self.label} ({kind}{'; ' + _('must be answered') if self.required else ''})"


@page("/settings/online", PAGE)
def online() -> Response:
    """The form as it holds, links, and the widget."""
    return _page(*_stored())


@page("/settings/online", "desk_settings_online_save", methods=("POST",), scope=FORM_ADMIN)
def change_form() -> Response:
    """Store the form; or carry out another button, which stores nothing."""
    questions, entries = _typed(), read(("max_open_bookings",))
    action = request.form.get("action", "save")
    if action != "save":
        _act(questions, action)
        return _page(questions, entries)
    wanted = {"fields": _fields(questions), "max_open_bookings": number(entries["max_open_bookings"])}
    if _judge(entries, wanted):
        try:
            current_services().booking.update_form(wanted | seen(entries))
            gateway().practices.forget(signed_in()["practice"]["id"], "form")
            return back(PAGE, did="saved")
        except Refused as refused:
            entries.refused(refused, {"fields": "label_0"})
            _compare(questions, entries)
    return _page(questions, entries)


@page("/settings/online/homepages", "desk_settings_homepages", methods=("POST",), scope=ADMIN)
def change_homepages() -> Response:
    """Which homepages may show the booking page in a frame."""
    entries = read(("embed_origins",))
    wanted = {
        "embed_origins": [line.strip().rstrip("/") for line in entries["embed_origins"].splitlines() if line.strip()]
    }
    if entries.judge(PracticeChanges(), wanted):
        try:
            current_services().practice.update(wanted | seen(entries))
            gateway().practices.forget(signed_in()["practice"]["id"], "slug", "id")
            return back(PAGE, did="homepages")
        except Refused as refused:
            entries.refused(refused)
            if entries.outdated:
                now = ", ".join(current_services().practice.get()["embed_origins"])
                entries.beside.append(("embed_origins", _("Your homepages"), now))
    questions, stored = _stored()
    typed = {"embed_origins": entries["embed_origins"], "practice_version": entries["version"]}
    entries.values = stored.values | typed
    return _page(questions, entries)


def _compare(questions: list[Question], entries: Entries) -> None:
    """What somebody else stored meanwhile: each question that is not so in the form, and the limit."""
    if not entries.outdated:
        return
    stored, limit = _stored()
    typed = [replace(one, fresh=False) for one in questions]
    for n, one in enumerate(stored):
        if one not in typed:
            entries.beside.append(
                (f"label_{n}" if n < len(questions) else "", _("Question %(number)s", number=n + 1), one.in_words())
            )
    entries.labels = {"max_open_bookings": _("Open bookings per person")}
    entries.compare(limit)


def _form() -> Json:
    return current_services().booking.form(signed_in()["practice"]["id"])


def _stored() -> tuple[list[Question], Entries]:
    """The form as it holds."""
    form = _form()
    questions = [
        Question(one["label"], one["kind"], one["required"], "\n".join(one["choices"]), one["name"])
        for one in form["fields"]
    ]
    most = form["max_open_bookings"]
    return questions, Entries({"max_open_bookings": "" if most is None else str(most), "version": str(form["version"])})


def _typed() -> list[Question]:
    form = request.form
    return [
        Question(
            form.get(f"label_{n}", "").strip(),
            form.get(f"kind_{n}", "text"),
            bool(form.get(f"required_{n}")),
            form.get(f"choices_{n}", "").strip(),
            form.get(f"name_{n}", ""),
        )
        for n in range(MOST)
        if f"label_{n}" in form
    ]


def _act(questions: list[Question], action: str) -> None:
    """`add`, `remove:1`, `up:1`, `down:1`."""
    name, _colon, target = action.partition(":")
    at = whole(target)
    if at is not None and at >= len(questions):
        at = None
    if name == "add" and len(questions) < MOST:
        questions.append(Question(fresh=True))
    elif name == "remove" and at is not None:
        del questions[at]
    elif name in ("up", "down") and at is not None:
        to = at - 1 if name == "up" else at + 1
        if 0 <= to < len(questions):
            questions[at], questions[to] = questions[to], questions[at]


def _fields(questions: list[Question]) -> list[Json]:
    """As the API wants them. A question keeps the name under which earlier answers are stored."""
    taken: set[str] = {one.name for one in questions if one.name}
    fields = []
    for one in questions:
        name = one.name or _name(one.label, taken)
        taken.add(name)
        lines = [line.strip() for line in one.choices.splitlines() if line.strip()]
        choices = lines if one.kind == "choice" else []
        fields.append(
            {"name": name, "label": one.label, "kind": one.kind, "required": one.required, "choices": choices}
        )
    return fields


def _name(label: str, taken: set[str]) -> str:
    """A name made of the label: ASCII, unlike the others."""
    plain = unicodedata.normalize("NFKD", label.lower().replace("ß", "ss")).encode("ascii", "ignore").decode()
    stem = re.sub(r"[^a-z0-9]+", "_", plain).strip("_")[:30]
    stem = stem if stem[:1].isalpha() else f"field_{stem}".rstrip("_")
    return next(name for n in range(1, MOST + 2) if (name := stem if n == 1 else f"{stem}_{n}") not in taken)


def _judge(entries: Entries, wanted: Json) -> bool:
    for n, field in enumerate(wanted["fields"]):
        if field["kind"] == "choice" and not field["choices"]:
            entries.errors[f"choices_{n}"] = _("Please enter at least one choice, one in each line.")
    errors: Any = FormRequest().validate(wanted)
    below = errors.pop("fields", {})
    for n, found in below.items() if isinstance(below, dict) else ():
        for part, said in found.items():
            entries.blame(f"{part if part in PARTS else 'label'}_{n}", said)
    for name, said in errors.items():
        entries.blame(name, said)
    return not entries.errors


def _page(questions: list[Question], entries: Entries) -> Response:
    practice = current_services().practice.get()
    entries.values.setdefault("practice_version", str(practice["version"]))
    if "embed_origins" not in entries.values:
        entries.values["embed_origins"] = "\n".join(practice["embed_origins"])
    numbered = range(len(questions))
    entries.labels = {f"label_{n}": _("Question %(number)s", number=n + 1) for n in numbered}
    entries.labels |= {f"choices_{n}": _("Choices of question %(number)s", number=n + 1) for n in numbered}
    entries.labels |= {"max_open_bookings": _("Open bookings per person"), "embed_origins": _("Your homepages")}
    said = {
        "saved": _("The booking form has been saved. The next customer sees it like this."),
        "homepages": _("Your homepages have been saved."),
    }
    return show(
        "desk/settings/online.html",
        entries.status,
        questions=questions,
        entries=entries,
        kinds=[("text", _("Text")), ("choice", _("Choice of one")), ("tick", _("Tick box"))],
        slug=practice["slug"],
        services=current_services().availability.list_services()["items"],
        editable=may(FORM_ADMIN),
        most=MOST,
        did=done(said),
    )
