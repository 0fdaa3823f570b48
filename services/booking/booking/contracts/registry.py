"""What booking tells and answers, in the house's common form (see `runtime.contract`). It reads no events."""

from booking.contracts.schemas import appointments, customers, events, figures, form, payments, planner, public
from runtime.contract import Answer, Emitted

EMITS = {
    "appointment.booked": Emitted(events.Appointment, "Somebody booked, or staff did for a customer."),
    "appointment.accepted": Emitted(events.Appointment, "Staff accepted a request."),
    "appointment.declined": Emitted(events.Appointment, "Staff declined a request; its time is free again."),
    "appointment.rescheduled": Emitted(events.Appointment, "It has another time or calendar."),
    "appointment.cancelled": Emitted(events.Appointment, "Customer or staff cancelled; its time is free again."),
    "appointment.completed": Emitted(events.Appointment, "Staff noted that the customer came."),
    "appointment.missed": Emitted(events.Appointment, "Staff noted that the customer did not come."),
    "appointment.updated": Emitted(events.Appointment, "Something else about it changed, such as that staff saw it."),
    "appointment.restored": Emitted(events.Appointment, "The last change of its status was taken back."),
    "payment.recorded": Emitted(events.Payment, "A payment came in, was corrected or was taken back."),
    "customer.linked": Emitted(
        customers.Linked, "Staff linked an appointment to a customer's record, to another one, or to none."
    ),
    "appointment.announced": Emitted(
        events.Announced, "Staff want the customer to hear of it, or to be reminded; nothing else changed."
    ),
    "slot.held": Emitted(events.Held, "A slot is kept for a customer, or is kept for longer."),
    "slot.released": Emitted(events.Released, "A slot is kept no more: let go, expired, or booked."),
}

READS: dict[str, tuple[str, ...]] = {}

_OFFERED = ("not_found", "slot_not_offered", "slot_taken")
_CHANGED = ("not_found", "invalid_transition")
_SEEN = "precondition_failed"
_RACES = ("conflict", _SEEN)
_LIMITED = "limit_reached"
_LATE = "too_late"
_ONCE = "idempotency_conflict"
_KEPT = ("not_found", "customer_merged", _SEEN)

ANSWERS = {
    "hold": Answer("Keep a slot while a form is filled in.", public.Hold, (*_OFFERED, _LIMITED, _ONCE)),
    "extend_hold": Answer("Keep it for longer.", public.Hold, ("hold_expired", _LIMITED)),
    "release_hold": Answer("Let it go; nothing happens if it is gone.", public.Released),
    "book": Answer("Book a slot.", public.Booked, (*_OFFERED, _LIMITED, "too_many_open", _ONCE)),
    "form": Answer("The practice's own fields of the form.", form.Form),
    "managed": Answer("The appointment behind a customer's link.", public.Managed, ("not_found",)),
    "cancel_managed": Answer("Cancel it.", public.Managed, (*_CHANGED, _LATE)),
    "reschedule_managed": Answer(
        "Move it.", public.Managed, (*_OFFERED, "invalid_transition", _LIMITED, _LATE, "conflict")
    ),
    "undo_managed": Answer(
        "Take the cancellation back.", public.Managed, (*_CHANGED, "slot_taken", "too_many_open", _LATE)
    ),
    "appointments": Answer("The practice's appointments, filtered, in pages.", appointments.ListedPage),
    "appointment": Answer("Everything about one of them.", appointments.Detailed, ("not_found",)),
    "planned": Answer("Appointments of a stretch of time, in few columns.", planner.Plan),
    "changes_since": Answer("What has changed since a moment, for feeds that resume.", planner.Changes),
    "inbox": Answer("Online bookings that nobody has seen, newest first, in pages.", appointments.ListedPage),
    "inbox_count": Answer("How many such bookings there are; 100 stands for more.", appointments.Count),
    "change_status": Answer("Accept, decline, cancel, complete or miss.", appointments.Detailed, (*_CHANGED, _SEEN)),
    "reschedule": Answer(
        "Give it another time or calendar.", appointments.Detailed, (*_OFFERED, "invalid_transition", *_RACES)
    ),
    "undo": Answer(
        "Take the last change of status back.", appointments.Detailed, (*_CHANGED, "slot_taken", _LATE, _SEEN)
    ),
    "acknowledge": Answer("Take it from the inbox.", appointments.Detailed, ("not_found", _SEEN)),
    "set_place": Answer("Say where this one happens.", appointments.Detailed, ("not_found", _SEEN)),
    "change_details": Answer(
        "Another service, duration or note.",
        appointments.Detailed,
        (*_OFFERED, "invalid_transition", "overpaid", *_RACES),
    ),
    "bulk": Answer("The same change of status for several.", appointments.Listing, (*_CHANGED, "mixed_status", _SEEN)),
    "undo_all": Answer("Take it back, as far as it still can be.", appointments.Undone, ("not_found",)),
    "set_price": Answer("Another price, or none.", appointments.Detailed, ("not_found", "overpaid", _SEEN)),
    "payments": Answer("Price, payments and what is open.", payments.Payments, ("not_found",)),
    "add_payment": Answer("A payment came in.", payments.NewPayment, ("not_found", "overpaid", _ONCE, _SEEN)),
    "change_payment": Answer("Correct a payment.", payments.Payments, ("not_found", "overpaid", _SEEN)),
    "remove_payment": Answer("It never came in.", payments.Payments, ("not_found", _SEEN)),
    "analytics": Answer("The practice's figures.", figures.Analytics),
    "book_for": Answer("Book for a customer.", public.Booked, (*_OFFERED, "customer_merged", _ONCE)),
    "announce": Answer(
        "Tell the customer something about it, or remind them.",
        appointments.Detailed,
        (*_CHANGED, "customer_not_linked", _ONCE, _SEEN),
    ),
    "remind_all": Answer("Remind the customers of several, all or none.", appointments.Listing, _CHANGED),
    "update_form": Answer("Replace the form's fields and the limit.", form.Form, (_SEEN,)),
    "customers": Answer("Customers by name, filtered, in pages.", customers.RecordPage),
    "customer": Answer("One of them, also one merged into another.", customers.Record, ("not_found",)),
    "create_customer": Answer("Make a record.", customers.Record, (_ONCE,)),
    "update_customer": Answer("Change it; coming appointments follow.", customers.Record, _KEPT),
    "merge_customers": Answer("Let a duplicate go up in it, or show what would be.", customers.Merged, _KEPT),
    "customer_suggestions": Answer(
        "Who may be meant by a booking, or be the same as a customer.", customers.Suggestions, ("not_found",)
    ),
    "link_customer": Answer("Link an appointment to a customer, or to a new one.", appointments.Detailed, _KEPT),
    "unlink_customer": Answer("Give it its booked contact back.", appointments.Detailed, ("not_found", _SEEN)),
    "manage_links": Answer("The tokens of customers' links, for mails.", public.ManageLinks),
}
