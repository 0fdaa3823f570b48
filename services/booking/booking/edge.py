"""The RPC methods of booking: read, ask availability, run one transaction, answer."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

from booking import usecases
from booking.contracts import answers, desk, requests
from booking.contracts import customers as records
from booking.domain.appointment import Appointment
from booking.domain.commands import Book, Entries, Move, Offer, Search, TakeHold, Wish
from booking.domain.errors import SlotNotOffered, SlotTaken
from booking.usecases import customer
from runtime.edge import Access, Call, rpc
from runtime.errors import Refused, Unavailable
from runtime.service import App

READ, WRITE, ADMIN = "booking:read", "booking:write", "booking:admin"
Json = dict[str, Any]


class BookingEdge:
    """See the README for the payloads, answers and errors of each method."""

    def __init__(self, app: App):
        self.app = app
        self.key = app.settings.link_key.encode()
        self.life = timedelta(minutes=app.settings.hold_minutes)

    # --- the public: a slot and its booking

    @rpc(requests.HoldRequest)
    def hold(self, call: Call, wish: TakeHold) -> Json:
        return self._once(call, wish, "online", lambda offer: (usecases.hold, call.now, wish, offer, self.life))

    @rpc(requests.HoldId)
    def extend_hold(self, call: Call, request: Json) -> Json:
        limits = (self.life, self.app.settings.max_hold_extensions)
        hold = (request["practice_id"], request["hold"])
        return self.app.db.write(usecases.extend_hold, call.now, *hold, *limits)

    @rpc(requests.HoldId)
    def release_hold(self, call: Call, request: Json) -> Json:
        return self.app.db.write(usecases.release_hold, call.now, request["practice_id"], request["hold"])

    @rpc(requests.BookRequest)
    def book(self, call: Call, wish: Book) -> Json:
        wish = replace(wish, locale=wish.locale or _locale(call), via="api" if call.via == "api" else "page")
        mode = "held" if wish.hold and self.app.db.read(usecases.keeps, call.now, wish) else "online"
        return self._once(call, wish, mode, lambda offer: (usecases.book, call.now, wish, offer, self.key))

    @rpc(requests.Practice)
    def form(self, call: Call, request: Json) -> Json:
        return self.app.db.read(usecases.form, request["practice_id"])

    # --- the customer's link

    @rpc(requests.Token)
    def managed(self, call: Call, request: Json) -> Json:
        return self.app.db.read(usecases.managed, call.now, request["token"])

    @rpc(requests.Token)
    def cancel_managed(self, call: Call, request: Json) -> Json:
        return self.app.db.write(usecases.cancel_managed, call.now, request["token"])

    @rpc(requests.TokenMove)
    def reschedule_managed(self, call: Call, request: Json) -> Json:
        token = request.pop("token")
        found = self.app.db.read(customer.by_token, token)
        move = Move(**request, actor="customer")
        return self._moved(found, move, "move", lambda offer: (usecases.move_managed, call.now, token, move, offer))

    @rpc(requests.Token)
    def undo_managed(self, call: Call, request: Json) -> Json:
        found = self.app.db.read(customer.by_token, request["token"])
        return self._racing(_again(found), usecases.undo_managed, call.now, request["token"])

    # --- staff

    @rpc(requests.SearchRequest, allow=Access.STAFF, scope=READ)
    def appointments(self, call: Call, wanted: Search) -> Json:
        return self.app.db.read(usecases.appointments, call.now, call.practice_id, wanted)

    @rpc(requests.AppointmentId, allow=Access.STAFF, scope=READ)
    def appointment(self, call: Call, request: Json) -> Json:
        return self.app.db.read(usecases.appointment, call.now, call.practice_id, request["id"])

    @rpc(requests.Planned, allow=Access.STAFF, scope=READ)
    def planned(self, call: Call, request: Json) -> Json:
        stretch = (request["from_"], request["to"], request["calendars"])
        return self.app.db.read(usecases.planned, call.practice_id, *stretch)

    @rpc(requests.ChangesSince, allow=Access.STAFF, scope=READ)
    def changes_since(self, call: Call, request: Json) -> Json:
        asked = (request["since"], request["limit"])
        return self.app.db.read(usecases.changes_since, call.now, call.practice_id, *asked)

    @rpc(requests.PageFields, allow=Access.STAFF, scope=READ)
    def inbox(self, call: Call, request: Json) -> Json:
        return self.app.db.read(usecases.inbox, call.practice_id, request["limit"], request["cursor"])

    @rpc(requests.Nothing, allow=Access.STAFF, scope=READ)
    def inbox_count(self, call: Call, request: Json) -> Json:
        return self.app.db.read(usecases.inbox_count, call.practice_id)

    @rpc(requests.StatusChange, allow=Access.STAFF, scope=WRITE)
    def change_status(self, call: Call, request: Json) -> Json:
        return self._write(usecases.change_status, call, request)

    @rpc(requests.StaffMove, allow=Access.STAFF, scope=WRITE)
    def reschedule(self, call: Call, request: Json) -> Json:
        id, version = request.pop("id"), request.pop("if_version")
        found = self.app.db.read(usecases.seek, call.practice_id, id)
        move = Move(**request, actor="staff", user_id=call.caller.user_id)
        command = (usecases.move, call.now, call.practice_id, id, move)
        return self._moved(found, move, _mode(move.force), lambda offer: (*command, offer, version))

    @rpc(requests.Undo, allow=Access.STAFF, scope=WRITE)
    def undo(self, call: Call, request: Json) -> Json:
        found = self.app.db.read(usecases.seek, call.practice_id, request["id"])
        who = (call.practice_id, request["id"], call.caller.user_id)
        options = {name: request[name] for name in ("if_version", "notify")}
        return self._racing(_again(found), usecases.undo, call.now, *who, **options)

    @rpc(requests.AppointmentChange, allow=Access.STAFF, scope=WRITE)
    def acknowledge(self, call: Call, request: Json) -> Json:
        who = (call.practice_id, request["id"], call.caller.user_id)
        return self.app.db.write(usecases.acknowledge, call.now, *who, request["if_version"])

    # --- staff: details, several at once

    @rpc(desk.PlaceChange, allow=Access.STAFF, scope=WRITE)
    def set_place(self, call: Call, request: Json) -> Json:
        place = {name: request.pop(name) or None for name in ("kind", "name", "text", "url")}
        return self._write(usecases.set_place, call, request, place=place)

    @rpc(desk.DetailsChange, allow=Access.STAFF, scope=WRITE)
    def change_details(self, call: Call, request: Json) -> Json:
        found = self.app.db.read(usecases.seek, call.practice_id, request["id"])
        wish = _again(found, request.get("service"), request.get("duration_minutes"))
        offer = self._refitted(call, found, wish, request)
        who = {**request, "user_id": call.caller.user_id, "offer": offer, "seen": found.service}
        return self._racing(wish, usecases.change_details, call.now, call.practice_id, **who)

    @rpc(desk.Bulk, allow=Access.STAFF, scope=WRITE)
    def bulk(self, call: Call, request: Json) -> Json:
        return self._write(usecases.bulk, call, request)

    @rpc(desk.UndoAll, allow=Access.STAFF, scope=WRITE)
    def undo_all(self, call: Call, request: Json) -> Json:
        return self._write(usecases.undo_all, call, request)

    # --- staff: money

    @rpc(desk.PriceChange, allow=Access.STAFF, scope=WRITE)
    def set_price(self, call: Call, request: Json) -> Json:
        return self._write(usecases.set_price, call, request)

    @rpc(requests.AppointmentId, allow=Access.STAFF, scope=READ)
    def payments(self, call: Call, request: Json) -> Json:
        return self.app.db.read(usecases.payments, call.practice_id, request["id"])

    @rpc(desk.NewPayment, allow=Access.STAFF, scope=WRITE)
    def add_payment(self, call: Call, request: Json) -> Json:
        return self._write(usecases.add_payment, call, request)

    @rpc(desk.PaymentChange, allow=Access.STAFF, scope=WRITE)
    def change_payment(self, call: Call, request: Json) -> Json:
        return self._write(usecases.change_payment, call, request)

    @rpc(desk.PaymentId, allow=Access.STAFF, scope=WRITE)
    def remove_payment(self, call: Call, request: Json) -> Json:
        return self._write(usecases.remove_payment, call, request)

    @rpc(desk.Analytics, allow=Access.STAFF, scope=READ)
    def analytics(self, call: Call, request: Json) -> Json:
        return self.app.db.read(usecases.analytics, call.practice_id, request)

    # --- staff: book for somebody, the form
    @rpc(requests.AnnounceRequest, allow=Access.STAFF, scope=WRITE)
    def announce(self, call: Call, request: Json) -> Json:
        who = (call.practice_id, call.caller.user_id)
        return self.app.db.write(usecases.announce, call.now, *who, **request)

    @rpc(requests.RemindAll, allow=Access.STAFF, scope=WRITE)
    def remind_all(self, call: Call, request: Json) -> Json:
        who = (call.practice_id, call.caller.user_id)
        return self.app.db.write(usecases.remind_all, call.now, *who, **request)

    @rpc(requests.BookForRequest, allow=Access.STAFF, scope=WRITE)
    def book_for(self, call: Call, request: Json) -> Json:
        locale = request.pop("locale") or _locale(call)
        who: Json = {"practice_id": call.practice_id, "user_id": call.caller.user_id, "via": "desk"}
        wish = Book(**request, locale=locale, **who)
        book = usecases.book_for_customer if wish.customer_id else usecases.book
        command = (book, call.now, wish)
        return self._once(call, wish, _mode(wish.force), lambda offer: (*command, offer, self.key))

    @rpc(requests.FormUpdate, allow=Access.STAFF, scope=ADMIN)
    def update_form(self, call: Call, request: Json) -> Json:
        rules = (request["fields_"], request["max_open_bookings"])
        return self.app.db.write(usecases.update_form, call.practice_id, *rules, request["if_version"])

    # --- staff: customers' records

    @rpc(records.CustomerSearch, allow=Access.STAFF, scope=READ)
    def customers(self, call: Call, request: Json) -> Json:
        return self.app.db.read(usecases.customer_page, call.now, call.practice_id, request)

    @rpc(records.CustomerId, allow=Access.STAFF, scope=READ)
    def customer(self, call: Call, request: Json) -> Json:
        return self.app.db.read(usecases.customer_record, call.now, call.practice_id, request["id"])

    @rpc(records.CreateCustomer, allow=Access.STAFF, scope=WRITE)
    def create_customer(self, call: Call, entries: Entries) -> Json:
        return self.app.db.write(usecases.create_customer, call.now, call.practice_id, entries)

    @rpc(records.UpdateCustomer, allow=Access.STAFF, scope=WRITE)
    def update_customer(self, call: Call, request: Json) -> Json:
        who = (call.practice_id, call.caller.user_id)
        return self.app.db.write(usecases.update_customer, call.now, *who, **request)

    @rpc(records.MergeCustomers, allow=Access.STAFF, scope=WRITE)
    def merge_customers(self, call: Call, request: Json) -> Json:
        run = self.app.db.read if request["preview"] else self.app.db.write
        return run(usecases.merge_customers, call.now, call.practice_id, call.caller.user_id, **request)

    @rpc(records.Suggest, allow=Access.STAFF, scope=READ)
    def customer_suggestions(self, call: Call, request: Json) -> Json:
        return self.app.db.read(usecases.customer_suggestions, call.now, call.practice_id, **request)

    @rpc(records.LinkCustomer, allow=Access.STAFF, scope=WRITE)
    def link_customer(self, call: Call, request: Json) -> Json:
        who = (call.practice_id, call.caller.user_id)
        return self.app.db.write(usecases.link_customer, call.now, *who, **request)

    @rpc(records.UnlinkCustomer, allow=Access.STAFF, scope=WRITE)
    def unlink_customer(self, call: Call, request: Json) -> Json:
        who = (call.practice_id, call.caller.user_id)
        return self.app.db.write(usecases.unlink_customer, call.now, *who, **request)

    # --- other services

    @rpc(requests.AppointmentIds, allow=Access.SERVICE)
    def manage_links(self, call: Call, request: Json) -> Json:
        return self.app.db.read(usecases.manage_links, request["appointment_ids"], self.key)

    # --- asking availability, always outside a transaction

    def _offer(self, wish: Wish, mode: str) -> Offer:
        question = _question(wish) | {"mode": mode}
        return answers.offer(self.app.ask("availability", "offer", question))

    def _once(self, call: Call, wish: TakeHold | Book, mode: str, command: Callable[[Offer], tuple[Any, ...]]) -> Json:
        """Run a command that has an idempotency key: a repeat gets its answer even if the time is not offered now."""
        try:
            offer = self._offer(wish, mode)
        except (Refused, Unavailable):
            if known := self.app.db.read(usecases.answered_before, call.now, wish, self.key):
                return known
            raise
        return self._racing(wish, *command(offer))

    def _moved(self, found: Appointment, move: Move, mode: str, command: Callable[[Offer], tuple[Any, ...]]) -> Json:
        wish = replace(_again(found), start=move.start, calendar=move.calendar or found.calendar_id)
        return self._racing(wish, *command(self._offer_again(wish, mode)))

    def _refitted(self, call: Call, found: Appointment, wish: Wish, request: Json) -> Offer | None:
        """Availability's word on another service or duration at the time that the appointment has; None: neither is
        asked for. What has begun may lie anywhere."""
        minutes, force = request.pop("duration_minutes", None), request.pop("force")
        if request.pop("service", None) is None and minutes is None:
            return None
        return self._offer_again(wish, _mode(force or found.starts <= call.now))

    def _offer_again(self, wish: Wish, mode: str) -> Offer:
        """An offer for an appointment that is there already."""
        try:
            return self._offer(wish, mode)
        except Refused as refused:
            if refused.code == "not_found":  # the service or calendar is gone, not the appointment
                raise SlotNotOffered(reason="inactive") from None
            raise

    def _write(self, command: Callable[..., Json], call: Call, request: Json, **more: Any) -> Json:
        """Run a change by staff in its transaction."""
        who = {**request, "user_id": call.caller.user_id}
        return self.app.db.write(command, call.now, call.practice_id, **who, **more)

    def _racing(self, wish: Wish, command: Callable[..., Json], *args: Any, **values: Any) -> Json:
        """Run the command's transaction; whoever loses the slot is told what else is free."""
        try:
            return self.app.db.write(command, *args, **values)
        except SlotTaken as taken:
            taken.facts["alternatives"] = self._alternatives(wish)
            raise

    def _alternatives(self, wish: Wish) -> list[Any]:
        try:
            question = _question(wish) | {"tz": wish.zone or "UTC", "count": 3}
            return list(self.app.ask("availability", "alternatives", question))
        except (Refused, Unavailable):
            return []


def _question(wish: Wish) -> Json:
    start, length = wish.start.isoformat(), {"duration_minutes": wish.minutes} if wish.minutes else {}
    about = {"practice_id": wish.practice_id, "service": wish.service, "calendar": wish.calendar}
    return about | {"start": start} | length


def _again(a: Appointment, service: str | None = None, minutes: int | None = None) -> Wish:
    """The wish for the time that the appointment has: for its own service, as long as it is, or for these instead."""
    own, zone = a.service["id"], a.time_zone or a.calendar["time_zone"]
    if service in (None, own):
        minutes = minutes or a.service["duration_minutes"]
    about: Json = {"service": service or own, "minutes": minutes, "zone": zone}
    return Wish(practice_id=a.practice_id, calendar=a.calendar_id, start=a.starts, **about)


def _mode(force: bool) -> str:
    return "force" if force else "staff"


def _locale(call: Call) -> str:
    return call.locale if call.locale in requests.LOCALES else requests.LOCALES[0]
