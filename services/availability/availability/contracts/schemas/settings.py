"""Services and calendars: what customers see of them, what staff set."""

from marshmallow import Schema, fields

from runtime.contract import flag, ident, page, part, several, string, whole

CONFIRMATIONS = ("automatic", "request")


class Money(Schema):
    """A price."""

    amount = string("Decimal number with two digits behind the point.", example="49.00")
    currency = string("ISO 4217.", example="EUR")


class PublicService(Schema):
    """What customers see of a service."""

    id = ident("The service.")
    name = string("What customers call it.")
    description = string("In any number of lines; may be empty.")
    duration_minutes = whole("How long it takes, without buffers.")
    confirmation = string("Accepted at once, or by the practice.", among=CONFIRMATIONS)
    price = part(Money, "Null: no price.", null=True)
    calendars = several(fields.UUID(), "The calendars that offer it.")


class ServiceFacts(PublicService):
    """Everything that staff set of a service."""

    start_interval_minutes = whole("Distance of its starts; null: the calendar's.", null=True)
    buffer_before_minutes = whole("Kept free before it.")
    buffer_after_minutes = whole("Kept free after it.")
    min_notice_minutes = whole("How long ahead customers must book.")
    cancel_notice_minutes = whole("How long ahead customers may cancel.")
    move_notice_minutes = whole("How long ahead customers may move it.")
    window_days = whole("How far ahead customers can book.")
    released = flag("Whether customers can book it.")


class Service(ServiceFacts):
    """Everything that staff see of a service."""

    version = whole("Rises with each change; what `if_version` is compared with.")


class Place(Schema):
    """Where a calendar stands."""

    id = ident("The place in practice.")
    name = string("Such as the branch.")
    address = string("In one line.")


class PublicCalendar(Schema):
    """What customers see of a calendar; never a real name."""

    id = ident("The calendar.")
    nickname = string("What customers see.")
    time_zone = string("IANA zone of its hours.", example="Europe/Berlin")
    place = part(Place, "Where it stands.")


class Candidate(PublicCalendar):
    """A calendar that could take the appointment."""

    max_per_day = whole("Limit of appointments; null: none.", null=True)
    max_per_week = whole("Limit of appointments, from Monday; null: none.", null=True)


class CalendarFacts(Candidate):
    """Everything that staff set of a calendar."""

    name = string("Internal: it must not reach a customer.")
    start_interval_minutes = whole("Distance of starts.")
    active = flag("Whether it can be booked.")


class Calendar(CalendarFacts):
    """Everything that staff see of a calendar."""

    version = whole("Rises with each change, of its hours, too; what `if_version` is compared with.")


class Catalogue(Schema):
    """What a customer can choose from."""

    services = several(PublicService, "Released services.")
    calendars = several(PublicCalendar, "Active calendars.")


ServicePage, CalendarPage = page(Service), page(Calendar)
