"""Sign-in and sign-out of staff."""

import re

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from gateway import session
from gateway.context import current_services
from gateway.pages import failures, links
from gateway.pages.blueprint import pages
from gateway.pages.seal import BrokenSeal, check_entry, seal
from gateway.pages.words import _
from gateway.security import limit
from runtime.errors import Refused, Unavailable

HOME = "desk"


@pages.get("/login")
def login() -> str | Response:
    """The sign-in form; who is signed in goes to the desk. `next` is the desk's page that somebody wanted to see."""
    return redirect(wanted()) if session.current() else _login_form()


@pages.post("/login")
def sign_in() -> Response:
    """Begin the web session."""
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    try:
        check_entry(request.form.get("seal", ""), "login")
    except BrokenSeal:
        return make_response(_login_form(email, _("The page has expired. Please sign in once more.")), 403)
    if not email or not password:
        return make_response(_login_form(email, _("Please enter your e-mail address and your password.")), 422)
    address = request.remote_addr or ""
    limit("sign_in", address)
    try:
        session.begin(current_services().practice.sign_in(email, password, address))
    except Refused as refused:
        if refused.code not in ("bad_credentials", "too_many_attempts", "invalid"):
            raise
        return _turned_away(email, refused)
    except Unavailable:
        return failures.later(_login_form(email, _("Sign-in does not work just now. Please try again in a moment.")))
    return redirect(wanted(), 303)


def wanted() -> str:
    """Where to go after the sign-in: a page of the desk, never another address."""
    asked = request.values.get("next", "")
    if not asked and new_practice():
        return links.to("desk_welcome")
    return asked if re.match(r"/desk(?:[/?]|\Z)", asked) and asked.isprintable() else links.to(HOME)


def new_practice() -> bool:
    """Whether the signed-in user is the owner of a practice whose first steps are not taken."""
    data, caller = session.current(), session.caller()
    return bool(data and caller and data["practice"].get("first_steps") and "practice:admin" in caller.scopes)


def _turned_away(email: str, refused: Refused) -> Response:
    if refused.code == "too_many_attempts":
        return make_response(_login_form(email, _("Too many attempts. Please wait a few minutes and try again.")), 429)
    return make_response(_login_form(email, _("E-mail address or password is wrong.")), 401)


def _login_form(email: str = "", error: str = "") -> str:
    asked = request.values.get("next", "")
    return render_template("login.html", email=email, error=error, wanted=asked, seal=seal("login"))


@pages.post("/logout")
def sign_out() -> Response:
    """End the session here and with `practice`."""
    if data := session.current():
        session.check_csrf()
        current_services().practice.sign_out(data["session"])
    session.end()
    return redirect(links.to("login"), 303)
