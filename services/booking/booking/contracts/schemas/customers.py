"""Customers' records: answers, and the event of a link to one."""

from marshmallow import Schema, fields

from runtime.contract import ident, instant, page, part, several, string, whole

REASONS = ("phone", "email", "name")


class Linked(Schema):
    """Which record an appointment is linked to. The event's subject is the appointment, its version that one's."""

    appointment = ident("The appointment.")
    customer = ident("The record; null: it was unlinked.", null=True)
    previous = ident("The record before; null: none.", null=True)


class Counts(Schema):
    """How often a customer did what."""

    booked = whole("All appointments, whatever became of them.")
    cancelled = whole("By anybody.")
    declined = whole("By the practice.")
    missed = whole("Did not come.")
    completed = whole("Came.")
    coming = whole("Pending or accepted, and not begun.")


class Record(Schema):
    """A customer as the practice knows her."""

    id = ident("The customer.")
    version = whole("Rises by one with each change.")
    first_name = string("Given name.")
    last_name = string("Family name.")
    email = string("Address for mails.", null=True)
    phone = string("E.164.", null=True, example="+49711123456")
    phone_typed = string("The telephone number as it was typed.", null=True)
    locale = string("The customer's language: de, en, fr or ru.")
    time_zone = string("The customer's IANA zone; null: unknown.", null=True)
    note = string("What staff want to remember.")
    merged_into = ident("The record that took this one's place; null: this one counts.", null=True)
    counts = part(Counts, "How often she booked, cancelled, came and did not come.")
    next_start = instant("The next appointment; null: none.", null=True)
    last_start = instant("The last one that was not called off; null: none.", null=True)
    created_at = instant("When the record was made.")
    changed_at = instant("The last change.")


class Suggestion(Schema):
    """A customer who may be meant."""

    customer = part(Record, "Who.")
    reasons = several(fields.String(), f"What is the same, or alike: {', '.join(REASONS)}.")
    likeness = fields.Float(required=True, metadata={"description": "Of the names: 1.0 the same, 0.0 not alike."})


class Suggestions(Schema):
    """Who may be meant, the likeliest first."""

    items = several(Suggestion, "Five at most.")


class Merged(Schema):
    """What a merge makes, or would make."""

    customer = part(Record, "The record that stays.")
    duplicate = part(Record, "The one that goes up in it, as it was.")
    moved = whole("Appointments that change over.")


RecordPage = page(Record)
