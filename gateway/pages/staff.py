"""The plain desk: sign in, see what is new and what comes, decide."""

from datetime import timedelta
from typing import Any

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from gateway import session
from gateway.context import current_services
from gateway.pages import backend, failures, links
from gateway.pages.backend import Json
from gateway.pages.blueprint import pages
from gateway.pages.seal import BrokenSeal, check, seal
from gateway.pages.words import _
from gateway.security import limit
from runtime.errors import Refused, Unavailable

ACTIONS = ("accept", "decline", "cancel")
LISTED = 50
HOME = "desk"


@pages.get("/login")
def login() -> str | Response:
    """The sign-in form; who is signed in goes to the desk."""
    return redirect(links.to(HOME)) if session.current() else _login_form()


@pages.post("/login")
def sign_in() -> Response:
    """Begin the web session. The seal keeps other sites from signing people in as somebody else."""
    email, password = request.form.get("email", "").strip(), request.form.get("password", "")
    try:
        check(request.form.get("seal", ""), "login", youngest=timedelta(0), oldest=timedelta(hours=12))
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
    return redirect(links.to(HOME), 303)


def _turned_away(email: str, refused: Refused) -> Response:
    if refused.code == "too_many_attempts":
        return make_response(_login_form(email, _("Too many attempts. Please wait a few minutes and try again.")), 429)
    return make_response(_login_form(email, _("E-mail address or password is wrong.")), 401)


def _login_form(email: str = "", error: str = "") -> str:
    return render_template("login.html", email=email, error=error, seal=seal("login"))


@pages.post("/logout")
def sign_out() -> Response:
    """End the session here and with `practice`."""
    if data := session.current():
        session.check_csrf()
        current_services().practice.sign_out(data["session"])
    session.end()
    return redirect(links.to("login"), 303)


@pages.get("/desk")
@pages.get("/desk/inbox", endpoint="desk_inbox")
@pages.get("/desk/appointments", endpoint="desk_appointments")
def desk() -> str | Response:
    """New online bookings ("Erinnerungen") and the coming appointments."""
    data = session.current()
    if data is None:
        return redirect(links.to("login"))
    booking = current_services().booking
    return render_template(
        "desk.html",
        signed_in=data,
        inbox=booking.inbox({"limit": LISTED}),
        upcoming=booking.appointments({"scope": "upcoming", "limit": LISTED}),
        csrf=session.csrf_token(),
        did=_did(),
        accent=backend.accent(data["practice"]["id"]),
    )


@pages.post("/desk/appointments/<uuid:id>/<any(accept, decline, cancel, acknowledge, undo):action>")
def decide(id: Any, action: str) -> Response:
    """Carry out one button of the desk."""
    if session.current() is None:
        return redirect(links.to("login"), 303)
    session.check_csrf()
    booking = current_services().booking
    try:
        if action in ACTIONS:
            booking.change_status(str(id), action, {})
        else:
            getattr(booking, action)(str(id), {})
    except Refused as refused:
        if refused.code not in ("invalid_transition", "slot_taken", "too_late", "conflict", "not_found"):
            raise
        return redirect(links.to(HOME, did="nothing"), 303)
    return redirect(links.to(HOME, did=action, id=str(id)), 303)


def _did() -> Json | None:
    """What the last button did, worded; with the appointment's id where it can be undone."""
    sentences = {
        "accept": _("The appointment is confirmed. The customer will be told by e-mail."),
        "decline": _("The appointment is declined. The customer will be told by e-mail."),
        "cancel": _("The appointment is cancelled. The customer will be told by e-mail."),
        "acknowledge": _("Taken off the list of new bookings."),
        "undo": _("Taken back."),
        "nothing": _("That was not possible any more. Somebody may have changed the appointment in the meantime."),
    }
    action = request.args.get("did", "")
    if action not in sentences:
        return None
    undo = request.args.get("id", "") if action in ACTIONS else ""
    return {"sentence": sentences[action], "undo": undo, "wrong": action == "nothing"}
