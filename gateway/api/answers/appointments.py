"""Appointments as staff see them, and what has changed."""

from marshmallow import fields, validate

from gateway.api.answers.money import Account
from gateway.api.answers.parts import (
    STATUSES,
    Answer,
    AppointmentPlace,
    BookedCalendar,
    BookedService,
    Contact,
    id_,
    instant,
    maybe,
    text,
)


class Appointment(Account):
    """An appointment in the planner."""

    id = id_()
    status = text(enum=STATUSES)
    version = fields.Integer(metadata={"description": "rises by one with each change; also the ETag of the details"})
    start = instant()
    end = instant()
    time_zone = fields.String()
    service = fields.Nested(BookedService)
    calendar = fields.Nested(BookedCalendar)
    place = fields.Nested(AppointmentPlace, allow_none=True)
    customer = fields.Nested(Contact, allow_none=True)
    customer_id = maybe("the linked customer's record; null: none", format="uuid")
    booked_by = fields.Nested(Contact, metadata={"description": "the contact as entered; in the details only"})
    comment = maybe("the customer's entries")
    note = maybe("staff's own; the customer never sees it")
    online = fields.Boolean()
    history = fields.List(fields.Raw())
    messages = fields.List(fields.Raw(), metadata={"description": "with delivery state; in the details only"})


class AppointmentList(Answer):
    """Several appointments."""

    items = fields.List(fields.Nested(Appointment), required=True)


class NotUndone(Answer):
    """An appointment whose last change could not be taken back."""

    code = fields.String(
        required=True,
        validate=validate.OneOf(("invalid_transition", "precondition_failed", "slot_taken", "too_late")),
    )
    appointment = fields.Nested(Appointment, required=True)


class UndoneList(AppointmentList):
    """Several appointments after an undo: as they were before, and those that could not be taken back."""

    refused = fields.List(fields.Nested(NotUndone), required=True)


class Changed(Answer):
    """A change of an appointment, with nobody's data."""

    type = text("as the event that told it", example="appointment.booked")
    at = instant()
    id = id_()
    version = fields.Integer(required=True)
    status = text(enum=STATUSES)
    start = instant()
    end = instant()
    calendar = id_()
    actor = text(enum=["customer", "staff", "system"])
    online = fields.Boolean(required=True)
    handled = fields.Boolean(required=True)


class Changes(Answer):
    """What has happened since a moment."""

    items = fields.List(fields.Nested(Changed), required=True, metadata={"description": "oldest first"})
    complete = fields.Boolean(required=True, metadata={"description": "false: look at everything anew"})
    until = instant("ask from here the next time")
