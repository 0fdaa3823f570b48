"""The shape of everything that booking says: the data of its events, the answers of its RPC methods."""

from marshmallow import Schema, fields

from booking.domain.announcements import CHANNELS
from booking.domain.announcements import KINDS as KINDS_TOLD
from booking.domain.appointment import STATUSES
from booking.domain.payments import METHODS
from booking.domain.places import KINDS as PLACES
from runtime.contract import flag, ident, instant, page, part, several, string, whole

ACTORS = ("customer", "staff", "system")
CONFIRMATIONS = ("automatic", "request")
KINDS = ("text", "choice", "tick")
WHATS = ("added", "changed", "removed")


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


class Count(Schema):
    """How many of something there are."""

    count = whole("The number.")


class Hold(Schema):
    """A slot that was kept."""

    hold = ident("Its id, for `book`, `extend_hold` and `release_hold`.")
    expires_at = instant("How long it is kept.")
    start = instant("Beginning, inclusive.")
    end = instant("End, exclusive.")
    calendar = ident("The calendar that was chosen.")


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


class Booked(View):
    """A new appointment."""

    manage_token = string("The secret part of the customer's link.")


class Managed(View):
    """The customer's own appointment, and what can be done with it. Nothing that staff wrote."""

    practice_id = ident("The practice.")
    version = whole("Rises by one with each change.")
    customer = part(Customer, "As entered.")
    comment = string("What the customer entered.")
    can_cancel = flag("Whether the customer may cancel now.")
    can_move = flag("Whether the customer may move it now.")
    cancel_until = instant("The last instant to cancel.")
    move_until = instant("The last instant to move.")
    undo_until = instant("The customer's cancellation can be taken back until then; null: it cannot.", null=True)
    cancelled_at = instant("Null: it is not cancelled.", null=True)
    cancelled_by = string("Null: it is not cancelled.", null=True, among=ACTORS)


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
    via = string("Where: the booking page, the customer's link, the desk.", among=("page", "link", "desk"))
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


class PaymentLine(Schema):
    """A payment."""

    id = ident("The payment.")
    amount = part(Money, "What came in.")
    method = string("How it was paid; null: unknown.", null=True, among=METHODS)
    note = string("What staff noted; null: nothing.", null=True)
    paid_at = instant("When it was recorded.")
    user_id = ident("Who recorded it; null: unknown.", null=True)


class Payments(Account):
    """An appointment's price and payments."""

    appointment = ident("What it is for.")
    version = whole("The appointment's version.")
    items = several(PaymentLine, "The payments, oldest first.")


class NewPayment(Payments):
    """The same after a payment came in."""

    payment = ident("The new one.")


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


class Planned(Schema):
    """An appointment in the planner's columns."""

    id = ident("The appointment.")
    version = whole("Rises by one with each change.")
    status = string("Its state.", among=STATUSES)
    start = instant("Beginning, inclusive.")
    end = instant("End, exclusive.")
    occupies_from = instant("Beginning with its buffer.")
    occupies_until = instant("End with its buffer.")
    calendar = ident("With whom.")
    service = string("What was booked.")
    customer = string("First and last name.")
    linked = flag("Whether it belongs to a customer's record.")
    online = flag("True: booked by a customer; false: by staff.")
    handled = flag("Whether staff have seen it.")


class Plan(Schema):
    """The appointments of a stretch of time."""

    items = several(Planned, "In order of time.")
    complete = flag("False: there are more than fit into one answer.")


class Changed(Schema):
    """A change of an appointment, with nobody's data."""

    type = string("As the event that told it.", example="appointment.booked")
    at = instant("When it happened.")
    id = ident("The appointment.")
    version = whole("Its version after the change.")
    status = string("Its state after the change.", among=STATUSES)
    start = instant("Its beginning after the change.")
    end = instant("Its end, if it is as long as it is now.")
    calendar = ident("With whom it is now.")
    actor = string("Who made the change.", among=ACTORS)
    online = flag("True: booked by a customer; false: by staff.")
    handled = flag("Whether staff have seen it by now.")


class Changes(Schema):
    """What has changed since a moment."""

    items = several(Changed, "Oldest first.")
    complete = flag("False: there were more; look at everything anew.")
    until = instant("Ask from here the next time.")


class FormField(Schema):
    """A field that the practice added to the booking form."""

    name = string("Key of its answer.")
    label = string("What customers read.")
    kind = string("A line of text, one of `choices`, or a tick.", among=KINDS)
    required = flag("Whether it must be answered.")
    choices = several(fields.String(), "What can be chosen; empty unless it is a choice.")


class Form(Schema):
    """The practice's own fields of the booking form, and its limit."""

    fields_ = several(FormField, "In their order.", data_key="fields")
    max_open_bookings = whole("Per customer; null: no limit.", null=True)
    version = whole("Another one after each change; of forms that are the same it is the same.")


class ManageLinks(Schema):
    """Customers' links."""

    tokens = fields.Dict(
        keys=fields.UUID(),
        values=fields.String(allow_none=True),
        required=True,
        metadata={"description": "By appointment the secret part of its link; null: there is no such appointment."},
    )
