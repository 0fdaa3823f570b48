"""The pages: rendered here, whole without JavaScript, small scripts on top.

`register(app)` is all that the app needs to know. The modules read like the journey: `profile`, `book`, `give_back`,
`manage` for customers, `join` for guests of video calls, `staff` for the practice, `frame` for its homepage, `operator`
for whoever runs the installation, `dev` for the embedded mode.
"""

from typing import Any

from flask import Flask

from gateway import phones, present
from gateway.context import EXTENSION, gateway, locale
from gateway.pages import (
    accent,
    backend,
    book,
    desk,
    dev,
    failures,
    frame,
    give_back,
    join,
    links,
    manage,
    operator,
    operator_session,
    passwords,
    profile,
    staff,
    words,
)
from gateway.pages import (
    register as registering,
)
from gateway.pages.blueprint import pages
from gateway.pages.desk.frame import phone
from gateway.pages.seal import seal

__all__ = ["register"]

# Importing them hangs their routes into the blueprint.
MODULES = (
    book,
    desk,
    dev,
    frame,
    give_back,
    join,
    manage,
    operator,
    operator_session,
    passwords,
    profile,
    registering,
    staff,
)

pages.before_request(words.choose_language)  # here, not in register: an app may be made more than once


def register(app: Flask) -> None:
    """Hang the pages into the app, and word its errors for people. Needs the app's Gateway to be in place."""
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    words.install(app)
    app.jinja_env.globals.update(
        asset=links.asset,
        registers=lambda: gateway().settings.self_registration,
        to=links.to,
        here=links.here,
        embedded=links.embedded,
        seal=seal,
        accent_of=accent.colour_of,
        languages=words.NAMES,
        present=present,
        now=backend.now,
    )
    app.context_processor(_reader)
    app.jinja_env.filters["instant"] = present.instant
    app.jinja_env.filters["dialled"] = phones.dialled
    app.jinja_env.filters["phone"] = phone
    app.register_blueprint(pages)
    app.extensions[EXTENSION].error_page = failures.error_page


def _reader() -> dict[str, Any]:
    return {"locale": locale()}
