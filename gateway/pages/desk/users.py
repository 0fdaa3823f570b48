"""The practice's people: who they are, what each may do, who can sign in. For owners."""

from typing import Any

from flask import request
from werkzeug.wrappers import Response

from gateway.context import current_services
from gateway.pages import choices
from gateway.pages.backend import Json
from gateway.pages.desk.frame import back, done, page, show, signed_in
from gateway.pages.desk.settings.forms import blamed, chosen_of, differences, ticked
from gateway.pages.fields import EMAIL, Entries
from gateway.pages.typed import seen_version
from gateway.pages.words import _
from gateway.security import limit
from runtime.errors import Refused

ADMIN = "practice:admin"
HOME = "desk_settings_users"
CONFLICTS = {"last_owner": 409, "precondition_failed": 412, "rate_limited": 429, "invalid": 422}


def roles() -> list[tuple[str, str, str]]:
    """(role, its name, what it may do)."""
    return [
        ("owner", _("Owner"), _("May do everything, also change settings and users.")),
        ("staff", _("Staff"), _("Appointments, customers, working hours and days off.")),
        ("reception", _("Reception"), _("Appointments, customers and messages.")),
        ("readonly", _("Read only"), _("Sees everything, changes nothing.")),
    ]


@page("/settings/users", HOME, scope=ADMIN)
def users() -> Response:
    """Everybody, and the form to invite somebody."""
    return _list(Entries({"role": "reception", "locale": signed_in()["practice"]["locale"]}, []))


@page("/settings/users", "desk_settings_users_invite", methods=("POST",), scope=ADMIN)
def invite() -> Response:
    """A new user, who gets a link by mail."""
    entries = _read("name", "email", "role", "locale")
    if not entries["name"]:
        entries.errors["name"] = _("Please enter the name.")
    if not EMAIL.fullmatch(entries["email"]):
        entries.errors["email"] = _("Please enter a complete e-mail address, such as name@example.com.")
    if entries.errors:
        return _list(entries, 422)
    limit("register", signed_in()["practice"]["id"])
    try:
        current_services().practice.invite_user(entries.values)
    except Refused as refused:
        if refused.code not in ("email_taken", "invalid", "rate_limited"):
            raise
        if wrong := blamed(entries, refused):
            entries.errors["email"] = wrong
        return _list(entries, 409 if refused.code == "email_taken" else 422)
    return back(HOME, did="invited")


@page("/settings/users/<uuid:id>", "desk_settings_user", scope=ADMIN)
def user(id: Any) -> Response:
    """One of them, to be changed."""
    found = current_services().practice.user(str(id))
    return _form(found, _stored(found))


def _stored(found: Json) -> Entries:
    values = {name: str(found[name] or "") for name in ("name", "role", "locale", "time_zone", "version")}
    return Entries({**values, "active": "1" if found["state"] != "inactive" else ""}, [])


@page("/settings/users/<uuid:id>", "desk_settings_user_change", methods=("POST",), scope=ADMIN)
def change(id: Any) -> Response:
    """Save the form: all of it, if nobody else has changed the user meanwhile."""
    entries = _read("name", "role", "locale", "time_zone", "active", "version")
    practice = current_services().practice
    if not entries["name"]:
        entries.errors["name"] = _("Please enter the name.")
        return _form(practice.user(str(id)), entries, 422)
    wanted: Json = {name: entries[name] for name in ("name", "role", "locale")}
    wanted |= {"time_zone": entries["time_zone"] or None, "active": bool(entries["active"])}
    try:
        practice.update_user(str(id), {**wanted, **seen_version()})
    except Refused as refused:
        if refused.code not in CONFLICTS:
            raise
        return _form(practice.user(str(id)), entries, CONFLICTS[refused.code], blamed(entries, refused))
    return back(HOME, did="changed")


@page("/settings/users/<uuid:id>/invite", "desk_settings_user_invite", methods=("POST",), scope=ADMIN)
def invite_again(id: Any) -> Response:
    """Another letter to who has not chosen a password yet."""
    try:
        current_services().practice.invite_again(str(id))
    except Refused as refused:
        if refused.code != "rate_limited":
            raise
        return back(HOME, did="not_sent")
    return back(HOME, did="invited")


def _read(*names: str) -> Entries:
    return Entries({name: request.form.get(name, "").strip() for name in names}, [])


def _list(entries: Entries, status: int = 200) -> Response:
    sentences = {
        "invited": _("The invitation is on its way. The link in it is valid for seven days."),
        "changed": _("Saved."),
        "not_sent": _("No further invitation was sent. Please try again in an hour."),
    }
    return show(
        "desk/users.html",
        status,
        entries=entries,
        users=current_services().practice.users()["items"],
        roles=roles(),
        roles_to_choose=[(role, name) for role, name, _may in roles()],
        languages_known=choices.languages(),
        did=done(sentences),
    )


def _form(found: dict[str, Any], entries: Entries, status: int = 200, conflict: str = "") -> Response:
    return show(
        "desk/user.html",
        status,
        entries=entries,
        user=found,
        roles=roles(),
        roles_to_choose=[(role, name) for role, name, _may in roles()],
        languages_known=choices.languages(),
        zones=choices.zones(),
        conflict=conflict,
        beside=_beside(entries, _stored(found)) if status == CONFLICTS["precondition_failed"] else [],
    )


def _beside(entries: Entries, stored: Entries) -> list[tuple[str, str, str]]:
    """What somebody else stored meanwhile, where it differs from what was typed."""
    names = {"name": _("Name"), "role": _("Role"), "locale": _("Language"), "time_zone": _("Time zone")}
    roles_known = [(role, name) for role, name, _may in roles()]
    readings = {"role": chosen_of("role", roles_known), "locale": chosen_of("locale", choices.languages())}
    return differences(entries, stored, names | {"active": _("Can sign in")}, readings | {"active": ticked("active")})
