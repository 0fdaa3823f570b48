"""Questions and commands to `booking`: holds, appointments, the booking form."""

from gateway.clients.asking import Ask, Json


class Booking:
    def __init__(self, ask: Ask):
        self._ask = ask

    def hold(self, practice_id: str, offer: Json) -> Json:
        """A slot kept for some minutes. Refused `slot_taken`, `slot_not_offered`, `not_found`."""
        return self._ask("booking", "hold", {"practice_id": practice_id, **offer})

    def extend_hold(self, practice_id: str, hold: str) -> Json:
        """The hold with its later expiry. Refused `hold_expired`, also for one that never was; `limit_reached`."""
        return self._ask("booking", "extend_hold", {"practice_id": practice_id, "hold": hold})

    def release_hold(self, practice_id: str, hold: str) -> Json:
        """The slot is free again; a hold that is gone is no error, and `released` is false."""
        return self._ask("booking", "release_hold", {"practice_id": practice_id, "hold": hold})

    def book(self, practice_id: str, booking: Json) -> Json:
        """The booked appointment with the customer's `manage_token`. `booking` holds the idempotency key.

        Its `hold` is a courtesy: one that is over or unknown is no error while the time is free. Refused `slot_taken`,
        `slot_not_offered`, `limit_reached`, `too_many_open`, `idempotency_conflict`, `invalid`, `not_found`.
        """
        return self._ask("booking", "book", {"practice_id": practice_id, **booking})

    def form(self, practice_id: str) -> Json:
        """The practice's own fields of the booking form, and its limit of open bookings."""
        return self._ask("booking", "form", {"practice_id": practice_id})

    def update_form(self, form: Json) -> Json:
        """The form after the change."""
        return self._ask("booking", "update_form", form)

    def managed(self, token: str) -> Json:
        """The customer's own appointment. Refused `not_found`."""
        return self._ask("booking", "managed", {"token": token})

    def cancel_managed(self, token: str) -> Json:
        """Cancelled by the customer; a repeat answers the same. Refused `too_late`, `invalid_transition`."""
        return self._ask("booking", "cancel_managed", {"token": token})

    def reschedule_managed(self, token: str, target: Json) -> Json:
        """Moved by the customer. Refused `too_late`, `slot_taken`, `slot_not_offered`."""
        return self._ask("booking", "reschedule_managed", {"token": token, **target})

    def undo_managed(self, token: str) -> Json:
        """The cancellation taken back. Refused `too_late`, `slot_taken`, `invalid_transition`."""
        return self._ask("booking", "undo_managed", {"token": token})

    def appointments(self, query: Json) -> Json:
        """A page of the practice's appointments: items, next."""
        return self._ask("booking", "appointments", query)

    def appointment(self, id: str) -> Json:
        """One appointment with comment, history and contact. Refused `not_found`."""
        return self._ask("booking", "appointment", {"id": id})

    def change_status(self, id: str, action: str, options: Json) -> Json:
        """`action` is accept, decline, cancel, complete or miss. Refused `invalid_transition`.

        Like every change of an appointment it takes `if_version`, and is then refused `precondition_failed` when
        somebody else was faster.
        """
        return self._ask("booking", "change_status", {"id": id, "action": action, **options})

    def reschedule(self, id: str, target: Json) -> Json:
        """Moved by staff. Refused `slot_taken`, `slot_not_offered`, `invalid_transition`."""
        return self._ask("booking", "reschedule", {"id": id, **target})

    def bulk(self, ids: list[str], action: str, options: Json) -> Json:
        """The same change of status for all of them, or none: items. Refused `mixed_status`, `invalid_transition`."""
        return self._ask("booking", "bulk", {"ids": ids, "action": action, **options})

    def undo_all(self, ids: list[str], options: Json) -> Json:
        """Their last change of status taken back, as far as that can be: items, and refused with code, appointment."""
        return self._ask("booking", "undo_all", {"ids": ids, **options})

    def set_place(self, id: str, place: Json) -> Json:
        """Where this one happens. Refused `invalid`."""
        return self._ask("booking", "set_place", {"id": id, **place})

    def change_details(self, id: str, changes: Json) -> Json:
        """Another service, duration or note. Refused `slot_taken`, `slot_not_offered`, `overpaid`, `conflict`."""
        return self._ask("booking", "change_details", {"id": id, **changes})

    def set_price(self, id: str, price: Json) -> Json:
        """Another price, or none. Refused `overpaid`."""
        return self._ask("booking", "set_price", {"id": id, **price})

    def payments(self, id: str) -> Json:
        """Price, paid, balance, items. Refused `not_found`."""
        return self._ask("booking", "payments", {"id": id})

    def add_payment(self, id: str, payment: Json) -> Json:
        """`payment` holds the idempotency key. Refused `overpaid`, `idempotency_conflict`."""
        return self._ask("booking", "add_payment", {"id": id, **payment})

    def change_payment(self, id: str, payment: str, changes: Json) -> Json:
        """The corrected account. Refused `overpaid`."""
        return self._ask("booking", "change_payment", {"id": id, "payment": payment, **changes})

    def remove_payment(self, id: str, payment: str, options: Json) -> Json:
        """The account without it."""
        return self._ask("booking", "remove_payment", {"id": id, "payment": payment, **options})

    def analytics(self, query: Json) -> Json:
        """The practice's figures by the wall clock of `time_zone`."""
        return self._ask("booking", "analytics", query)

    def undo(self, id: str, options: Json) -> Json:
        """The last change of status taken back while the time is free."""
        return self._ask("booking", "undo", {"id": id, **options})

    def acknowledge(self, id: str, options: Json) -> Json:
        """Out of the inbox without a change of status."""
        return self._ask("booking", "acknowledge", {"id": id, **options})

    def announce(self, id: str, kind: str, options: Json) -> Json:
        """The customer is told (`kind` notice) or reminded (reminder). Refused `invalid_transition`,
        `customer_not_linked`."""
        return self._ask("booking", "announce", {"id": id, "kind": kind, **options})

    def remind_all(self, ids: list[str]) -> Json:
        """The customers of these are reminded, or none: items. Refused `not_found`, `invalid_transition`."""
        return self._ask("booking", "remind_all", {"ids": ids})

    def planned(self, stretch: Json) -> Json:
        """Appointments of a stretch of time in few columns: items, complete."""
        return self._ask("booking", "planned", stretch)

    def changes_since(self, since: str, limit: int) -> Json:
        """What has changed since a moment, with nobody's data: items, complete, until."""
        return self._ask("booking", "changes_since", {"since": since, "limit": limit})

    def inbox(self, page: Json) -> Json:
        """Online bookings that nobody has handled: items, next."""
        return self._ask("booking", "inbox", page)

    def inbox_count(self) -> Json:
        """How many of them there are: `count`, at most 100."""
        return self._ask("booking", "inbox_count", {})

    def book_for(self, booking: Json) -> Json:
        """Booked by staff on a client's behalf, accepted at once."""
        return self._ask("booking", "book_for", booking)

    def customers(self, query: Json) -> Json:
        """A page of the practice's customers by name: items, next."""
        return self._ask("booking", "customers", query)

    def customer(self, id: str) -> Json:
        """One customer, also one merged into another. Refused `not_found`."""
        return self._ask("booking", "customer", {"id": id})

    def create_customer(self, customer: Json) -> Json:
        """The new record. Refused `invalid`, `idempotency_conflict`."""
        return self._ask("booking", "create_customer", customer)

    def update_customer(self, id: str, changes: Json) -> Json:
        """The record after the change. Refused `customer_merged`, `precondition_failed`, `invalid`."""
        return self._ask("booking", "update_customer", {"id": id, **changes})

    def merge_customers(self, id: str, merge: Json) -> Json:
        """customer, duplicate, moved. Refused `customer_merged`, `precondition_failed`."""
        return self._ask("booking", "merge_customers", {"id": id, **merge})

    def customer_suggestions(self, whose: Json) -> Json:
        """Who may be meant by an appointment (`id`), or be the same as a `customer`: items."""
        return self._ask("booking", "customer_suggestions", whose)

    def link_customer(self, id: str, link: Json) -> Json:
        """The appointment, linked to a `customer_id` or a new record (`create`). Refused `precondition_failed`."""
        return self._ask("booking", "link_customer", {"id": id, **link})

    def unlink_customer(self, id: str, condition: Json) -> Json:
        """The appointment with its booked contact. Refused `precondition_failed`."""
        return self._ask("booking", "unlink_customer", {"id": id, **condition})
