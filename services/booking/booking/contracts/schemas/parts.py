"""Parts of what booking says, in its events as in its answers."""

from marshmallow import Schema

from booking.domain.appointment import STATUSES
from booking.domain.places import KINDS as PLACES
from runtime.contract import ident, instant, part, string, whole

ACTORS = ("customer", "staff", "system")
CONFIRMATIONS = ("automatic", "request")


class Money(Schema):
    """A price as it was at the booking."""

    amount = string("Decimal number with two digits behind the point.", example="49.00")
    currency = string("ISO 4217.", example="EUR")


class Service(Schema):
    """The service as it was booked: later changes of it do not show here, only what staff change of the appointment."""

    id = ident("The service in availability.")
    name = string("What customers call it.")
    duration_minutes = whole("How long it takes, without buffers.")
    price = part(Money, "Null: no price.", null=True)


class NamedService(Schema):
    """The service as it was booked."""

    id = ident("The service in availability.")
    name = string("What customers call it.")


class Calendar(Schema):
    """With whom, or in which room."""

    id = ident("The calendar in availability.")
    nickname = string("What customers see; never a real name.")


class CalendarWithZone(Calendar):
    """With whom, or in which room, and by which clock."""

    time_zone = string("IANA zone of the calendar.", example="Europe/Berlin")


class Place(Schema):
    """Where it happens: as it was at the booking, or as staff set it for this appointment.

    Who knows no kinds shows `name` and `address`: a video call's address and a phone's instructions stand there, too.
    """

    id = ident("The place in practice; null: staff set one for this appointment alone.", null=True)
    kind = string("At an address, in a video call, on the phone.", among=PLACES)
    name = string("Such as the branch; null: none.", null=True)
    address = string("In one line, or as staff wrote it.", null=True)
    text = string("What staff wrote: an address or room, or how the call comes about; null: nothing.", null=True)
    url = string("Of the video call, always https; null: it is none.", null=True)


class Account(Schema):
    """What an appointment costs, and how much of that is paid."""

    price = part(Money, "What it costs; null: nothing.", null=True)
    paid = part(Money, "The sum of its payments; null: it has no price.", null=True)
    balance = part(Money, "What is still open; null: it has no price.", null=True)


class Customer(Schema):
    """Whom the appointment is for: the linked record's contact, else as entered. Some have a phone only."""

    id = ident("The customer's record; null: none yet.", null=True)
    first_name = string("Given name.")
    last_name = string("Family name.")
    email = string("Address for mails.", null=True)
    phone = string("E.164.", null=True, example="+49711123456")
    locale = string("The customer's language: de, en, fr or ru.")
    time_zone = string("IANA zone in which the customer booked; null: unknown.", null=True)


class Occupancy(Schema):
    """Time that is taken, buffers included."""

    resource = ident("The calendar that is taken.")
    from_ = instant("Beginning, inclusive.", key="from")
    until = instant("End, exclusive.")


class View(Schema):
    """What every view of an appointment shows."""

    id = ident("The appointment.")
    status = string("Its state.", among=STATUSES)
    start = instant("Beginning, inclusive.")
    end = instant("End, exclusive.")
    time_zone = string("IANA zone: the customer's in answers to customers, the calendar's in answers to staff.")
    service = part(Service, "What was booked.")
    calendar = part(CalendarWithZone, "With whom.")
    place = part(Place, "Where; null: nowhere in particular.", null=True)
