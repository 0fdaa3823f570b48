"""A customer's own appointment behind the link in the mail: look, move, cancel, undo. Proof against mail scanners.

Scanners open links (HEAD, GET, prefetch, often all of them), some post to them blindly, some submit the forms that they
find. A person reads, then clicks twice. So every change takes two steps, and each step proves the one before:

1. The linked page shows a button. It is a POST form with an *asking* seal, bound to the link and to what is asked. The
   POST changes nothing; it answers with the question ("Termin wirklich absagen?"). Without the seal it only leads back
   to the linked page, and a GET of the same address does so, too: no crawler meets the question by following links.
2. The question is a form with a *doing* seal of its own, bound to the link and the act (and the new time), younger than
   an hour and older than a second: whoever submits what they found at once is asked again instead.

Undo is such a change as well, with one difference: the answer to one's own cancellation carries the doing seal of the
undo in its address, so that a person who slipped needs a single click. The mail's link never has it.
Nothing here relies on cookies, on JavaScript or on a header that a proxy could drop.
"""

from datetime import datetime, timedelta
from typing import Any

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from gateway import present
from gateway.api.manage import ics
from gateway.context import current_services
from gateway.pages import backend, links
from gateway.pages.backend import Json
from gateway.pages.blueprint import pages
from gateway.pages.seal import BrokenSeal, TooYoung, check, seal
from gateway.pages.week import week, zone_asked
from runtime.errors import Refused

ACTS = ("cancel", "undo")
READING = timedelta(seconds=1)  # nobody reads a question faster
AT_ONCE = timedelta(0)
UNDO_LIFE = timedelta(minutes=10)
STANDING = timedelta(days=1)  # a page may stand open so long before its button is pressed, which only asks
LOST = ("slot_taken", "slot_not_offered", "limit_reached")
OVER = ("too_late", "invalid_transition", "conflict", "too_many_open")


@pages.get("/a/<token>")
def manage(token: str) -> str:
    """The appointment and what can be done about it. Changes nothing, whoever asks."""
    return _page(token, undo_seal=request.args.get("undo", ""))


@pages.get("/a/<token>/calendar.ics")
def calendar_file(token: str) -> Response:
    """The appointment for the customer's calendar; what goes wrong is said on a page, not as the API says it."""
    return ics(current_services().notify.calendar_file(token))


@pages.get("/a/<token>/<any(cancel, undo):act>")
@pages.get("/a/<token>/<any(cancel, undo, move):act>/confirm")
def not_by_link(token: str, act: str) -> Response:
    """The questions cannot be linked to."""
    return redirect(links.to("manage", token=token))


@pages.post("/a/<token>/<any(cancel, undo):act>")
def ask(token: str, act: str) -> Response:
    """First step: the question. Changes nothing."""
    try:
        check(request.form.get("seal", ""), f"ask {act}", token, youngest=AT_ONCE, oldest=STANDING)
    except BrokenSeal:
        return _once_more(token)
    return make_response(_question(token, act))


@pages.post("/a/<token>/<any(cancel, undo):act>/confirm")
def act(token: str, act: str) -> Response:
    """Second step: do it, if the seal proves that the question was read."""
    given = request.form.get("seal", "")
    try:
        check(given, f"do {act}", token, youngest=READING)
    except TooYoung:
        return make_response(_question(token, act, again=given), 409)
    except BrokenSeal:
        return _once_more(token)
    booking = current_services().booking
    try:
        if act == "undo":
            booking.undo_managed(token)
            return redirect(links.to("manage", token=token, said="restored"), 303)
        booking.cancel_managed(token)
    except Refused as refused:
        if refused.code not in (*LOST, *OVER):
            raise
        return make_response(_page(token, refused=refused), 409)
    return redirect(links.to("manage", token=token, said="cancelled", undo=seal("do undo", token)), 303)


@pages.get("/a/<token>/move")
def move(token: str) -> str | Response:
    """The week grid of the same service, with the professional of the appointment unless another is asked for."""
    view, practice = _load(token)
    if not view["can_move"]:
        return redirect(links.to("manage", token=token))
    return _move_grid(token, view, practice)


@pages.post("/a/<token>/move")
def ask_move(token: str) -> Response:
    """A new time was chosen: the question. Changes nothing."""
    view, practice = _load(token)
    start, calendar = request.form.get("start", ""), request.form.get("calendar", "")
    try:
        check(request.form.get("seal", ""), "ask move", token, youngest=AT_ONCE, oldest=STANDING)
        begins = present.instant(start)
    except (BrokenSeal, ValueError):
        return _once_more(token)
    return make_response(_move_question(token, view, practice, start, calendar or _who_is_free(view, practice, begins)))


@pages.post("/a/<token>/move/confirm")
def act_move(token: str) -> Response:
    """Second step of a move; the seal is bound to the very time that the question showed."""
    start, calendar, given = (request.form.get(name, "") for name in ("start", "calendar", "seal"))
    try:
        check(given, "do move", token, start, calendar, youngest=READING)
    except TooYoung:
        view, practice = _load(token)
        return make_response(_move_question(token, view, practice, start, calendar, again=given), 409)
    except BrokenSeal:
        return _once_more(token)
    target = {"start": start} | ({"calendar": calendar} if calendar else {})
    try:
        current_services().booking.reschedule_managed(token, target)
    except Refused as refused:
        return _not_moved(token, refused)
    return redirect(links.to("manage", token=token, said="moved"), 303)


def _not_moved(token: str, refused: Refused) -> Response:
    if refused.code in LOST:
        view, practice = _load(token)
        return make_response(_move_grid(token, view, practice, refused=refused), 409)
    if refused.code in OVER:
        return make_response(_page(token, refused=refused), 409)
    raise refused


def _once_more(token: str) -> Response:
    """A form that was not ours, or that stood open too long: the appointment as it is, and that nothing happened."""
    return redirect(links.to("manage", token=token, said="nothing"), 303)


def _load(token: str) -> tuple[Json, Json]:
    """The appointment and its practice. Raises Refused `not_found`."""
    view = current_services().booking.managed(token)
    return view, backend.practice_by_id(view["practice_id"])


def _page(token: str, undo_seal: str = "", **more: Any) -> str:
    view, practice = _load(token)
    return render_template(
        "manage.html",
        practice=practice,
        token=token,
        booked=view,
        zone=zone_asked(view["time_zone"]),
        seals={each: seal(f"ask {each}", token) for each in ACTS},
        undo_seal=undo_seal if _fresh(undo_seal, token) else "",
        can_undo=_can_undo(view),
        **more,
    )


def _can_undo(view: Json) -> bool:
    until = view.get("undo_until")
    return until is not None and present.instant(until) > backend.now()


def _fresh(undo_seal: str, token: str) -> bool:
    try:
        check(undo_seal, "do undo", token, youngest=AT_ONCE, oldest=UNDO_LIFE)
    except BrokenSeal:
        return False
    return True


def _question(token: str, act: str, again: str = "") -> str:
    view, practice = _load(token)
    possible = view["can_cancel"] if act == "cancel" else _can_undo(view)
    return render_template(
        "manage_confirm.html",
        practice=practice,
        token=token,
        booked=view,
        zone=zone_asked(view["time_zone"]),
        act=act,
        possible=possible,
        seal=again or seal(f"do {act}", token),
        again=bool(again),
    )


def _move_grid(token: str, view: Json, practice: Json, refused: Refused | None = None) -> str:
    calendars = _calendars(view)
    asked = request.values.get("calendar", view["calendar"]["id"])
    calendar = next((each for each in calendars if each["id"] == asked), None)
    try:
        page = week(practice, view["service"], calendars, calendar, _length(view))
    except Refused as gone:
        if gone.code != "not_found":
            raise
        return _page(token, refused=refused or Refused("slot_not_offered"))
    return render_template(
        "manage_move.html",
        practice=practice,
        token=token,
        booked=view,
        week=page,
        zone=zone_asked(practice["time_zone"]),
        seal=seal("ask move", token),
        refused=refused,
    )


def _released(view: Json) -> Json | None:
    """The appointment's service as everybody sees it; None when it is not on the page (any more)."""
    services = backend.catalogue(view["practice_id"])["services"]
    return next((each for each in services if each["id"] == view["service"]["id"]), None)


def _calendars(view: Json) -> list[Json]:
    """Who could take the appointment: of a service that is not on the page nobody is told but who has it."""
    catalogue, service = backend.catalogue(view["practice_id"]), _released(view)
    if service:
        return backend.calendars_of(catalogue, service)
    return [each for each in catalogue["calendars"] if each["id"] == view["calendar"]["id"]]


def _length(view: Json) -> int | None:
    """The appointment's own length; None where the times are those that everybody sees."""
    service, minutes = _released(view), int(view["service"]["duration_minutes"])
    return None if service and service["duration_minutes"] == minutes else minutes


def _move_question(token: str, view: Json, practice: Json, start: str, calendar: str, again: str = "") -> str:
    begins = present.instant(start)
    length = present.instant(view["end"]) - present.instant(view["start"])
    return render_template(
        "manage_confirm.html",
        practice=practice,
        token=token,
        booked=view,
        zone=zone_asked(view["time_zone"]),
        act="move",
        by_request=view.get("confirmation") == "request",
        possible=view["can_move"],
        start=start,
        starts=begins,
        ends=begins + length,
        calendar=calendar,
        other=_nickname(view, calendar),
        seal=again or seal("do move", token, start, calendar),
        again=bool(again),
    )


def _who_is_free(view: Json, practice: Json, begins: datetime) -> str:
    """Who takes the appointment at this time where none was asked for: the same professional, else one who is free."""
    zone, own = practice["time_zone"], str(view["calendar"]["id"])
    day = present.local(begins, zone).date()
    try:
        found = backend.slots(practice["id"], view["service"]["id"], None, day, 1, zone, _length(view))
    except Refused:
        return own
    slots = (slot for each in found["days"] for slot in each["slots"] if present.instant(slot["start"]) == begins)
    free: list[str] = next((slot["calendars"] for slot in slots), [])
    return own if own in free or not free else free[0]


def _nickname(view: Json, calendar: str) -> str:
    """The professional's, if it is another than so far."""
    if calendar in ("", view["calendar"]["id"]):
        return ""
    known = backend.catalogue(view["practice_id"])["calendars"]
    return next((str(each["nickname"]) for each in known if each["id"] == calendar), "")
