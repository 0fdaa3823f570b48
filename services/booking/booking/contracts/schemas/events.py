"""The data of booking's events."""

from marshmallow import Schema, fields

from booking.contracts.schemas.parts import (
    ACTORS,
    CONFIRMATIONS,
    Account,
    Calendar,
    Customer,
    Money,
    NamedService,
    Occupancy,
    Place,
    Service,
)
from booking.domain.announcements import CHANNELS
from booking.domain.announcements import KINDS as KINDS_TOLD
from booking.domain.appointment import STATUSES
from booking.domain.payments import METHODS
from runtime.contract import flag, ident, instant, part, several, string, whole

WHATS = ("added", "changed", "removed")


class Appointment(Account):
    """An appointment as far as others may know it, and the change that led to this state."""

    id = ident("The appointment; also the event's subject.")
    version = whole("The same as the event's `objectversion`: rises by one with each change.")
    status = string("State after the change.", among=STATUSES)
    start = instant("Beginning, inclusive.")
    end = instant("End, exclusive; without buffers.")
    time_zone = string("IANA zone of the calendar, in which the practice speaks of it.", example="Europe/Berlin")
    service = part(Service, "What was booked.")
    calendar = part(Calendar, "With whom.")
    place = part(Place, "Where; null: nowhere in particular.", null=True)
    customer = part(Customer, "For whom; messages go there.")
    customer_id = ident("The linked customer's record; null: none.", null=True)
    comment = string("Everything that was entered, in lines, for the planner.")
    online = flag("True: booked by a customer; false: by staff.")
    confirmation = string("Whether the service is accepted at once or by the practice.", among=CONFIRMATIONS)
    actor = string("Who made this change.", among=ACTORS)
    notify = flag("False: staff wish that the customer hears nothing of this change.")
    channels = several(
        string("How.", among=CHANNELS),
        "By which ways the customer is to hear of it; null: by e-mail, or by SMS where there is no address.",
        null=True,
    )
    note = string("What staff want the customer to read; null: nothing.", null=True)
    previous_start = instant("Where it was moved from; null: it was not moved by this change.", null=True)
    previous_end = instant("End before the move; null: it was not moved by this change.", null=True)
    previous_status = string("State before the change; null: it is new.", null=True, among=STATUSES)
    changed = several(
        fields.String(),
        "What else changed: service, duration_minutes, price, payment, calendar, place, note, customer, contact …",
    )
    occupancies = several(Occupancy, "Time that it takes now; empty once that time is free again.")
    handled = flag("Whether staff have seen it.")
    created_at = instant("When it was booked.")


class Payment(Account):
    """A payment that came in, was corrected or was taken back; the account is the appointment's after it."""

    id = ident("The payment.")
    appointment = ident("What it was for; also the event's subject.")
    what = string("What became of the payment.", among=WHATS)
    amount = part(Money, "As it is now; of one taken back, as it was.")
    method = string("How it was paid; null: unknown.", null=True, among=METHODS)
    paid_at = instant("When it was recorded.")
    service = part(NamedService, "What was booked.")
    calendar = part(Calendar, "With whom.")


class Announcement(Schema):
    """What staff want the customer to be told."""

    kind = string("A message of its own, or a reminder.", among=KINDS_TOLD)
    channels = several(string("How.", among=CHANNELS), "By which ways.")
    text = string("Their own words; null: none.", null=True)


class Announced(Appointment):
    """An appointment whose customer is to hear of it."""

    announcement = part(Announcement, "What, and how.")


class Released(Schema):
    """A slot that was held, and the time that it took."""

    id = ident("The hold; also the event's subject.")
    calendar = ident("The calendar in availability.")
    occupancies = several(Occupancy, "The time that it took.")


class Held(Released):
    """A slot kept for a customer who fills in the form."""

    start = instant("Beginning, inclusive.")
    end = instant("End, exclusive; without buffers.")
    expires_at = instant("From then on it takes nothing, whether `slot.released` has come or not.")
    occupancies = several(Occupancy, "The time that it takes.")
