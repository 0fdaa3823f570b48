"""The words that a practice may change."""

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Any

from notify import words
from notify.domain.errors import Invalid, NotFound, PreconditionFailed
from notify.domain.templates import NAMES, PLACEHOLDERS, Template, problems
from notify.models import TemplateOverride
from notify.store import projections, settings
from runtime.db import Session
from runtime.versions import content_version, one_at_a_time

FIELDS = ("subject", "text", "button", "closing", "filename", "sms")


@cache
def defaults(locale: str) -> dict[str, dict[str, str]]:
    """Our own words in this language, by template name, with a `title` for people."""
    return tomllib.loads((files("notify") / "templates" / f"{locale}.toml").read_text("utf-8"))


def template(own: Mapping[str, Any], name: str, locale: str) -> Template:
    """The template as it holds: the practice's words where it has some, else ours. Raises NotFound."""
    if name not in NAMES:
        raise NotFound
    ours = Template(**{k: v for k, v in defaults(locale)[name].items() if k != "title"})
    return ours.changed(_words(own[name])) if name in own else ours


def list_templates(session: Session, practice_id: str, locale: str) -> dict[str, Any]:
    own = settings.overrides(session, practice_id, locale)
    return {"items": [_view(own, name, locale) for name in NAMES]}


def show_template(session: Session, practice_id: str, name: str, locale: str) -> dict[str, Any]:
    return _view(settings.overrides(session, practice_id, locale), name, locale)


def update_template(
    session: Session,
    practice_id: str,
    name: str,
    locale: str,
    changes: dict[str, str | None],
    reader: str,
    if_version: int | None = None,
) -> dict[str, Any]:
    """Save the practice's words; null brings ours back. Raises NotFound, Invalid, worded in the `reader`'s language,
    and PreconditionFailed."""
    check(name, changes, reader)
    one_at_a_time(session, f"template|{practice_id}|{name}|{locale}")
    before = show_template(session, practice_id, name, locale)
    if if_version not in (None, before["version"]):
        raise PreconditionFailed(version=before["version"])
    settings.save_override(session, practice_id, name, locale, changes)
    return show_template(session, practice_id, name, locale)


def for_preview(session: Session, practice_id: str, name: str, locale: str) -> tuple[dict[str, Any], Template]:
    """The practice, and the template as it holds now."""
    own = settings.overrides(session, practice_id, locale)
    return projections.practice(session, practice_id) or {}, template(own, name, locale)


def check(name: str, changes: Mapping[str, str | None], reader: str) -> None:
    """Raises NotFound, or Invalid with a sentence for each problem."""
    if name not in NAMES:
        raise NotFound
    errors: dict[str, list[str]] = {}
    for problem in problems(changes):
        errors.setdefault(problem.field, []).append(words.problem(problem.kind, problem.found, reader))
    if name != "calendar_attachment" and changes.get("filename") is not None:
        errors.setdefault("filename", []).append(words.problem("filename", "", reader))
    if name == "calendar_attachment" and changes.get("sms") is not None:
        errors.setdefault("sms", []).append(words.problem("no_sms", "", reader))
    if errors:
        raise Invalid(errors=errors)


def _words(row: TemplateOverride) -> dict[str, str | None]:
    return {field: getattr(row, field) for field in FIELDS}


def _view(own: Mapping[str, TemplateOverride], name: str, locale: str) -> dict[str, Any]:
    now = template(own, name, locale)
    changed = [field for field, value in _words(own[name]).items() if value is not None] if name in own else []
    holds = {field: getattr(now, field) for field in FIELDS}
    return {
        "name": name,
        "locale": locale,
        "version": content_version([holds, changed]),
        "title": defaults(locale)[name]["title"],
        **holds,
        "changed": changed,
        "placeholders": sorted(PLACEHOLDERS),
    }
