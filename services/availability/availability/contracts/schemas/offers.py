"""What booking is told before it books."""

from marshmallow import Schema, fields

from availability.contracts.schemas.settings import CONFIRMATIONS, Candidate, Money
from runtime.contract import ident, instant, part, several, string, whole


class OfferedService(Schema):
    """The service as booking keeps it."""

    id = ident("The service.")
    name = string("What customers call it.")
    duration_minutes = whole("How long this appointment takes.")
    price = part(Money, "Null: no price.", null=True)
    confirmation = string("Accepted at once, or by the practice.", among=CONFIRMATIONS)


class Offer(Schema):
    """What booking needs to know before it books."""

    service = part(OfferedService, "What would be booked.")
    start = instant("Beginning, inclusive.")
    end = instant("End, exclusive.")
    occupies_from = instant("Beginning with its buffer.")
    occupies_until = instant("End with its buffer.")
    cancel_notice_minutes = whole("How long ahead the customer may cancel.")
    move_notice_minutes = whole("How long ahead the customer may move it.")
    candidates = several(Candidate, "Calendars in the order in which to try them; at least one.")


class Alternative(Schema):
    """Another time that is free."""

    start = instant("Beginning, inclusive.")
    end = instant("End, exclusive.")
    calendars = several(fields.UUID(), "Who has that time.")
