"""What everybody may ask: a practice's face, its slots, holds, the customer's own appointment."""

from marshmallow import fields

from gateway.api.answers.parts import (
    STATUSES,
    Answer,
    AppointmentPlace,
    BookedCalendar,
    BookedService,
    Contact,
    Place,
    Price,
    id_,
    instant,
    maybe,
    maybe_instant,
    text,
)

CONFIRMATIONS = ["automatic", "request"]


class PublicCalendar(Answer):
    """Somebody, or something, that can be booked. Never a real name."""

    id = id_()
    nickname = text()
    time_zone = text("IANA name")
    place = fields.Nested(Place, allow_none=True)


class PublicService(Answer):
    """What can be booked online."""

    id = id_()
    name = text()
    description = maybe()
    duration_minutes = fields.Integer(required=True)
    price = fields.Nested(Price, allow_none=True, metadata={"description": "null: none, or not shown"})
    confirmation = text("`automatic`: accepted at once; `request`: the practice decides", enum=CONFIRMATIONS)
    calendars = fields.List(fields.String(metadata={"format": "uuid"}), required=True)


class FormField(Answer):
    """A field that the practice added to the booking form."""

    name = text("key in `answers`")
    label = text()
    kind = text(enum=["text", "choice", "tick"])
    required = fields.Boolean(required=True)
    choices = fields.List(fields.String())


class PublicForm(Answer):
    """The practice's own fields of the booking form."""

    fields_ = fields.List(fields.Nested(FormField), required=True, data_key="fields")


class PublicPractice(Answer):
    """A practice's public face."""

    id = id_()
    slug = text()
    name = text()
    description = maybe()
    email = maybe()
    phone = maybe()
    country = maybe()
    locale = text()
    time_zone = text("IANA name")
    currency = text()
    accent = maybe("colour, #rrggbb")
    places = fields.List(fields.Nested(Place), required=True)
    calendars = fields.List(fields.Nested(PublicCalendar), required=True)
    services = fields.List(fields.Nested(PublicService), required=True)
    booking_form = fields.Nested(PublicForm, required=True)


class Slot(Answer):
    """A time that could be booked."""

    start = instant()
    end = instant()
    bookable = fields.Boolean(required=True)
    calendars = fields.List(fields.String(metadata={"format": "uuid"}), required=True)


class SlotDay(Answer):
    """A calendar day in the zone asked for; a closed one has no slots."""

    date = text(format="date")
    slots = fields.List(fields.Nested(Slot), required=True)


class Week(Answer):
    """Slots by day."""

    time_zone = text("IANA name")
    from_ = fields.String(required=True, data_key="from", metadata={"format": "date"})
    days = fields.List(fields.Nested(SlotDay), required=True)
    next_free = maybe_instant("the first bookable start at or after `from`")
    stale = fields.Boolean(metadata={"description": "true: perhaps outdated, availability cannot be asked right now"})


class Hold(Answer):
    """A slot kept while the form is filled."""

    hold = id_()
    expires_at = instant()
    start = fields.String(metadata={"format": "date-time"})
    end = fields.String(metadata={"format": "date-time"})
    calendar = fields.Raw()


class Booked(Answer):
    """A booked appointment."""

    id = id_()
    status = text(enum=STATUSES)
    start = instant()
    end = instant()
    time_zone = text("IANA name, the calendar's")
    service = fields.Nested(BookedService, required=True)
    calendar = fields.Nested(BookedCalendar, required=True)
    place = fields.Nested(AppointmentPlace, allow_none=True)
    manage_url = text("the customer's link: see, move, cancel", format="uri")


class Managed(Booked):
    """The customer's own appointment, and what can be done with it."""

    class Meta(Answer.Meta):
        exclude = ("manage_url",)

    practice_id = fields.String(metadata={"format": "uuid"})
    customer = fields.Nested(Contact, required=True)
    comment = maybe("what the customer entered")
    confirmation = text("`automatic`: a move holds at once; `request`: the practice decides", enum=CONFIRMATIONS)
    can_cancel = fields.Boolean(required=True)
    can_move = fields.Boolean(required=True)
    cancel_until = maybe_instant()
    move_until = maybe_instant()
    undo_until = maybe_instant("a cancellation can be taken back until then")
    cancelled_at = maybe_instant()
    cancelled_by = maybe()
