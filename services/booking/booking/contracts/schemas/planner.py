"""Answers in few columns: the planner, and what has changed since a moment."""

from marshmallow import Schema

from booking.contracts.schemas.parts import ACTORS
from booking.domain.appointment import STATUSES
from runtime.contract import flag, ident, instant, several, string, whole


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
