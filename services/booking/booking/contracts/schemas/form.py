"""Answers about the booking form."""

from marshmallow import Schema, fields

from runtime.contract import flag, several, string, whole

KINDS = ("text", "choice", "tick")


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
