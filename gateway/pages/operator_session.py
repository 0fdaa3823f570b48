"""Who may see the operator's pages: whoever knows OPERATOR_PASSWORD. Staff of a practice may not.

The cookie is a seal that is bound to the password: it is over after some hours, and void when the password changes.
"""

import hashlib
import hmac
from datetime import timedelta
from typing import Any

from flask import abort, make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from gateway.context import gateway
from gateway.pages import links
from gateway.pages.blueprint import pages
from gateway.pages.seal import BrokenSeal, check, seal
from gateway.pages.words import _
from gateway.security import limit

LIFE = timedelta(hours=8)
AT_ONCE = timedelta(0)
COOKIE = "operator"
PLACE = "/ops"
OPEN = ("pages.operator_login", "pages.operator_sign_in")


@pages.before_request
def only_for_the_operator() -> Response | None:
    """Without a password these addresses do not exist; without the cookie they lead to the sign-in."""
    if not request.path.startswith(f"{PLACE}/"):
        return None
    if not gateway().settings.operator_password or gateway().parking is None:
        abort(404)
    return None if request.endpoint in OPEN or signed_in() else redirect(links.to("operator_login"), 303)


@pages.after_request
def keep_nothing(response: Response) -> Response:
    """Nothing of these pages stays in a browser."""
    if request.path.startswith(f"{PLACE}/"):
        response.headers["Cache-Control"] = "no-store"
    return response


@pages.get("/ops/login")
def operator_login() -> str:
    """The sign-in form."""
    return _form()


@pages.post("/ops/login")
def operator_sign_in() -> Response:
    """Compare the password; each attempt counts."""
    limit("sign_in", request.remote_addr or "")
    try:
        check(request.form.get("seal", ""), "operator login", youngest=AT_ONCE, oldest=LIFE)
    except BrokenSeal:
        return make_response(_form(_("The page has expired. Please sign in once more.")), 403)
    if not hmac.compare_digest(request.form.get("password", "").encode(), _password()):
        return make_response(_form(_("The password is wrong.")), 401)
    response = redirect(links.to("parked_messages"), 303)
    response.set_cookie(COOKIE, seal("operator", _proof()), **_options())
    return response


@pages.post("/ops/logout")
def operator_sign_out() -> Response:
    """Forget the cookie."""
    response = redirect(links.to("operator_login"), 303)
    response.delete_cookie(COOKIE, **_options())
    return response


def signed_in() -> bool:
    """Whether the request carries a good cookie."""
    try:
        check(session(), "operator", _proof(), youngest=AT_ONCE, oldest=LIFE)
    except BrokenSeal:
        return False
    return True


def session() -> str:
    """What the seals of the operator's forms are bound to."""
    return request.cookies.get(COOKIE, "")


def _form(error: str = "") -> str:
    return render_template("operator_login.html", error=error, seal=seal("operator login"))


def _password() -> bytes:
    return gateway().settings.operator_password.encode()


def _proof() -> str:
    """Changes with the password and does not tell it."""
    return hmac.new(gateway().settings.secret_key.encode(), _password(), hashlib.sha256).hexdigest()


def _options() -> dict[str, Any]:
    return {"httponly": True, "samesite": "Strict", "secure": gateway().settings.https, "path": PLACE}
