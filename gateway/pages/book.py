"""Booking without an account: template, week grid, form, done.

Every step is an address of its own (`service`, `calendar`, `from`, `start` …), so that it can be kept, shared and gone
back to. Choosing a slot is a POST that holds it and leads to the form's address; what is typed into the form travels
in the body only, and comes back in every answer: after an error, an extended or expired hold, another slot.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from flask import make_response, redirect, render_template, request
from werkzeug.wrappers import Response

from gateway import present
from gateway.clients import Booking
from gateway.context import current_services, locale
from gateway.pages import backend, failures, fields, grid, guard, links
from gateway.pages.backend import Json
from gateway.pages.blueprint import pages
from gateway.pages.week import week, zone_asked
from gateway.pages.words import _
from gateway.security import limit, limit_holds
from runtime.errors import Refused, Unavailable
from runtime.ids import new_id, stable_id

ALTERNATIVES = 3
TAKEN = ("slot_taken", "slot_not_offered")


@dataclass(frozen=True)
class Step:
    """Where a customer stands: what was chosen so far, by the address or the form's body."""

    practice: Json
    catalogue: Json
    service: Json
    calendars: list[Json]
    calendar: Json | None
    zone: str
    start: str = ""
    hold: str = ""
    until: str = ""
    held_by: str = ""

    @property
    def slug(self) -> str:
        return str(self.practice["slug"])

    @property
    def query(self) -> Json:
        """The parameters that lead back to this choice of service and professional."""
        asked = {"service": self.service["id"], "calendar": self.calendar and self.calendar["id"]}
        return {"slug": self.slug, **asked, "tz": "" if self.zone == self.practice["time_zone"] else self.zone}

    @property
    def offer(self) -> Json:
        """The slot as booking wants to hear of it."""
        offer = {"service": self.service["id"], "start": self.start}
        return offer | ({"calendar": self.calendar["id"]} if self.calendar else {})

    @property
    def professional(self) -> Json | None:
        """Who will see the customer, as far as it is known."""
        return self.calendar or next((each for each in self.calendars if each["id"] == self.held_by), None)

    @property
    def starts(self) -> datetime:
        return present.instant(self.start)

    @property
    def held_until(self) -> datetime | None:
        return present.instant(self.until) if self.until else None


@pages.get("/p/<slug>/book")
def book(slug: str) -> str:
    """The step that the address names."""
    practice = backend.practice(slug)
    catalogue = backend.catalogue(practice["id"])
    if not request.args.get("service") and len(catalogue["services"]) != 1:
        return render_template("book_choose.html", practice=practice, catalogue=catalogue)
    step = _step(practice, catalogue)
    if not step.start:
        return _grid(step)
    return _form(step, fields.read({}, backend.form_fields(practice["id"])))


@pages.post("/p/<slug>/book/hold")
def hold(slug: str) -> Response:
    """A slot was chosen in the grid: keep it, then show the form at an address of its own."""
    practice = backend.practice(slug)
    step = _step(practice, backend.catalogue(practice["id"]))
    if not step.start:
        return redirect(links.to("book", **step.query))
    try:
        kept = _hold(step, request.form.get("key", ""))
    except Refused as refused:
        if refused.code not in TAKEN:
            raise
        return make_response(_grid(step, taken=refused), 409)
    query = {"start": kept.start, "hold": kept.hold, "until": kept.until, "with": kept.held_by}
    return redirect(links.to("book", **kept.query, **query), 303)


@pages.get("/p/<slug>/book/hold")
def not_held_by_link(slug: str) -> Response:
    """The address of a time that was lost, loaded once more: the grid as it is now."""
    asked = {name: request.args.get(name) for name in ("service", "calendar", "tz")}
    return redirect(links.to("book", slug=slug, **asked))


@pages.post("/p/<slug>/book")
def submit(slug: str) -> Response:
    """The form: book it, keep the slot longer, or take another slot; the entries stay, whatever comes of it."""
    practice = backend.practice(slug)
    step = _step(practice, backend.catalogue(practice["id"]))
    if not step.start:
        return redirect(links.to("book", **step.query))
    entries = fields.read(request.form, backend.form_fields(practice["id"]))
    if request.form.get("action") == "read":  # in another language
        return make_response(_form(step, entries))
    if chosen := request.form.get("choose"):
        step = replace(step, start=_instant(chosen), hold="", until="", held_by="")
    keeping = chosen or request.form.get("action") in ("extend", "none")  # "none": Enter, while the chosen time is gone
    try:
        return _keep(step, entries, longer=not chosen) if keeping else _submit(step, entries)
    except Unavailable:
        return failures.later(_form(step, entries, away="extend" if keeping else "book"))


@pages.get("/p/<slug>/book/done")
def done(slug: str) -> str:
    """What was booked. The address holds the customer's own link, so that it can be reloaded, and nothing else."""
    practice = backend.practice(slug)
    token = request.args.get("a", "")
    view = current_services().booking.managed(token)
    if view["practice_id"] != practice["id"]:
        raise Refused("not_found")
    return render_template("book_done.html", practice=practice, booked=view, token=token, zone=_zone(view))


def _step(practice: Json, catalogue: Json) -> Step:
    values = request.values if request.method == "GET" else {**request.args, **request.form}
    services = catalogue["services"]
    asked = values.get("service") or (services[0]["id"] if len(services) == 1 else "")
    service = backend.service_of(catalogue, asked)
    calendars = backend.calendars_of(catalogue, service)
    return Step(
        practice,
        catalogue,
        service,
        calendars,
        backend.calendar_of(calendars, values.get("calendar")),
        zone_asked(practice["time_zone"]),
        start=_instant(values.get("start", "")),
        hold=values.get("hold", ""),
        until=_instant(values.get("until", "")),
        held_by=values.get("with", ""),
    )


def _instant(text: str) -> str:
    """The text if it is an instant; else nothing: a mistyped address shows the grid, not an error."""
    try:
        return present.instant(text).isoformat()
    except ValueError:
        return ""


def _grid(step: Step, taken: Refused | None = None) -> str:
    page = week(step.practice, step.service, step.calendars, step.calendar)
    alternatives = _alternatives(step, taken) if taken else []
    return render_template(
        "book_week.html", step=step, practice=step.practice, week=page, taken=taken, others=alternatives, key=new_id()
    )


def _form(step: Step, entries: fields.Entries, **more: Any) -> str:
    """The form with everything that was typed. It keeps its first token, so that its age is the person's, not ours."""
    return render_template(
        "book_form.html",
        step=step,
        practice=step.practice,
        entries=entries,
        form_token=guard.token(step.slug, request.form.get("form_token", "")),
        trap=request.form.get(guard.TRAP, ""),
        **{"idempotency_key": _idempotency_key(), **more},
    )


def _idempotency_key() -> str:
    """The form's own: made when it is first shown, so that a second click books nothing more."""
    return request.form.get("idempotency_key") or new_id()


def _hold(step: Step, key: str) -> Step:
    """The step with its slot kept. `key` is the page's own: a second click on the same time there gets the same hold,
    as long as that lasts. Where very many are kept for the customer's address already, such as that of a large house,
    the slot can be booked as long as it is free, but is not kept."""
    desk, once = _counted(step), stable_id(key, *map(str, step.offer.values())) if key else new_id()
    try:
        limit_holds(step.practice["id"])
    except Refused:
        return replace(step, hold="", until="", held_by="")
    kept = desk.hold(step.practice["id"], step.offer | {"idempotency_key": once})
    if present.instant(kept["expires_at"]) <= backend.now():
        kept = desk.hold(step.practice["id"], step.offer | {"idempotency_key": new_id()})
    return replace(step, hold=kept["hold"], until=kept["expires_at"], held_by=kept.get("calendar") or "")


def _keep(step: Step, entries: fields.Entries, *, longer: bool) -> Response:
    """Extend the hold, or hold anew when it is gone; `longer`: it is the same time as before."""
    try:
        if step.hold:
            try:
                limit_holds(step.practice["id"])
                kept = _counted(step).extend_hold(step.practice["id"], step.hold)
                return make_response(_form(replace(step, until=kept["expires_at"]), entries, extended=True))
            except Refused as refused:
                if refused.code not in ("hold_expired", "not_found"):
                    raise
        return make_response(_form(_hold(step, _idempotency_key() + step.hold), entries, extended=longer))
    except Refused as refused:
        return _lost(step, entries, refused)


def _submit(step: Step, entries: fields.Entries) -> Response:
    fields.judge(entries)
    if entries.errors:
        return make_response(_form(step, entries), 422)
    if objection := guard.objection(step.slug, request.form.get("form_token", ""), request.form.get(guard.TRAP, "")):
        return make_response(_form(step, entries, objection=objection), 422)
    try:
        booked = _book(step, entries)
    except Refused as refused:
        return _lost(step, entries, refused)
    return redirect(links.to("done", slug=step.slug, a=booked["manage_token"]), 303)


def _book(step: Step, entries: fields.Entries) -> Json:
    booking = step.offer | {
        "customer": entries.customer,
        "answers": entries.answers,
        "locale": locale(),
        "time_zone": step.zone,
        "country": step.practice["country"],
        "idempotency_key": _idempotency_key(),
    }
    if entries["message"]:
        booking["message"] = entries["message"]
    if step.hold:
        booking["hold"] = step.hold
    return _counted(step).book(step.practice["id"], booking)


def _counted(step: Step) -> Booking:
    """Booking, for a write that counts against the practice's limit as the API's do. Raises Refused `rate_limited`."""
    limit("practice", step.practice["id"])
    return current_services().booking


def _lost(step: Step, entries: fields.Entries, refused: Refused) -> Response:
    """Booking said no: the form again, with the reason, other times if it was the time, and every entry."""
    if refused.code == "invalid":
        entries = fields.read(request.form, backend.form_fields(step.practice["id"], anew=True))
        fields.refused(entries, refused.facts.get("errors", {}))
        return make_response(_form(step, entries), 422)
    if refused.code in TAKEN:
        gone = replace(step, hold="", until="", held_by="")
        return make_response(_form(gone, entries, taken=refused, others=_alternatives(step, refused)), 409)
    sentences = {
        "idempotency_conflict": _(
            "You have already booked with this form; the confirmation comes by e-mail. For another appointment please "
            "choose a time anew."
        ),
        "too_many_open": _("You already have the largest possible number of open appointments with this practice."),
        "limit_reached": _("This day is fully booked by now. Please choose a time on another day."),
    }
    if refused.code == "rate_limited":
        page = _form(step, entries, objection=_("Please wait a moment and try again. Nothing has been lost."))
        return make_response(page, 429, {"Retry-After": str(refused.facts["retry_after"])})
    if refused.facts.get("per") == "hold":
        objection = _("The time cannot be kept for you any longer than this. Please finish your booking.")
        return make_response(_form(step, entries, objection=objection), 409)
    if refused.code not in sentences:
        raise refused
    return make_response(_form(step, entries, objection=sentences[refused.code], idempotency_key=new_id()), 409)


def _alternatives(step: Step, refused: Refused) -> list[datetime]:
    """Other times near the lost one, in their order: booking's proposal, else the first free ones from that day on."""
    try:
        found = refused.facts.get("alternatives") or _free_from(step)
    except Unavailable:
        return []
    starts = (present.instant(each["start"]) for each in found)
    return sorted([start for start in starts if start != step.starts][:ALTERNATIVES])


def _free_from(step: Step) -> list[Json]:
    """Bookable slots from the step's day on."""
    first = max(step.starts, backend.now()).astimezone(ZoneInfo(step.zone)).date()
    calendar = step.calendar["id"] if step.calendar else None
    answer = backend.slots(step.practice["id"], step.service["id"], calendar, first, grid.FIRST_LOOK, step.zone)
    return [slot for day in answer["days"] for slot in day["slots"] if slot["bookable"]]


def _zone(view: Json) -> str:
    return zone_asked(view.get("time_zone") or "Europe/Berlin")
