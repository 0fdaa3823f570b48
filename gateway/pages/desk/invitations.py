"""Video invitations: the list with its marks, "Termin erstellen", and one meeting with its attempts and corrections."""

from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from gateway import reasons
from gateway.api.invitations import check_ways, with_url
from gateway.context import current_services, hurrying
from gateway.pages import backend
from gateway.pages.backend import Json
from gateway.pages.desk import invitation_form as forms
from gateway.pages.desk import team
from gateway.pages.desk.frame import back, done, may, page, sentence, show, signed_in
from gateway.pages.fields import Entries
from gateway.pages.typed import seen_version
from gateway.pages.words import _
from runtime.errors import Refused, Unavailable
from runtime.ids import new_id

READ, WRITE = "invitations:read", "invitations:write"
AGAIN = "notify:write"  # as for any message that did not arrive
LISTED = 50
VIEWS: dict[str, Json] = {
    "": {},
    "upcoming": {"scope": "upcoming"},
    "past": {"scope": "past"},
    "failed": {"mark": "failed"},
}
WORDED = (
    *("invalid", "plan_required", "sms_unavailable", "too_many_invitations"),
    *("precondition_failed", "invalid_transition", "not_found"),
)


@page("/invitations", "desk_invitations", scope=READ)
def invitations() -> Response:
    """All meetings, the newest first, each with its tick or its mark; or those to come, past, or not delivered."""
    view = request.args.get("view", "")
    view = view if view in VIEWS else ""
    query = {**VIEWS[view], "limit": LISTED, "cursor": request.args.get("cursor") or None}
    try:
        found = current_services().invitations.page(query)
    except Refused as refused:
        if refused.code != "invalid":
            raise
        return back("desk_invitations", view=view)
    sentences = {"deleted": _("The appointment is called off. The link is no longer valid.")}
    return show("desk/invitations.html", found=found, view=view, did=done(sentences))


@page("/invitations/new", "desk_invitation_new", scope=WRITE)
def new() -> Response:
    """The form, with a customer's record in it if one is named."""
    entries = Entries({"by_email": "1", "duration": "30", **_customer(request.args.get("customer", ""))}, [])
    return _form(entries, new_id())


@page("/invitations/new", "desk_invitation_create", methods=("POST",), scope=WRITE)
def create() -> Response:
    """Invite; what was typed stays if something is wrong with it."""
    entries, key = forms.read(request.form), request.form.get("key") or new_id()
    wish = forms.wish(entries, _zone_of(entries["calendar"]))
    if not entries.errors:
        try:
            check_ways(wish["channels"])
            made = current_services().invitations.create({**wish, "idempotency_key": key[:200]})
            return back("desk_invitation", id=made["id"])
        except Refused as refused:
            if refused.code not in (*WORDED, "idempotency_conflict"):
                raise
            key = new_id() if refused.code == "idempotency_conflict" else key
            forms.refused(entries, refused)
    return _form(entries, key, 422)


def _form(entries: Entries, key: str, status: int = 200) -> Response:
    calendars, practice = _calendars(), signed_in()["practice"]
    own = {each["time_zone"]: None for each in calendars} or {practice["time_zone"]: None}
    return show(
        "desk/invitation_form.html",
        status,
        entries=entries,
        key=key,
        calendars=calendars,
        sms=_sms(),
        practice_locale=practice["locale"],
        zones=forms.zones(entries, list(own)),
    )


def _calendars() -> list[Json]:
    found: list[Json] = backend.catalogue(signed_in()["practice"]["id"])["calendars"]
    return found


def _zone_of(calendar: str) -> str:
    """By whose clock date and time are meant: the chosen calendar's, else the first one's."""
    calendars = _calendars()
    chosen = [each for each in calendars if each["id"] == calendar] or calendars
    return str(chosen[0]["time_zone"] if chosen else signed_in()["practice"]["time_zone"])


def _sms() -> Json:
    """Whether SMS can be sent, and why not; while notify does not say, the plan known at the sign-in decides."""
    try:
        with hurrying():
            found: Json = current_services().notify.channels()["sms"]
            return found
    except (Refused, Unavailable):
        possible = signed_in()["practice"]["plan"] != "basic"
        return {"possible": possible, "reason": None if possible else "plan_required"}


def _customer(id: str) -> dict[str, str]:
    """What a customer's record says; nothing for one that is not there."""
    if not id:
        return {}
    try:
        found = current_services().booking.customer(str(UUID(id)))
    except (ValueError, Refused, Unavailable):
        return {}
    return {name: str(found.get(name) or "") for name in (*forms.GUEST, "locale", "time_zone")}


@page("/invitations/<uuid:id>", "desk_invitation", scope=READ)
def invitation(id: UUID) -> Response:
    """One meeting: whether the guest was reached, every attempt, the link, and what can be changed."""
    return _details(str(id))


def _details(id: str, status: int = 200, entries: Entries | None = None, problem: str = "") -> Response:
    (found,) = reasons.translated([with_url(current_services().invitations.show(id))])
    sentences = {
        "changed": _("The change is saved. The link stays the same."),
        "resent": _("The invitation is being sent again, with the same link."),
    }
    entries = entries or forms.entered(found)
    return show(
        "desk/invitation.html",
        status,
        invitation=found,
        latest={each["channel"]: each for each in found["delivery"]},
        waits=_waits(found),
        other_way=_other_way(found["channels"]),
        consented=team.names([found["consent"]["user"]]).get(found["consent"]["user"] or "", ""),
        entries=entries,
        zones=forms.zones(entries, [found["host"]["time_zone"]]),
        key=new_id(),
        problem=problem,
        did=done(sentences),
    )


def _other_way(ways: list[str]) -> str:
    """The way that was not chosen, for a guest whom the chosen one does not reach; empty where there is none."""
    possible = ["email"] if signed_in()["practice"]["plan"] == "basic" else ["email", "sms"]
    return next((way for way in possible if way not in ways), "")


def _waits(found: Json) -> dict[str, str]:
    """Why a message is still not out, by channel: the day's SMS are used up, the mail server is away …

    invitations hears of ends only; notify knows, and is asked while there is something to wait for.
    """
    if found["mark"] != "pending" or not may("notify:read"):
        return {}
    try:
        with hurrying():
            items = current_services().notify.messages({"invitation": found["id"], "limit": LISTED})["items"]
    except (Refused, Unavailable):
        return {}
    return {each["channel"]: each["reason"] for each in items if each["state"] == "queued" and each["reason"]}


@page("/invitations/<uuid:id>/change", "desk_invitation_change", methods=("POST",), scope=WRITE)
def change(id: UUID) -> Response:
    """Another time, length or name; another language or zone of the guest's."""
    guest = [name for name in forms.HEARS if name in request.form]
    entries = forms.read(request.form, ("first_name", "last_name", *forms.WHEN, *guest))
    found = current_services().invitations.show(str(id))
    wish = forms.change(entries, found["host"]["time_zone"])
    if entries.errors:
        return _again(str(id), entries, found)
    return _try(str(id), "changed", entries, found, lambda: _invitations().change(str(id), wish | seen_version()))


@page("/invitations/<uuid:id>/resend", "desk_invitation_resend", methods=("POST",), scope=AGAIN)
def resend(id: UUID) -> Response:
    """Send it again, to the corrected address, or by the other way alone."""
    entries = forms.read(request.form, tuple(name for name in ("email", "phone") if name in request.form))
    found = current_services().invitations.show(str(id))
    typed = {name: text for name, text in entries.values.items() if text != (found[name] or "")}
    wish = {name: text for name, text in typed.items() if text}
    ways = [way for way in ("email", "sms") if way == request.form.get("way")]
    once = {"idempotency_key": (request.form.get("key") or new_id())[:200]}
    asked = {**wish, **once, **seen_version(), **({"channels": ways} if ways else {})}

    def command() -> None:
        check_ways(ways)
        _invitations().resend(str(id), asked)

    return _try(str(id), "resent", entries, found, command)


def _invitations() -> Any:
    return current_services().invitations


def _try(id: str, did: str, entries: Entries, found: Json, command: Any) -> Response:
    try:
        command()
    except Refused as refused:
        if refused.code not in WORDED:
            raise
        if refused.code == "invalid":
            forms.refused(entries, refused)
            return _again(id, entries, found)
        return _again(id, entries, found, sentence(refused))
    return back("desk_invitation", id=id, did=did)


def _again(id: str, typed: Entries, found: Json, problem: str = "") -> Response:
    """The page with what was typed, and what is wrong with it."""
    entries = forms.entered(found)
    entries.values |= typed.values
    entries.errors |= typed.errors
    return _details(id, 422, entries, problem)


@page("/invitations/<uuid:id>/delete", "desk_invitation_question", scope=WRITE)
def question(id: UUID) -> Response:
    """The question before it is called off."""
    found = current_services().invitations.show(str(id))
    if found["status"] == "deleted":
        return back("desk_invitation", id=str(id))
    return show("desk/invitation_delete.html", invitation=found)


@page("/invitations/<uuid:id>/delete", "desk_invitation_delete", methods=("POST",), scope=WRITE)
def delete(id: UUID) -> Response:
    """Call it off; the guest hears of it."""
    try:
        current_services().invitations.delete(str(id), seen_version())
    except Refused as refused:
        if refused.code != "precondition_failed":
            raise
        return _details(str(id), 412, problem=sentence(refused))
    return back("desk_invitations", did="deleted")
