"""A practice registers: the form, the link in the mail, and on to the first steps.

The link's page changes nothing when it is opened. Confirming takes the password that was chosen in the form: whoever
registers a stranger's address gets no account by the stranger's click, and no mail scanner can confirm one.
"""

from typing import Any

from flask import current_app, make_response, redirect, render_template, request
from itsdangerous import BadSignature, URLSafeSerializer
from werkzeug.wrappers import Response

from gateway import session
from gateway.context import current_services, gateway, locale
from gateway.countries import currency_of, names
from gateway.pages import choices, failures, guard, links
from gateway.pages.backend import Json
from gateway.pages.blueprint import pages
from gateway.pages.fields import EMAIL, Entries, refused
from gateway.pages.seal import BrokenSeal, check_entry, seal
from gateway.pages.words import _, prefer_language
from gateway.security import limit
from runtime.errors import Refused, Unavailable

PURPOSE = "register"
LONGEST = {"practice": 120, "name": 120, "email": 254}
SHORTEST_PASSWORD, LONGEST_PASSWORD = 8, 200


def closed() -> Response:
    """Practices cannot register by themselves here."""
    return make_response(render_template("register_closed.html"), 403)


@pages.get("/register")
def register() -> Response | str:
    """The form, filled in as far as the language tells; or the word that there is none."""
    if not gateway().settings.self_registration:
        return closed()
    country, zone = choices.USUAL[locale()]
    return _form(Entries({"country": country, "time_zone": zone}, []))


@pages.post("/register")
def registered() -> Response:
    """Send the letter. Whether the address is known makes no difference here."""
    if not gateway().settings.self_registration:
        return closed()
    entries = Entries({name: request.form.get(name, "").strip() for name in (*LONGEST, "country", "time_zone")}, [])
    password, trap = request.form.get("password", ""), request.form.get(guard.TRAP, "")
    _judge(entries, password)
    if entries.errors:
        return make_response(_form(entries), 422)
    if objection := guard.objection(PURPOSE, request.form.get("form_token", ""), trap, PURPOSE):
        return make_response(_form(entries, objection, trap), 422)
    limit("register", request.remote_addr or "")
    wish = {**entries.values, "password": password, "locale": locale(), "currency": currency_of(entries["country"])}
    try:
        current_services().practice.register(wish)
    except Refused as refusal:
        if refusal.code != "invalid":
            raise
        refused(entries, refusal.facts.get("errors"))
        return make_response(_form(entries), 422)
    except Unavailable:
        return failures.later(_form(entries, _("That did not work just now. Please try again in a moment.")))
    return redirect(links.to("register_sent", to=_serializer().dumps(entries["email"])), 303)


@pages.get("/register/sent")
def register_sent() -> str:
    """What happens next, and where the letter went."""
    try:
        email = str(_serializer().loads(request.args.get("to", "")))
    except BadSignature:
        email = ""
    return render_template("register_sent.html", email=email, mailbox=gateway().settings.dev_pages)


@pages.get("/register/confirm/<token>")
def confirm_registration(token: str) -> Response:
    """What the link would confirm. Changes nothing, whoever asks."""
    return _confirm_page(token)


@pages.post("/register/confirm/<token>")
def confirmed(token: str) -> Response:
    """Make the practice, sign its owner in, and go on to the first steps."""
    try:
        check_entry(request.form.get("seal", ""), "confirm", token)
    except BrokenSeal:
        return redirect(links.to("confirm_registration", token=token), 303)
    password, address = request.form.get("password", ""), request.remote_addr or ""
    if not password:
        return _confirm_page(token, _("Please enter the password that you chose when you registered."), 422)
    limit("sign_in", address)
    practice = current_services().practice
    try:
        email = practice.confirm(token, password[:LONGEST_PASSWORD], address)["email"]
        session.begin(practice.sign_in(email, password[:LONGEST_PASSWORD], address))
    except Refused as refusal:
        return _not_confirmed(token, refusal)
    except Unavailable:
        return failures.later(_confirm_html(token, _("That did not work just now. Please try again in a moment.")))
    return redirect(links.to("desk_welcome"), 303)


def _not_confirmed(token: str, refusal: Refused) -> Response:
    sentences = {
        "bad_credentials": (_("This is not the password that you chose when you registered."), 401),
        "too_many_attempts": (_("Too many attempts. Please wait a few minutes and try again."), 429),
        "email_taken": (_("There is an account with this address already. Please sign in."), 409),
    }
    if refusal.code == "not_found":
        return link_over("register")
    if refusal.code not in sentences:
        raise refusal
    return _confirm_page(token, *sentences[refusal.code])


def _confirm_page(token: str, error: str = "", status: int = 200) -> Response:
    try:
        return make_response(_confirm_html(token, error), status)
    except Refused as refusal:
        if refusal.code != "not_found":
            raise
        return link_over("register")


def _confirm_html(token: str, error: str = "") -> str:
    found = current_services().practice.registration(token)
    prefer_language(found["locale"])
    return render_template("register_confirm.html", found=found, token=token, error=error, seal=seal("confirm", token))


def link_over(again: str) -> Response:
    """A link that works no more, and the page on which another can be asked for."""
    return make_response(render_template("link_over.html", again=again), 404)


def _judge(entries: Entries, password: str) -> None:
    required = {
        "practice": _("Please enter the name of your practice."),
        "name": _("Please enter your name."),
        "email": _("Please enter your e-mail address."),
    }
    for name, sentence in required.items():
        if not entries[name]:
            entries.errors[name] = sentence
        elif len(entries[name]) > LONGEST[name]:
            entries.errors[name] = _("Please enter at most %(most)s characters.", most=LONGEST[name])
    if entries["email"] and not EMAIL.fullmatch(entries["email"]):
        entries.errors["email"] = _("Please enter a complete e-mail address, such as name@example.com.")
    if entries["country"] not in dict(names(locale())):
        entries.errors["country"] = _("Please choose a country.")
    if entries["time_zone"] not in dict(choices.zones()):
        entries.errors["time_zone"] = _("Please choose a time zone.")
    if error := password_error(password):
        entries.errors["password"] = error


def password_error(password: str) -> str | None:
    """What is wrong with a password that somebody wants to have."""
    if len(password) < SHORTEST_PASSWORD:
        return _("Please choose a password of at least %(least)s characters.", least=SHORTEST_PASSWORD)
    if len(password) > LONGEST_PASSWORD:
        return _("Please enter at most %(most)s characters.", most=LONGEST_PASSWORD)
    return None


def _form(entries: Entries, objection: str = "", trap: str = "") -> str:
    if objection or entries.errors:  # the password is never sent back
        entries.errors.setdefault("password", _("Please enter your password once more."))
    values: Json = {"countries": names(locale()), "zones": choices.zones()}
    form_token = guard.token(PURPOSE, request.form.get("form_token", ""), PURPOSE)
    given: dict[str, Any] = {"objection": objection, "trap": trap, "form_token": form_token}
    return render_template("register.html", entries=entries, **values, **given)


def _serializer() -> URLSafeSerializer:
    return URLSafeSerializer(str(current_app.secret_key), salt="terminfluss.pages.sent")
