"""What everybody may change of themselves: name, language, zone, password."""

from flask import request
from werkzeug.wrappers import Response

from gateway import session
from gateway.context import current_services, use_locale
from gateway.pages import choices
from gateway.pages.desk.frame import back, done, page, sentence, show, signed_in
from gateway.pages.desk.settings.forms import blamed, chosen_of, differences
from gateway.pages.fields import Entries
from gateway.pages.register import password_error
from gateway.pages.typed import seen_version
from gateway.pages.words import _
from gateway.security import limit
from runtime.errors import Refused

HOME = "desk_account"


@page("/settings/account", HOME)
def account() -> Response:
    """Both forms."""
    return _page(_stored())


def _stored() -> Entries:
    me = current_services().practice.me()
    return Entries({name: str(me[name] or "") for name in ("name", "locale", "time_zone", "version")}, [])


@page("/settings/account", "desk_account_save", methods=("POST",))
def save() -> Response:
    """Name, language, zone; the desk shows them from now on."""
    entries = Entries({n: request.form.get(n, "").strip() for n in ("name", "locale", "time_zone", "version")}, [])
    if not entries["name"]:
        entries.errors["name"] = _("Please enter your name.")
        return _page(entries, 422)
    wanted = {"name": entries["name"], "locale": entries["locale"], "time_zone": entries["time_zone"] or None}
    try:
        current_services().practice.update_me({**wanted, **seen_version()})
    except Refused as refused:
        if refused.code not in ("precondition_failed", "invalid"):
            raise
        return _page(entries, 412 if refused.code == "precondition_failed" else 422, blamed(entries, refused))
    renew()
    use_locale(entries["locale"])
    return back(HOME, did="saved")


@page("/settings/account/password", "desk_account_password", methods=("POST",))
def change_password() -> Response:
    """Another password; all other sessions end."""
    current, password = request.form.get("current", ""), request.form.get("password", "")
    entries = _stored()
    if not current:
        entries.errors["current"] = _("Please enter your present password.")
    if error := password_error(password):
        entries.errors["password"] = error
    if entries.errors:
        return _page(entries, 422)
    address = request.remote_addr or ""
    limit("sign_in", address)
    try:
        current_services().practice.change_password(current[:200], password, address)
    except Refused as refused:
        if refused.code not in ("invalid", "too_many_attempts"):
            raise
        wrong = _("This is not your present password.")
        entries.errors["current"] = wrong if refused.code == "invalid" else sentence(refused)
        return _page(entries, 422 if refused.code == "invalid" else 429)
    return back(HOME, did="password")


def renew() -> None:
    """Let the cookie hold what has just been changed."""
    session.begin(current_services().practice.refresh(signed_in()["session"]))


def _beside(entries: Entries) -> list[tuple[str, str, str]]:
    """What was stored meanwhile, in another window, where it differs from what was typed."""
    names = {"name": _("Your name"), "locale": _("Language"), "time_zone": _("Time zone")}
    return differences(entries, _stored(), names, {"locale": chosen_of("locale", choices.languages())})


def _page(entries: Entries, status: int = 200, conflict: str = "") -> Response:
    sentences = {
        "saved": _("Saved."),
        "password": _("Your new password is valid from now on. You are signed out everywhere else."),
    }
    return show(
        "desk/account.html",
        status,
        entries=entries,
        languages_known=choices.languages(),
        zones=choices.zones(),
        conflict=conflict,
        beside=_beside(entries) if status == 412 else [],
        did=done(sentences),
    )
