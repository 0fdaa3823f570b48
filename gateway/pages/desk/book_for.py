"""Book on a customer's behalf: service, calendar, a day with free times, a time, the customer. Accepted at once."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from flask import request
from werkzeug.wrappers import Response

from gateway import present, problems
from gateway.context import current_services, gateway, locale
from gateway.pages.backend import Json
from gateway.pages.desk import told
from gateway.pages.desk.appointment import EXPECTED, WRITE, Failed
from gateway.pages.desk.appointments import day_of
from gateway.pages.desk.frame import back, page, sentence, show, signed_in, zone
from gateway.pages.desk.free import Free, free, typed
from gateway.pages.words import _
from runtime.errors import Refused
from runtime.ids import new_id

PERSON = ("first_name", "last_name", "email", "phone")
FOUND = 10  # customers shown
FIELDS = (*PERSON, "note", "time", "force")
SHOWN = ("service", "calendar", "from", "day", "start", "customer", "q")


@dataclass
class Entries:
    """What was typed, by field, and what is wrong with it."""

    values: dict[str, str] = field(default_factory=dict)
    errors: dict[str, str] = field(default_factory=dict)

    def __getitem__(self, name: str) -> str:
        return self.values.get(name, "")

    def __getattr__(self, name: str) -> str:
        return self.values.get(name, "")


@page("/book", "desk_book", scope=WRITE)
def choose() -> Response:
    """Free times, and the form. The address may say `service`, `calendar`, `day` or `start`, `customer`."""
    return _form(Entries())


@page("/book", "desk_book_for", methods=("POST",), scope=WRITE)
def book() -> Response:
    """Book it; what cannot be is said, and nothing typed is lost. A button `go` of the form shows other times or
    another customer, and stores nothing."""
    entries = Entries({name: request.form.get(name, "").strip() for name in FIELDS})
    if "go" in request.form or _other_than_shown():
        return _form(entries)
    _judge(entries)
    if entries.errors:
        return _form(entries, status=422)
    try:
        command = _command(entries)
        booked = current_services().booking.book_for(command)
    except Refused as refused:
        if refused.code not in (*EXPECTED, "not_found", "idempotency_conflict"):
            raise
        document = problems.describe(refused, locale()).document
        entries.errors |= _by_field(document.get("errors") or {})
        return _form(entries, Failed("book", "" if entries.errors else sentence(refused)), document["status"])
    return back("desk_appointment", id=booked["id"], did=_heard(command))


def _heard(command: Json) -> str:
    """What is said of whether the customer hears of it."""
    if told.EMAIL in command.get("channels", ()):
        return "book"
    person = command.get("customer") or current_services().booking.customer(command["customer_id"])
    if not any(not way.why_not for way in told.ask({"customer": person})):
        return "book_call"
    return "book" if command["notify"] else "book_silently"


def _judge(entries: Entries) -> None:
    if not _start(entries):
        entries.errors["time"] = _("Please choose a time.")
    if request.form.get("customer"):
        return
    if not entries["first_name"]:
        entries.errors["first_name"] = _("Please enter the first name.")
    if not entries["last_name"]:
        entries.errors["last_name"] = _("Please enter the last name.")
    if not entries["email"] and not entries["phone"]:
        entries.errors["email"] = _("Please enter an e-mail address or a phone number.")
        return
    person = {"customer": {name: entries[name] for name in PERSON}}
    fields = {told.EMAIL: "email", told.SMS: "phone"}
    chosen = told.typed()
    for way in told.ask(person) if chosen else ():
        by_phone_only = way.channel == told.SMS and not entries["email"]  # no other way: will stand among the calls
        if way.channel in chosen and way.why_not and not by_phone_only:
            other = _("Please choose another way to tell the customer.")
            entries.errors[fields[way.channel]] = f"{way.why_not} {other}"


def _start(entries: Entries) -> str:
    return typed(request.form.get("day", ""), entries["time"]) if entries["time"] else request.form.get("start", "")


def _command(entries: Entries) -> Json:
    form = request.form
    practice = gateway().practices.by_id(signed_in()["practice"]["id"])
    command: Json = {
        "service": form.get("service", ""),
        "calendar": form.get("calendar", ""),
        "start": _start(entries),
        "note": entries["note"] or None,
        **told.wanted(),
        "force": entries["force"] == "1",
        "locale": practice["locale"],
        "country": practice.get("country"),
        "idempotency_key": form.get("key") or new_id(),
    }
    if form.get("customer"):
        return command | {"customer_id": form["customer"]}
    return command | {"customer": {name: entries[name] for name in PERSON if entries[name]}}


def _by_field(errors: Any) -> dict[str, str]:
    """A service's messages, by the form's fields."""
    flat = {**errors.get("customer", {}), **errors} if isinstance(errors.get("customer"), dict) else dict(errors)
    return {name: " ".join(map(str, flat[name])) for name in (*PERSON, "note") if isinstance(flat.get(name), list)}


def _other_than_shown() -> bool:
    """Service or calendar were chosen anew, and the times that the form shows are still those of others."""
    form = request.form
    return f"{form.get('service')} {form.get('calendar')}" != form.get("shown")


def _asked() -> Mapping[str, str]:
    """What is to be shown: what the address says, or the form; of its buttons each says its own address. With another
    service or calendar the time is forgotten."""
    go = request.form.get("go", "")
    forgets = go == "times" or (request.method == "POST" and not go and _other_than_shown())
    said = dict(parse_qsl(urlsplit(go).query)) if go.startswith("/") else request.values
    return {name: "" if forgets and name == "start" else said.get(name, "") for name in SHOWN}


def _form(entries: Entries, failed: Failed | None = None, status: int = 200) -> Response:
    availability, asked = current_services().availability, _asked()
    services = availability.list_services()["items"]
    calendars = [each for each in availability.list_calendars()["items"] if each.get("active", True)]
    service = _chosen(services, asked.get("service"))
    offering = [each for each in calendars if service and each["id"] in service["calendars"]]
    calendar, customer = _chosen(offering, asked.get("calendar")), _customer(asked.get("customer"))
    ways = told.ask({"customer": customer}) if customer else told.ask_whoever()
    anew = request.method == "GET" or asked.get("customer") != request.form.get("customer", "")
    return show(
        "desk/book.html",
        status,
        entries=entries,
        failed=failed or Failed(),
        asked=asked,
        services=services,
        service=service,
        calendars=offering,
        calendar=calendar,
        times=_times(service, calendar, asked, entries),
        chosen=_wanted(asked),
        customer=customer,
        ways=ways,
        channels=told.chosen(ways) if anew else told.typed(),
        known=None if customer else _known(asked.get("q", "")),
        key=request.form.get("key") or new_id(),
    )


def _chosen(items: list[Json], id: str | None) -> Json | None:
    return next((each for each in items if each["id"] == id), items[0] if items else None)


def _times(service: Json | None, calendar: Json | None, asked: Mapping[str, str], entries: Entries) -> Free | None:
    """The free times to choose from; a wanted start that is not among them goes into the field for other times."""
    if service is None or calendar is None:
        return None
    wanted, first = _wanted(asked), day_of(asked.get("from"))
    day = wanted.date() if wanted else day_of(asked.get("day"))
    times = free(service["id"], calendar["id"], day=day, first=first)
    if wanted and request.method == "GET" and wanted not in map(present.instant, times.times):
        entries.values["time"] = f"{wanted:%H:%M}"
    return times


def _wanted(asked: Mapping[str, str]) -> Any:
    """The start in the address or in the form, by the reader's clock; None for none."""
    try:
        return present.local(present.instant(asked.get("start", "")), zone())
    except ValueError:
        return None


def _customer(id: str | None) -> Json | None:
    """The customer of this id; None for none, or one who is no longer there."""
    if not id:
        return None
    try:
        return current_services().booking.customer(id)
    except Refused as refused:
        if refused.code not in ("not_found", "invalid"):
            raise
        return None


def _known(words: str) -> list[Json] | None:
    """Customers whom the search finds; None when nothing was searched for."""
    words = words.strip()[:100]
    if not words:
        return None
    found: list[Json] = current_services().booking.customers({"q": words, "limit": FOUND})["items"]
    return found
