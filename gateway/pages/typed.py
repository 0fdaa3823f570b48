"""What was typed into a form, or came back with it, and should be a number."""

from typing import Any

from flask import request

LONGEST = 9  # digits; Python itself refuses some thousands


def whole(text: str) -> int | None:
    """The whole number that stands there; None: something else does."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= LONGEST else None


def seen_version() -> dict[str, Any]:
    """What the page showed, by its hidden field, so that nothing is overwritten unseen."""
    version = whole(request.form.get("version", ""))
    return {} if version is None else {"if_version": version}
