"""Registrations and users."""

from marshmallow import fields

from gateway.api.answers.parts import Answer, id_, maybe, text


class SentTo(Answer):
    """To whom it may concern; whether anything was sent is told to nobody."""

    email = text()


class NewPractice(Answer):
    """A practice that was registered."""

    id = id_()
    slug = text("its name in addresses")
    name = text()


class Confirmed(Answer):
    """The practice is there; its owner signs in with this address."""

    email = text()
    practice = fields.Nested(NewPractice, required=True)


class Member(Answer):
    """A user."""

    id = id_()
    name = text()
    email = text("signs in with it")
    role = text(enum=["owner", "staff", "reception", "readonly"])
    locale = text()
    time_zone = maybe("null: the practice's")
    state = text(enum=["active", "invited", "inactive"])
    version = fields.Integer(required=True, metadata={"description": "as in the ETag"})
