"""Passwords by mail: for who forgot theirs, and for who is invited. Nobody learns here who has an account."""

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from gateway import session
from gateway.context import current_services, gateway
from gateway.pages import failures, links
from gateway.pages.blueprint import pages
from gateway.pages.fields import EMAIL, Entries
from gateway.pages.register import link_over, password_error
from gateway.pages.seal import BrokenSeal, check_entry, seal
from gateway.pages.staff import wanted
from gateway.pages.words import _, prefer_language
from gateway.security import limit
from runtime.errors import Refused, Unavailable


@pages.get("/login/forgot")
def forgot_password() -> str:
    """Who forgot their password asks for a link."""
    return _forgot_form(Entries({}, []), sent="sent" in request.args)


@pages.post("/login/forgot")
def forgotten() -> Response:
    """Send the letter, if there is somebody to send it to; the answer is the same."""
    entries = Entries({"email": request.form.get("email", "").strip()}, [])
    if not EMAIL.fullmatch(entries["email"]) or len(entries["email"]) > 254:
        entries.errors["email"] = _("Please enter a complete e-mail address, such as name@example.com.")
        return make_response(_forgot_form(entries), 422)
    if not _sealed("forgot"):
        entries.errors["email"] = _("The page has expired. Please try once more.")
        return make_response(_forgot_form(entries), 403)
    limit("register", request.remote_addr or "")
    try:
        current_services().practice.forgot_password(entries["email"])
    except Refused as refusal:
        if refusal.code != "invalid":
            raise
        entries.errors["email"] = _("Please enter a complete e-mail address, such as name@example.com.")
        return make_response(_forgot_form(entries), 422)
    return redirect(links.to("forgot_password", sent=1), 303)


@pages.get("/login/reset/<token>")
def choose_password(token: str) -> Response:
    """Who may choose a password by this link. Changes nothing, whoever asks."""
    return _choose_page(token)


@pages.post("/login/reset/<token>")
def password_chosen(token: str) -> Response:
    """Set it, and sign in with it."""
    password, address = request.form.get("password", ""), request.remote_addr or ""
    if not _sealed("choose", token):
        return redirect(links.to("choose_password", token=token), 303)
    if error := password_error(password):
        return _choose_page(token, error, 422)
    limit("sign_in", address)
    practice = current_services().practice
    try:
        session.begin(practice.sign_in(practice.choose_password(token, password)["email"], password, address))
    except Refused as refusal:
        if refusal.code == "too_many_attempts":  # the password holds; signing in has to wait
            return redirect(links.to("login"), 303)
        return _no_choice(refusal)
    except Unavailable:
        return failures.later(_choose_html(token, _("That did not work just now. Please try again in a moment.")))
    return redirect(wanted(), 303)


def _choose_page(token: str, error: str = "", status: int = 200) -> Response:
    try:
        return make_response(_choose_html(token, error), status)
    except Refused as refusal:
        return _no_choice(refusal)


def _no_choice(refusal: Refused) -> Response:
    """Why nobody chooses a password by this link."""
    if refusal.code == "email_taken":
        return make_response(render_template("address_taken.html"), 409)
    if refusal.code == "not_found":
        return link_over("forgot_password")
    raise refusal


def _choose_html(token: str, error: str = "") -> str:
    found = current_services().practice.invited(token)
    prefer_language(found["locale"])
    entries = Entries({}, [], {"password": error} if error else {})
    return render_template(
        "password_choose.html", found=found, token=token, entries=entries, seal=seal("choose", token)
    )


def _forgot_form(entries: Entries, sent: bool = False) -> str:
    mailbox = gateway().settings.dev_pages
    return render_template("password_forgot.html", entries=entries, sent=sent, mailbox=mailbox, seal=seal("forgot"))


def _sealed(purpose: str, *bound: str) -> bool:
    """Whether the form is one of ours, sent by our page."""
    try:
        check_entry(request.form.get("seal", ""), purpose, *bound)
    except BrokenSeal:
        return False
    return True
