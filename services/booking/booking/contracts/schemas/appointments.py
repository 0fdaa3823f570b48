"""Answers to staff about appointments."""

from marshmallow import Schema, fields

from booking.contracts.schemas.parts import ACTORS, CONFIRMATIONS, Account, Customer, View
from booking.domain.appointment import STATUSES
from runtime.contract import flag, ident, instant, page, part, several, string, whole


class Count(Schema):
    """How many of something there are."""

    count = whole("The number.")


class Listed(Account, View):
    """An appointment in staff's lists."""

    note = string("What staff noted; the customer never sees it. Null: nothing.", null=True)
    version = whole("Rises by one with each change.")
    customer = part(Customer, "The linked record's contact, else as entered.")
    customer_id = ident("The linked customer's record; null: none.", null=True)
    comment = string("What the customer entered.")
    online = flag("True: booked by a customer; false: by staff.")
    confirmation = string("Whether it was accepted at once or by the practice.", among=CONFIRMATIONS)
    handled = flag("Whether staff have seen it.")
    cancelled_at = instant("Null: it is not cancelled.", null=True)
    cancelled_by = string("Null: it is not cancelled.", null=True, among=ACTORS)
    created_at = instant("When it was booked.")


class Given(Schema):
    """An answer to a field that the practice added to the form."""

    name = string("The field.")
    label = string("Its label at the booking.")
    value = fields.Raw(required=True, metadata={"description": "A text, or true or false for a tick."})


class Step(Schema):
    """A change in an appointment's history."""

    version = whole("The appointment's version after it.")
    at = instant("When.")
    what = string("What happened, as in the event's type.", example="rescheduled")
    actor = string("Who.", among=ACTORS)
    via = string(
        "Where: the booking page, a booking over the API, the customer's link, the desk (its pages and its API).",
        among=("page", "api", "link", "desk"),
    )
    user_id = ident("The member of staff; null: none.", null=True)
    from_status = string("State before; null: it is new.", null=True, among=STATUSES)
    to_status = string("State after.", among=STATUSES)
    from_start = instant("Beginning before; null: it is new.", null=True)
    to_start = instant("Beginning after.")
    note = string("What staff wanted the customer to read; null: nothing.", null=True)
    changed = fields.Dict(
        keys=fields.String(),
        values=fields.Dict(),
        required=True,
        metadata={"description": "What else changed, by name, each with `from` and `to`."},
    )


class Detailed(Listed):
    """Everything that staff may see of an appointment."""

    booked_by = part(Customer, "The contact as it was entered, whoever is linked.")
    phone_typed = string("The telephone number as it was typed.", null=True)
    answers = several(Given, "Answers to the practice's own fields.")
    message = string("What the customer wrote.")
    link = string("The named invitation link that led here; null: none.", null=True)
    occupies_from = instant("Beginning with its buffer.")
    occupies_until = instant("End with its buffer.")
    handled_at = instant("Null: staff have not seen it.", null=True)
    undo_until = instant("The last change can be taken back until then; null: it cannot.", null=True)
    changed_at = instant("The last change.")
    history = several(Step, "All changes, oldest first.")


ListedPage = page(Listed)


class Listing(Schema):
    """Several appointments."""

    items = several(Listed, "In the order in which they were named.")


class NotUndone(Schema):
    """An appointment whose last change could not be taken back."""

    code = string("Why not.", among=("invalid_transition", "precondition_failed", "slot_taken", "too_late"))
    appointment = part(Listed, "As it is.")


class Undone(Listing):
    """Several appointments after an undo."""

    items = several(Listed, "Those that are as they were before, in the order in which they were named.")
    refused = several(NotUndone, "The others.")
