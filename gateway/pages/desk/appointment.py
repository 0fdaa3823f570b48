"""One appointment: everything about it, and what staff can do with it."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import UUID

from flask import request
from werkzeug.wrappers import Response

from gateway import present, problems
from gateway.context import current_services, locale
from gateway.pages import backend
from gateway.pages.backend import Json
from gateway.pages.desk import appointment_blocks, history, told
from gateway.pages.desk.appointments import LISTS, day_of
from gateway.pages.desk.did import said
from gateway.pages.desk.frame import back, page, sentence, show, zone
from gateway.pages.desk.free import Free, free, typed
from gateway.pages.typed import seen_version, whole
from gateway.pages.words import _
from runtime.errors import Refused
from runtime.ids import new_id

WRITE = "booking:write"
AROUND = timedelta(days=3)  # before an appointment's own day, for another time
CHANGES = ("accept", "decline", "cancel", "complete", "miss")
EXPECTED = (
    *("invalid_transition", "precondition_failed", "conflict", "slot_taken", "slot_not_offered", "limit_reached"),
    *("too_late", "overpaid", "invalid", *told.REFUSED),
)


@dataclass(frozen=True)
class Failed:
    """A form that stands open, or came back: which one, why, and what was typed."""

    form: str = ""
    sentence: str = ""
    typed: dict[str, str] = field(default_factory=dict)

    def value(self, form: str, name: str, otherwise: Any = "") -> str:
        """What stands in a field of this form."""
        return self.typed.get(name, "") if self._of(form) else str(otherwise or "")

    def ticked(self, form: str, name: str, otherwise: bool = True) -> bool:
        """Whether a box of this form is ticked."""
        return self.typed.get(name) == "1" if self._of(form) else otherwise

    def channels(self, form: str, otherwise: list[str]) -> list[str]:
        """The ways to the customer that are ticked in this form."""
        return told.typed() if self._of(form) else otherwise

    def _of(self, form: str) -> bool:
        return form == self.form and bool(self.typed)


@page("/appointments/<uuid:id>", "desk_appointment")
def appointment(id: UUID) -> Response:
    """Details, money, history; `do` names the form that stands open."""
    return look(str(id))


def look(id: str, failed: Failed | None = None, status: int = 200) -> Response:
    """The page; with a form that came back, and why."""
    booking = current_services().booking
    found, failed = booking.appointment(id), failed or Failed(form=request.args.get("do", ""))
    services, calendars = _catalogue()
    account = booking.payments(id)
    return show(
        "desk/appointment.html",
        status,
        appointment=found,
        account=account,
        stray=bool(failed.sentence) and failed.form not in _forms(found, account),
        history=history.lines(found["history"]),
        methods=history.methods(),
        services=[each for each in services if found["calendar"]["id"] in each["calendars"]],
        calendars=_offering(services, calendars, found),
        times=_times(found) if failed.form == "move" else None,
        allowed=allowed(found),
        failed=failed,
        key=request.form.get("key") or new_id(),
        amount_typed=amount_typed,
        did=said(),
        **appointment_blocks.load(found),
    )


def _forms(found: Json, account: Json) -> set[str]:
    """The forms that the page has for an appointment in this state: each says beside itself why it came back."""
    status, balance = found["status"], account["balance"]
    forms = {"accept", "undo", "acknowledge", "complete", "miss", "note", "price", *allowed(found)}
    forms |= {"move"} if status in ("pending", "accepted") else set()
    forms |= {"details", "place"} if status not in ("declined", "cancelled") else set()
    forms |= {"pay"} if balance and balance["amount"] != "0.00" else set()
    return forms | {f"payment-{each['id']}" for each in account["items"]}


def amount_typed(money: Json | None) -> str:
    """An amount as people type it in the reader's language."""
    amount = str(money["amount"]) if money else ""
    return amount if locale() == "en" else amount.replace(".", ",")


def _catalogue() -> tuple[list[Json], list[Json]]:
    """Services and calendars, also those that customers do not see."""
    availability = current_services().availability
    return availability.list_services()["items"], availability.list_calendars()["items"]


def _offering(services: list[Json], calendars: list[Json], found: Json) -> list[Json]:
    """Calendars to which it could be moved, its own first."""
    ids: list[str] = next((each["calendars"] for each in services if each["id"] == found["service"]["id"]), [])
    fitting = [each for each in calendars if each["id"] in ids and each.get("active", True)]
    return sorted(fitting, key=lambda each: each["id"] != found["calendar"]["id"])


def _times(found: Json) -> Free:
    calendar = request.values.get("calendar") or found["calendar"]["id"]
    own = present.local(present.instant(found["start"]), zone()).date()
    day, first = day_of(request.values.get("day")) or own, day_of(request.values.get("from_day")) or own - AROUND
    return free(found["service"]["id"], calendar, day=day, first=first, minutes=found["service"]["duration_minutes"])


def allowed(found: Json) -> list[str]:
    """The actions that its status allows now, in the order of their buttons. Booking decides."""
    started = present.instant(found["start"]) <= backend.now()
    status = found["status"]
    if status == "pending":
        return ["accept", "decline", "cancel"]
    if status == "accepted":
        return ["complete", "miss", "cancel"] if started else ["cancel"]
    ends = {"completed": "complete", "declined": "decline", "missed": "miss", "cancelled": "cancel"}
    return [action for ended, action in ends.items() if ended != status] if started else []


@page(
    "/appointments/<uuid:id>/<any(accept, decline, cancel, complete, miss, acknowledge, undo):action>",
    "decide",
    methods=("POST",),
    scope=WRITE,
)
def decide(id: UUID, action: str) -> Response:
    """Carry out one of the buttons of a state, from a list or from the appointment's page."""
    booking, options = current_services().booking, seen_version()
    if action in CHANGES:
        note = request.form.get("note", "").strip()
        options |= {"note": note} if note else {}
        return change(str(id), action, lambda: booking.change_status(str(id), action, options | told.wanted()))
    if action == "undo":
        return change(str(id), action, lambda: booking.undo(str(id), options | told.of_undo()))
    return change(str(id), action, lambda: booking.acknowledge(str(id), options))


@page("/appointments/<uuid:id>/move", "desk_move", methods=("POST",), scope=WRITE)
def move(id: UUID) -> Response:
    """Another time, perhaps with somebody else."""
    form = request.form
    start = typed(form.get("day", ""), form.get("time", "")) if form.get("time") else form.get("start", "")
    if not start:
        return _came_back(str(id), "move", _("Please choose a time."), 422)
    wish: Json = {"start": start, "calendar": form.get("calendar") or None}
    wish |= {"force": form.get("force") == "1", "note": form.get("note", "").strip() or None, **seen_version()}
    return change(str(id), "move", lambda: current_services().booking.reschedule(str(id), wish | told.wanted()))


@page("/appointments/<uuid:id>/details", "desk_details", methods=("POST",), scope=WRITE)
def details(id: UUID) -> Response:
    """Another service or duration; the time is checked anew."""
    form = request.form
    minutes = form.get("duration_minutes", "").strip()
    if minutes and not 0 < (whole(minutes) or 0) <= 1440:
        return _came_back(str(id), "details", _("Please enter the duration in minutes, such as 45."), 422)
    wish: Json = {"force": form.get("force") == "1", **seen_version()}
    if form.get("service") and form.get("service") != form.get("service_before"):
        wish["service"] = form["service"]
    if minutes and minutes != form.get("minutes_before"):
        wish["duration_minutes"] = whole(minutes)
    return change(str(id), "details", lambda: current_services().booking.change_details(str(id), wish | told.wanted()))


@page("/appointments/<uuid:id>/note", "desk_note", methods=("POST",), scope=WRITE)
def note(id: UUID) -> Response:
    """Staff's own note."""
    wish = {"note": request.form.get("note", "").strip(), **seen_version()}
    return change(str(id), "note", lambda: current_services().booking.change_details(str(id), wish))


@page("/appointments/<uuid:id>/place", "desk_place", methods=("POST",), scope=WRITE)
def place(id: UUID) -> Response:
    """Where it happens."""
    form = request.form
    kind = form.get("kind", "")
    wish: Json = {"kind": kind, "text": form.get("text", "").strip() or None, **seen_version()}
    if kind == "video":
        wish["url"] = form.get("url", "").strip() or None
    return change(str(id), "place", lambda: current_services().booking.set_place(str(id), wish | told.wanted()))


def change(id: str, form: str, do: Callable[[], Json], did: str = "") -> Response:
    """Make the change and go back to where it was asked for; what cannot be is said there, nothing typed is lost."""
    endpoint = LISTS.get(request.form.get("from", ""))
    try:
        after = do()
    except Refused as refused:
        if refused.code not in EXPECTED:
            raise
        if endpoint:
            return back(endpoint, did="changed" if refused.code == "precondition_failed" else "nothing")
        return _came_back(id, form, _why(refused), problems.describe(refused, locale()).document["status"])
    done, seen, quiet = did or form, after.get("version"), told.quiet()
    if endpoint:
        return back(endpoint, did=done, id=id, v=seen, list=request.form["from"], quiet=quiet)
    return back("desk_appointment", did=done, id=id, v=seen, quiet=quiet)


def _came_back(id: str, form: str, why: str, status: int) -> Response:
    return look(id, Failed(form, why, request.form.to_dict()), status)


def _why(refused: Refused) -> str:
    """In words; of a field that is not right, what is wrong with it."""
    if refused.code == "precondition_failed":
        return _("Somebody else has changed the appointment in the meantime. Please look at it and decide anew.")
    if refused.code != "invalid":
        return sentence(refused)
    return " ".join(_leaves(problems.describe(refused, locale()).document.get("errors"))) or sentence(refused)


def _leaves(errors: Any) -> list[str]:
    if isinstance(errors, dict):
        return [leaf for below in errors.values() for leaf in _leaves(below)]
    if isinstance(errors, list):
        return [leaf for below in errors for leaf in _leaves(below)]
    return [str(errors)] if errors else []
