"""The reader's language and its words.

No cookie remembers the language: `?lang=` decides and is carried along by every link (see `links`), else the
browser's Accept-Language, else the practice's own language.
"""

from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, request

from gateway.context import locale, use_locale
from runtime.i18n import LOCALES, Catalogs

NAMES = {"de": "Deutsch", "en": "English", "fr": "Français", "ru": "Русский"}


@cache
def catalogs() -> Catalogs:
    """The gateway's translations, read once."""
    return Catalogs(Path(__file__).parents[1] / "translations")


def choose_language() -> None:
    """Before a page is made: let the address decide about its language."""
    if request.args.get("lang") in LOCALES:
        use_locale(request.args["lang"])


def prefer_language(own: str) -> None:
    """Take the practice's language where neither address nor browser asks for one."""
    if request.args.get("lang") not in LOCALES and "Accept-Language" not in request.headers:
        use_locale(own)


def _(message: str, **values: Any) -> str:
    """The message in the reader's language, `%(name)s` filled in."""
    text = catalogs()[locale()].gettext(message)
    return text % values if values else text


def install(app: Flask) -> None:
    """Let templates say `_()`, `ngettext()` and `{% trans %}`."""
    app.jinja_env.add_extension("jinja2.ext.i18n")
    app.jinja_env.install_gettext_callables(  # type: ignore[attr-defined]
        lambda message: catalogs()[locale()].gettext(message),
        lambda one, many, num: catalogs()[locale()].ngettext(one, many, num),
        newstyle=True,
    )
