"""Addresses of pages. Whatever the reader chose without a cookie (language, frame) travels along in every link."""

import hashlib
from functools import cache
from pathlib import Path
from typing import Any

from flask import request, url_for

CARRIED = ("lang", "embed")
STATIC = Path(__file__).parents[1] / "static"


def to(endpoint: str, **values: Any) -> str:
    """The address of one of our pages; empty values are left out, language and frame are carried along."""
    carried = {name: request.args[name] for name in CARRIED if request.args.get(name)}
    wanted = {name: value for name, value in values.items() if value not in (None, "")}
    return url_for(f"pages.{endpoint}", **{**carried, **wanted})


def here(**changes: Any) -> str:
    """This page's address with some of its parameters changed; None removes one. Names that `url_for` has a meaning for
    (`_scheme`, `endpoint`) are left out: a foreign link would make our page link to elsewhere."""
    asked = {name: value for name, value in request.args.items() if name != "endpoint" and name[:1] != "_"}
    values = {**asked, **(request.view_args or {}), **changes}
    wanted = {name: value for name, value in values.items() if value not in (None, "")}
    return url_for(request.endpoint or "pages.landing", **wanted)


@cache
def asset(name: str) -> str:
    """The address of a static file, with its content's fingerprint, so that it may be cached for ever."""
    digest = hashlib.sha256((STATIC / name).read_bytes()).hexdigest()[:12]
    return f"/static/{name}?v={digest}"


def embedded() -> bool:
    """Whether this page sits in a frame on a practice's own homepage: no cookies, no footer, no foreign links."""
    return request.args.get("embed") == "1"
