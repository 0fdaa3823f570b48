"""What was done before a redirect, said on the page that it led to, with an undo where there is one."""

from flask import request

from gateway.pages.backend import Json
from gateway.pages.words import _

UNDOABLE = ("accept", "decline", "cancel", "complete", "miss")
NOTHING = ("nothing", "changed", "mixed", "none", "no_sms")


def said() -> Json | None:
    """Worded; with the appointment's id and version where it can be undone, or the batch of several."""
    action = request.args.get("did", "")
    sentence = _sentences().get(action)
    if sentence is None:
        return None
    which = request.args.get("id") or (request.view_args or {}).get("id", "")
    undo = str(which) if action in UNDOABLE else ""
    known = {"undo": undo, "version": request.args.get("v") or None}
    known |= {"from": request.args.get("list", ""), "quiet": request.args.get("quiet", "")}
    if action == "bulk":
        known["batch"] = request.args.get("batch", "")
    return {"sentence": sentence, "wrong": action in NOTHING, **known}


def _sentences() -> dict[str, str]:
    """By action, in the reader's language."""
    return {
        "accept": _("The appointment is confirmed."),
        "decline": _("The appointment is declined."),
        "cancel": _("The appointment is cancelled."),
        "complete": _("The appointment is completed."),
        "miss": _("Noted: the customer did not come."),
        "acknowledge": _("Taken off the list of new bookings."),
        "undo": _("Taken back."),
        "move": _("The appointment is moved."),
        "details": _("The appointment is changed."),
        "place": _("The place is set."),
        "note": _("The note is kept."),
        "price": _("The price is set."),
        "pay": _("The payment is noted."),
        "payment": _("The payment is corrected."),
        "unpay": _("The payment is removed."),
        "customer_linked": _("The customer is linked."),
        "customer_unlinked": _("The customer is no longer linked."),
        "book": _("The appointment is booked. The customer will be told."),
        "book_call": _("The appointment is booked. No message reaches the customer, who stands among the calls."),
        "book_silently": _("The appointment is booked. The customer is not told."),
        "remind": _("The reminders are on their way. Whom none reaches stands among the calls."),
        "bulk": _("The chosen appointments are changed."),
        "bulk_undone": _("All of it is taken back."),
        "reminded": _("The reminder is on its way."),
        "told": _("The message is on its way."),
        "none": _("Please choose at least one appointment."),
        "no_sms": _("Nothing has changed: no SMS can be sent here at the moment."),
        "mixed": _("Nothing has changed: all chosen appointments must have the same status."),
        "nothing": _("That was not possible any more. Somebody may have changed the appointment in the meantime."),
        "changed": _("Somebody else has changed the appointment in the meantime. Please look at it and decide anew."),
    }
