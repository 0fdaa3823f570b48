"""What staff may ask about the practice's customers."""

from marshmallow import fields

from gateway.api.answers.parts import Answer, id_, instant, maybe, maybe_instant, text


class Counts(Answer):
    """How often a customer did what."""

    booked = fields.Integer(metadata={"description": "all appointments, whatever became of them"})
    cancelled = fields.Integer()
    declined = fields.Integer()
    missed = fields.Integer()
    completed = fields.Integer()
    coming = fields.Integer()


class CustomerRecord(Answer):
    """A customer as the practice knows one."""

    id = id_()
    version = fields.Integer(required=True, metadata={"description": "rises by one with each change; also the ETag"})
    first_name = text()
    last_name = text()
    email = maybe()
    phone = maybe("E.164")
    phone_typed = maybe("as it was typed")
    locale = text(enum=["de", "en", "fr", "ru"])
    time_zone = maybe("IANA; null: unknown")
    note = text()
    merged_into = maybe("the record that took this one's place", format="uuid")
    counts = fields.Nested(Counts, required=True)
    next_start = maybe_instant()
    last_start = maybe_instant()
    created_at = instant()
    changed_at = instant()


class Suggestion(Answer):
    """A customer who may be meant."""

    customer = fields.Nested(CustomerRecord, required=True)
    reasons = fields.List(
        fields.String(metadata={"enum": ["phone", "email", "name"]}),
        required=True,
        metadata={"description": "what is the same; of the name: alike"},
    )
    likeness = fields.Float(required=True, metadata={"description": "of the names: 1 the same, 0 not alike"})


class Suggestions(Answer):
    """Who may be meant, the likeliest first."""

    items = fields.List(fields.Nested(Suggestion), required=True)


class Merged(Answer):
    """What a merge made, or would make."""

    customer = fields.Nested(CustomerRecord, required=True)
    duplicate = fields.Nested(CustomerRecord, required=True)
    moved = fields.Integer(required=True, metadata={"description": "appointments that changed over"})
