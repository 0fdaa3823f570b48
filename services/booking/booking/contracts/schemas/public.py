"""Answers to customers: a slot that is kept, a booking, the appointment behind a mail's link."""

from marshmallow import Schema, fields

from booking.contracts.schemas.parts import ACTORS, CONFIRMATIONS, Customer, View
from runtime.contract import flag, ident, instant, part, string, whole


class Hold(Schema):
    """A slot that was kept."""

    hold = ident("Its id, for `book`, `extend_hold` and `release_hold`.")
    expires_at = instant("How long it is kept.")
    start = instant("Beginning, inclusive.")
    end = instant("End, exclusive.")
    calendar = ident("The calendar that was chosen.")


class Released(Schema):
    """A hold that was given back."""

    released = flag("Whether there was one; a repeat finds none.")


class Booked(View):
    """A new appointment."""

    manage_token = string("The secret part of the customer's link.")


class Managed(View):
    """The customer's own appointment, and what can be done with it. Nothing that staff wrote."""

    practice_id = ident("The practice.")
    version = whole("Rises by one with each change.")
    customer = part(Customer, "As entered.")
    comment = string("What the customer entered.")
    confirmation = string("Whether a move is accepted at once or by the practice.", among=CONFIRMATIONS)
    can_cancel = flag("Whether the customer may cancel now.")
    can_move = flag("Whether the customer may move it now.")
    cancel_until = instant("The last instant to cancel.")
    move_until = instant("The last instant to move.")
    undo_until = instant("The customer's cancellation can be taken back until then; null: it cannot.", null=True)
    cancelled_at = instant("Null: it is not cancelled.", null=True)
    cancelled_by = string("Null: it is not cancelled.", null=True, among=ACTORS)


class ManageLinks(Schema):
    """Customers' links."""

    tokens = fields.Dict(
        keys=fields.UUID(),
        values=fields.String(allow_none=True),
        required=True,
        metadata={"description": "By appointment the secret part of its link; null: there is no such appointment."},
    )
